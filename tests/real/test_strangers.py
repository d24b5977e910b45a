"""Strangers, wrong numbers and a flood of them: refused, logged, and no outbound leg (4.3, 7, 8, 13, 18)."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest

from dialplan.line_secrets import Secrets
from dialplan.render import render
from lab import udp
from lab.call import Call, RefusedError
from lab.dialog import Dialog
from lab.identity import Identity
from lab.lab import Lab
from lab.phone import Phone
from lab.registration import NotRegisteredError
from lab.robots import HearTone, Press, Wait
from lab.rtp import Numbering
from lab.sdp import ALAW
from lab.sip import Response, every
from lab.voice import tone
from lab.wire import Credentials
from tests.real.absence import on_shift
from tests.real.asterisk import log
from tests.real.line import RunningLine

pytestmark = pytest.mark.real

STRANGE = "127.0.0.9"
NOT_OURS = (
    "112", "1414", "+77000000001", "87000000001", "500&PJSIP/trunk/77000000001", "h", "i", "t", "s", "o", "a",
    "*22", "*14", "*8", "%2a8", "-" * 79, "-" * 100, "1" * 200,
    "1111", "11", "112;x=y", "111&1414", "111%401414", "%0d%0aEvent%3a%20Shutdown",
    "PJSIP%2f1414", "duty", "c101", "111-engine", "_X.",
)  # fmt: skip
UNPARSED = ("s@evil", "", "111@1414", "${EXTEN}")  # no SIP URI at all: PJSIP drops the datagram


async def final(phone: Phone, number: str = "111", within: float = 4.0) -> int:
    """The final status of a call; 0 when nobody answers. An answered call is ended."""
    call = await phone.dial(number)
    try:
        await call.answered(within)
    except RefusedError as refused:
        return refused.status
    except TimeoutError:
        return 0
    await call.hang_up()
    return 200


def stranger(lab: Lab, user: str, password: str | None = None) -> Phone:
    """A phone at an address nobody knows."""
    proof = None if password is None else Credentials(user, password)
    return lab.phone((STRANGE, 0), user=user, identity=Identity(user), credentials=proof)


async def asked(phone: Phone, method: str, uri: str) -> Response:
    """The answer to one request outside any call."""
    who = f"<sip:{phone.user}@{phone.here[0]}>"
    dialog = Dialog(phone.here, who, f"{method}-{phone.here[1]}", f"{who};tag=1", f"<{uri}>", uri)
    headers = (("Event", "presence"), ("Refer-To", "<sip:1414@127.0.0.4:5060>"))
    response, _ = await phone.wire.ask(dialog.request(method, headers), phone.server)
    return response


@pytest.fixture(autouse=True)
async def nothing_goes_out(line: RunningLine, lab: Lab) -> AsyncIterator[None]:
    """Whatever a test tries: 1414, the duty phone and the trunk's SIP port get no datagram."""
    facts = lab.facts
    places = (facts.unified_contact_centre.udp, facts.duty_phone.udp, (facts.trunk.address, 5060))
    ears = [udp.open_socket(*place) for place in places]
    yield
    came = [got for ear in ears if (got := udp.receive(ear))]
    for ear in ears:
        ear.close()
    assert [] == came


@pytest.mark.parametrize(
    "user", ["+77000000044", "trunk", "trunk-unclean", "1414", "duty", "c101", "test-caller"]
)
async def test_a_call_from_a_strange_address_is_refused_whoever_it_says_to_be(
    line: RunningLine, lab: Lab, user: str
) -> None:
    phone = stranger(lab, user)
    assert 401 == await final(phone)
    where = f'RemoteAddress="IPV4/UDP/{STRANGE}/{phone.here[1]}"'
    await line.until(lambda: any(where in text for text in log(line, "security")))
    assert not any("77000000044" in text or "7000000044" in text for text in log(line, "security"))


async def test_a_stranger_learns_nothing_about_which_accounts_exist(line: RunningLine, lab: Lab) -> None:
    answers = {}
    for user in ("c101", "nobody", "test-caller", "trunk", "1414"):
        for method in ("REGISTER", "OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "INFO"):
            response = await asked(stranger(lab, user, "wrong"), method, "sip:127.0.0.1")
            offered = [value.partition("nonce")[0] for value in every(response, "www-authenticate")]
            algorithms = [value.partition("algorithm=")[2] for value in every(response, "www-authenticate")]
            answers[user, method] = (response.status, offered, algorithms)
    assert 1 == len({str(answer) for answer in answers.values()}), answers
    assert 401 == answers["c101", "REGISTER"][0]


async def test_a_consultant_may_register_from_anywhere_with_the_right_password_alone(
    line: RunningLine, lab: Lab
) -> None:
    account = lab.facts.consultants[3]
    right = stranger(lab, account.username, account.password)
    await right.register()
    await right.unregister()
    with pytest.raises(NotRegisteredError) as refused:
        await stranger(lab, account.username, "wrong").register()
    assert 401 == refused.value.status


async def test_from_the_trunk_every_number_but_111_is_refused_and_logged(line: RunningLine, lab: Lab) -> None:
    before = len(log(line))
    phones = [lab.trunk_phone() for _ in NOT_OURS]
    statuses = await asyncio.gather(*(final(p, n) for p, n in zip(phones, NOT_OURS, strict=True)))
    assert dict.fromkeys(NOT_OURS, 404) == dict(zip(NOT_OURS, statuses, strict=True))
    said = ("extension not found", "a number that is not ours was dialled from")
    await line.until(lambda: len(NOT_OURS) <= sum(any(s in t for s in said) for t in log(line)[before:]))
    assert [] == [text for text in log(line)[before:] if "7000000001" in text]
    assert [] == line.ask("queue.show")["callers"]


async def test_a_request_for_no_number_at_all_is_dropped_and_logged(line: RunningLine, lab: Lab) -> None:
    before = len(log(line))
    assert [0] * len(UNPARSED) == await asyncio.gather(*(final(lab.trunk_phone(), n, 1.5) for n in UNPARSED))
    assert any("Dropping" in text for text in log(line)[before:])


async def test_the_test_caller_may_dial_111_alone_and_from_its_addresses_alone(
    line: RunningLine, lab: Lab
) -> None:
    assert 200 == await final(lab.test_caller())
    for number in ("1414", "c101", "112", "*22", "+77000000001"):
        assert 404 == await final(lab.test_caller(), number)
    wrong = lab.test_caller()
    wrong.wire.credentials = Credentials("test-caller", "wrong")
    assert 401 == await final(wrong)


async def test_a_consultant_may_dial_feature_codes_alone(line: RunningLine, lab: Lab) -> None:
    consultant = await lab.consultant("c103").start()
    for number in ("111", "1414", "c102", "trunk", "+77000000001", "112", "duty"):
        assert 404 == await final(consultant.phone, number), number
    codes = lab.facts.feature_codes
    assert [200, 200] == [await final(consultant.phone, code) for code in (codes.pause, codes.release)]


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE", "REFER", "PUBLISH", "NOTIFY"])
async def test_a_consultants_phone_may_only_call_and_register(
    line: RunningLine, lab: Lab, method: str
) -> None:
    consultant = await lab.consultant("c101").start()
    response = await asked(consultant.phone, method, "sip:1414@127.0.0.1")
    assert response.status >= 400, response


async def test_nobody_may_transfer_a_call_by_refer(line: RunningLine, lab: Lab) -> None:
    consultant = await lab.consultant("c101").start()
    caller = lab.caller(Wait(1), Press("1"), HearTone(1000, 30), Wait(20))
    running = asyncio.create_task(caller.run())
    await line.until(lambda: bool(consultant.served), within=20)
    for call in (consultant.served[0], caller.phone.calls[0]):
        for target in ("sip:1414@127.0.0.4:5060", "sip:1414@127.0.0.1", "sip:+77000000001@127.0.0.2:5060"):
            assert 603 == await tried(call, "REFER", ("Refer-To", f"<{target}>"))
        # Asterisk leaves these without an answer inside a call; what matters is that it does nothing.
        assert 0 == await tried(call, "MESSAGE", ("Content-Type", "text/plain"))
        assert 0 == await tried(call, "SUBSCRIBE", ("Event", "presence"), ("Expires", "60"))
    await asyncio.sleep(0.5)
    assert "talking" == caller.phone.calls[0].state  # and nobody was cut
    await consultant.hang_up()
    running.cancel()


async def tried(call: Call, method: str, *headers: tuple[str, str]) -> int:
    """The answer to a request within a call; 0 when there is none for a second."""
    request = call.dialog.request(method, headers)
    try:
        response, _ = await asyncio.wait_for(call.phone.wire.ask(request, call.peer), 1)
    except TimeoutError:
        return 0
    return response.status


async def test_a_flood_from_a_stranger_costs_a_conversation_nothing(line: RunningLine, lab: Lab) -> None:
    consultant = await lab.consultant("c102").start()
    caller = lab.caller(Wait(1), Press("2"), HearTone(1100, 30), Wait(20))
    running = asyncio.create_task(caller.run())
    await line.until(lambda: bool(consultant.served), within=20)
    await asyncio.sleep(0.5)
    loop = asyncio.get_running_loop()
    began = loop.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
        flood.bind((STRANGE, 0))
        for number in range(1000):  # 200 a second for 5 s, on the clock and not on our sleep
            flood.sendto(invite(number, flood.getsockname()), lab.facts.sip.udp)
            await asyncio.sleep(max(0.0, began + number / 200 - loop.time()))
    ended = loop.time()
    heard = (caller.phone.calls[0].ear, consultant.served[0].ear)
    assert ended - began < 8, "the flood itself was slow"
    assert max(ear.longest_silence(began, ended) for ear in heard) <= 0.3
    since = loop.time()
    assert 404 == await final(lab.trunk_phone(), "112")  # and it answers at once
    assert loop.time() - since < 2
    await consultant.hang_up()
    running.cancel()


def invite(number: int, here: tuple[str, int]) -> bytes:
    """One INVITE of a stranger."""
    lines = (
        "INVITE sip:111@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {here[0]}:{here[1]};branch=z9hG4bKflood{number}",
        f"From: <sip:{number}@{here[0]}>;tag={number}",
        "To: <sip:111@127.0.0.1>",
        f"Call-ID: flood-{number}",
        "CSeq: 1 INVITE",
        f"Contact: <sip:x@{here[0]}:{here[1]}>",
        "Max-Forwards: 70",
        "Content-Length: 0",
        "\r\n",
    )
    return "\r\n".join(lines).encode()


def test_a_site_has_no_test_caller(line: RunningLine) -> None:
    site = line.settings.model_copy(update={"profile": "site"})
    files = render(site, Secrets("a", "b", "c", "d"), (), modules_dir="")
    assert not any("test-caller" in text for name, text in files.items() if name != "extensions.conf")


async def test_a_strangers_sound_is_never_taken_for_a_callers_however_quiet_the_caller_is(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    phone = lab.trunk_phone(tone(1000))
    call = await phone.dial("111")
    call.stream.paused = True  # sends nothing: on some lines silence is not sent at all
    await call.answered()
    where = call.stream.remote
    assert where is not None
    ear = udp.open_socket(STRANGE)
    theirs = Numbering.random()
    frames = tone(700).frames(ALAW)
    began = time.monotonic()
    for number in range(600):  # 12 s
        ear.sendto(theirs.packet(ALAW, frames[number % len(frames)]), where)
        theirs.advance(160)
        await asyncio.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
        if number == 100:
            pressing = asyncio.create_task(call.press("1"))
        call.stream.paused = not 100 <= number < 200
    await pressing
    await line.until(lambda: bool(consultant.served), 20)
    assert udp.receive(ear) is None  # nor does the stranger hear the line
    ear.close()
    ears = consultant.served[-1].ear
    assert ears.tone_times(700) == []
    call.stream.paused = False
    await asyncio.sleep(2)
    assert ears.tone_times(1000)
    await call.hang_up()
