"""Lab phones call each other, and a bare UDP peer that repeats, loses and confuses."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from lab import sip
from lab.call import RefusedError
from lab.identity import Identity
from lab.media import Pacer
from lab.phone import Phone
from lab.policy import BUSY, Answer, Policy, Reject, Ring
from lab.voice import tone

NOWHERE = ("127.0.0.9", 9)


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Phone, Phone]]:
    """A caller of 400 Hz and a called phone of 600 Hz that answers at once."""
    pacer = Pacer()
    called = Phone(("127.0.0.3", 0), NOWHERE, voice=tone(600), policy=Answer(0), pacer=pacer)
    async with called, Phone(("127.0.0.2", 0), called.here, voice=tone(400), pacer=pacer) as caller:
        yield caller, called


class Peer:
    """A bare UDP socket that speaks SIP by hand."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.4", 0))
        self.socket.setblocking(False)
        self.here: tuple[str, int] = self.socket.getsockname()

    async def hear(self, within: float = 2.0) -> tuple[sip.Message, tuple[str, int]]:
        async with asyncio.timeout(within):
            data, sender = await asyncio.get_running_loop().sock_recvfrom(self.socket, 65535)
        return sip.parse(data), sender

    def send(self, message: sip.Message, to: tuple[str, int]) -> None:
        self.socket.sendto(message.wire(), to)


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.socket.close()


async def test_two_phones_hear_each_others_tone(pair: tuple[Phone, Phone]) -> None:
    caller, called = pair
    here = await (await caller.dial("111")).answered()
    there = await called.next_call()
    await asyncio.gather(here.hears(600), there.hears(400))
    now = time.monotonic()
    await asyncio.sleep(0.3)
    assert here.ear.tones([400, 600], now, now + 0.3) == {600}
    assert here.ear.longest_silence(now, now + 0.25) < 0.1


async def test_keys_arrive_in_order_by_rtp_and_by_both_kinds_of_info(pair: tuple[Phone, Phone]) -> None:
    caller, called = pair
    here = await (await caller.dial("111")).answered()
    there = await called.next_call()
    await here.press("1*D")
    await here.press("2#", "dtmf-relay")
    await here.press("3", "dtmf")
    await there.is_told("1*D2#3")
    assert [d.by for d in there.ear.digits] == ["rfc4733"] * 3 + ["info"] * 3


async def test_hold_silences_the_other_side_until_unhold_even_with_new_numbers(
    pair: tuple[Phone, Phone],
) -> None:
    caller, called = pair
    here = await (await caller.dial("111")).answered()
    there = await called.next_call()
    await there.hears(400)
    assert await here.hold() == 200
    before = here.stream.numbering.sequence
    await there.hears_silence(0.3)
    assert await here.unhold(renumber=True) == 200
    assert here.stream.numbering.sequence < before
    await there.hears(400)


async def test_whoever_hangs_up_first_is_known_on_both_sides_and_why(pair: tuple[Phone, Phone]) -> None:
    caller, called = pair
    here = await (await caller.dial("111")).answered()
    there = await called.next_call()
    await there.hang_up("Q.850;cause=16")
    await here.ended(1)
    assert (here.ended_by, there.ended_by, here.reasons) == ("them", "us", ["Q.850;cause=16"])


@pytest.mark.parametrize(("policy", "status"), [(BUSY, 486), (Reject(603), 603), (Reject(503, 0.1), 503)])
async def test_a_refusal_reaches_the_caller_with_its_status(
    pair: tuple[Phone, Phone], policy: Policy, status: int
) -> None:
    caller, called = pair
    called.policy = policy
    with pytest.raises(RefusedError) as refused:
        await (await caller.dial("111")).answered(2)
    assert refused.value.status == status


async def test_a_cancelled_call_ends_with_487_on_both_sides(pair: tuple[Phone, Phone]) -> None:
    caller, called = pair
    called.policy = Ring()
    here = await (await caller.dial("111")).rings()
    await here.cancel()
    there = await called.next_call()
    assert [(c.status, c.ended_by) for c in (here, there)] == [(487, "us"), (487, "them")]


async def test_hostile_bytes_in_a_name_reach_the_other_side_unchanged(pair: tuple[Phone, Phone]) -> None:
    caller, called = pair
    name = "Имя".encode("cp1251") + b"\x01" + b"x" * 9000
    await (await caller.dial("111", Identity("+77000000001", name))).answered()
    there = await called.next_call()
    assert there.invitation is not None
    assert name in sip.octets(sip.header(there.invitation, "from"))


async def test_an_unplugged_phone_says_nothing_and_its_sound_stops(pair: tuple[Phone, Phone]) -> None:
    caller, called = pair
    here = await (await caller.dial("111")).answered()
    await here.hears(600)
    called.unplug()
    await here.hears_silence(0.2)
    await asyncio.sleep(0.1)
    seen = len(called.wire.trace)
    assert here.state == "talking"
    await caller.dial("112")
    await asyncio.sleep(0.1)
    assert len(called.wire.trace) == seen


async def test_both_on_hold_at_once_comes_to_rest_in_a_talking_call(pair: tuple[Phone, Phone]) -> None:
    caller, called = pair
    here = await (await caller.dial("111")).answered()
    there = await called.next_call()
    await asyncio.gather(here.hold(), there.hold())
    assert here.seen("491 INVITE")
    await asyncio.gather(here.unhold(), there.unhold())
    await asyncio.gather(here.hears(600), there.hears(400))


async def test_a_repeated_200_is_acknowledged_each_time_and_is_still_one_call(peer: Peer) -> None:
    async with Phone(("127.0.0.2", 0), peer.here) as phone:
        call = await phone.dial("111")
        invite, sender = await peer.hear()
        assert isinstance(invite, sip.Request)
        ok = sip.respond(invite, 200, "t", ("Contact", f"<sip:x@{peer.here[0]}:{peer.here[1]}>"))
        for _ in range(3):
            peer.send(ok, sender)
        heard = [(await peer.hear())[0] for _ in range(3)]
        assert [m.what for m in heard] == ["ACK"] * 3
        assert len({sip.branch(m) for m in heard} | {sip.branch(invite)}) == 4
        call.mark_ended("them")


async def test_an_invite_nobody_answers_is_sent_again_and_given_up_by_cancel(peer: Peer) -> None:
    async with Phone(("127.0.0.2", 0), peer.here) as phone:
        phone.wire.transactions.t1 = 0.1
        await phone.dial("111")
        first, _ = await peer.hear()
        again, sender = await peer.hear()
        assert first == again
        assert isinstance(again, sip.Request)
        giving_up = asyncio.ensure_future(phone.calls[0].cancel())
        with pytest.raises(TimeoutError):
            await peer.hear(0.1)
        peer.send(sip.respond(again, 180, "t"), sender)  # only now may CANCEL go (RFC 3261, 9.1)
        cancel, _ = await peer.hear()
        assert (cancel.what, sip.branch(cancel)) == ("CANCEL", sip.branch(first))
        assert isinstance(cancel, sip.Request)
        peer.send(sip.respond(cancel, 200, "t"), sender)
        peer.send(sip.respond(again, 487, "t"), sender)
        ack, _ = await peer.hear()
        await giving_up
        assert (ack.what, sip.branch(ack), phone.calls[0].status) == ("ACK", sip.branch(first), 487)


async def test_an_invite_nobody_ever_answers_ends_as_refused_with_status_0(peer: Peer) -> None:
    async with Phone(("127.0.0.2", 0), peer.here) as phone:
        phone.wire.transactions.t1 = 0.01
        with pytest.raises(RefusedError) as refused:
            await (await phone.dial("111")).answered(3)
    assert refused.value.status == 0
    assert phone.wire.transactions.repeats == 6


async def test_a_repeated_invite_is_one_call_and_gets_the_same_answer_again(peer: Peer) -> None:
    async with Phone(("127.0.0.3", 0), NOWHERE, policy=Ring()) as phone:
        host, port = peer.here
        headers = (
            ("Via", f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK1"), ("From", "<sip:a@x>;tag=1"),
            ("To", "<sip:b@x>"), ("Call-ID", "one"), ("CSeq", "1 INVITE"),
        )  # fmt: skip
        invite = sip.Request("INVITE", "sip:b@x", headers)
        answers = []
        for _ in range(2):
            peer.send(invite, phone.here)
            answers.append((await peer.hear())[0])
        assert answers[0] == answers[1]
        assert len(phone.calls) == 1


async def test_a_refusal_is_repeated_until_it_is_acknowledged(peer: Peer) -> None:
    async with Phone(("127.0.0.3", 0), NOWHERE, policy=BUSY) as phone:
        phone.wire.transactions.t1 = 0.1
        host, port = peer.here
        headers = (
            ("Via", f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK2"), ("From", "<sip:a@x>;tag=1"),
            ("To", "<sip:b@x>"), ("Call-ID", "two"), ("CSeq", "1 INVITE"),
        )  # fmt: skip
        peer.send(sip.Request("INVITE", "sip:b@x", headers), phone.here)
        seen = [(await peer.hear())[0].what for _ in range(2)]
        acknowledgement = (*headers[:4], ("CSeq", "1 ACK"))
        peer.send(sip.Request("ACK", "sip:b@x", acknowledgement), phone.here)
        with pytest.raises(TimeoutError):
            await peer.hear(0.5)
        assert seen == ["486 INVITE"] * 2


async def test_garbage_is_counted_and_harms_nobody(pair: tuple[Phone, Phone], peer: Peer) -> None:
    caller, called = pair
    for garbage in (b"\xff" * 500, b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"SIP/2.0 abc\r\n\r\n"):
        peer.socket.sendto(garbage, called.here)
    await (await caller.dial("111")).answered()
    assert called.wire.garbage == 3


async def test_options_are_answered_so_that_asterisk_sees_the_phone(
    pair: tuple[Phone, Phone], peer: Peer
) -> None:
    _, called = pair
    headers = (
        ("Via", "SIP/2.0/UDP x;branch=z9hG4bK3"),
        ("From", "<a>;tag=1"),
        ("To", "<b>"),
        ("Call-ID", "q"),
        ("CSeq", "1 OPTIONS"),
    )
    peer.send(sip.Request("OPTIONS", "sip:b@x", headers), called.here)
    assert (await peer.hear())[0].what == "200 OPTIONS"


async def test_traces_tell_when_each_message_came_and_went(pair: tuple[Phone, Phone]) -> None:
    caller, _ = pair
    call = await (await caller.dial("111")).answered()
    await call.hang_up()
    whats = [seen.what for seen in call.trace]
    assert whats == ["INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"]
    times = [seen.at for seen in call.trace]
    assert times == sorted(times)
