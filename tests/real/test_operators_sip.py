"""The trunk as operators really speak SIP: numbers, questions, ways, and one call that comes twice."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.call import Call, RefusedError
from lab.dialog import Dialog, new_branch
from lab.identity import Identity
from lab.lab import Lab
from lab.phone import Phone
from lab.sip import Headers, Request, Response, cseq, header, with_headers
from tests.real.absence import on_shift, without_engine
from tests.real.line import RunningLine, now
from tests.real.test_strangers import asked, stranger

pytestmark = pytest.mark.real

OWN = '["111", "+77172111111", "+7111"]'
ANSWERED = (
    "sip:111@{}", "sip:111@{};user=phone", "sip:111;phone-context=+7@{};user=phone",
    "sip:111;phone-context=ims.mnc01.mcc401.3gppnetwork.org@{};user=phone", "sip:111;npdi@{}",
    "sip:111;cpc=ordinary@{}", "sip:111;rn=+77000000000;npdi@{}", "tel:111;phone-context=+7",
    "sip:%31%31%31@{}", "sip:+7111@{}", "sip:7111;npdi@{}", "sip:+77172111111@{}", "sip:87172111111@{}",
    "sip:77172111111@{}", "sip:7172111111@{}",
)  # fmt: skip
REFUSED = (
    "sip:112@{}", "sip:1111@{}", "sip:+7112@{}", "sip:8111@{}", "sip:+87172111111@{}", "sip:+7717211111@{}",
    "sip:112;phone-context=111@{}", "tel:112;phone-context=+7111", "sip:+111@{}",
)  # fmt: skip
ASKED = ("ping@", "trunk@", "+77000000000@", "111@", "", "x" * 48 + "@", "111;npdi@", "*22@", "a.b-c@")


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    running = RunningLine(IVR111_OWN_NUMBERS=OWN).start()
    yield running
    assert running.stop() == 0


async def status(call: Call) -> int:
    """How the line answered."""
    try:
        await call.answered(5)
    except RefusedError as refused:
        return refused.status
    await call.hang_up()
    return 200


async def test_our_numbers_are_answered_however_they_are_spelled_and_no_others(
    line: RunningLine, lab: Lab
) -> None:
    where = f"{lab.facts.sip.address}:{lab.facts.sip.port}"
    uris = [uri.format(where) for uri in (*ANSWERED, *REFUSED)]
    calls = [await lab.trunk_phone().dial("", uri=uri) for uri in uris]
    statuses = await asyncio.gather(*map(status, calls))
    wanted = [200] * len(ANSWERED) + [404] * len(REFUSED)
    assert dict(zip(uris, wanted, strict=True)) == dict(zip(uris, statuses, strict=True))


async def test_the_operators_question_whether_we_live_is_answered_whatever_its_user_part(
    line: RunningLine, lab: Lab
) -> None:
    async with without_engine(line):
        for user in ASKED:
            response = await asked(lab.trunk_phone(), "OPTIONS", f"sip:{user}127.0.0.1:5060")
            assert 200 == response.status, user
    for user in ASKED:  # strangers learn nothing
        for name in ("sip", "%0d%0a", "c101", "trunk"):
            response = await asked(stranger(lab, name), "OPTIONS", f"sip:{user}127.0.0.1:5060")
            assert 401 == response.status, (user, name)


async def test_the_operators_question_within_a_call_is_answered_while_the_call_lives(
    line: RunningLine, lab: Lab
) -> None:
    caller = lab.trunk_phone()
    call = await caller.dial("111")
    await call.answered()
    question = call.dialog.request("OPTIONS")
    assert 200 == await within(caller, question)
    unknown = with_headers(call.dialog.request("OPTIONS"), ("To", "<sip:111@127.0.0.1>;tag=unknown"))
    assert 481 == await within(caller, unknown)
    await call.hang_up()


async def within(phone: Phone, request: Request) -> int:
    """How a request within a call is answered."""
    done: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

    def take(response: Response | None) -> None:
        if response is not None and not done.done():
            done.set_result(response)

    phone.wire.transactions.start(request, phone.server, take)
    return (await asyncio.wait_for(done, 10)).status


@pytest.mark.parametrize("by_route", [False, True], ids=["Contact", "Record-Route"])
async def test_the_lines_own_bye_goes_where_contact_or_route_say(
    line: RunningLine, lab: Lab, by_route: bool
) -> None:
    consultant = await lab.consultant("c101", talk=2).start()
    await on_shift(line, "c101")
    listens = lab.trunk_phone()
    there = f"sip:{listens.here[0]}:{listens.here[1]}"
    route: Headers = (("Record-Route", f"<{there};lr>"),) if by_route else ()
    caller = lab.trunk_phone()
    call = await caller.dial("111", headers=route, contact="" if by_route else f"<{there}>")
    await call.answered()
    await asyncio.sleep(1)
    await call.press("1")
    await line.until(lambda: bool(consultant.served), 20)
    await line.until(lambda: any("BYE" == seen.what for seen in listens.wire.trace), 40)
    assert [] == [seen for seen in caller.wire.trace if seen.what == "BYE"]
    call.mark_ended("them")


async def again(phone: Phone, invite: Request) -> int:
    """How the same INVITE is answered that comes by another way, from `phone`; an answered one is ended."""
    done: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

    def take(response: Response | None) -> None:
        if response is not None and response.status >= 200 and not done.done():
            done.set_result(response)

    via = f"SIP/2.0/UDP {phone.here[0]}:{phone.here[1]};branch={new_branch()};rport"
    phone.wire.transactions.start(with_headers(invite, ("Via", via)), phone.server, take)
    response = await asyncio.wait_for(done, 10)
    if response.status == 200:
        names = (header(invite, name) for name in ("contact", "call-id", "from", "to"))
        dialog = Dialog(phone.here, *names, invite.uri, cseq(invite))
        dialog.learn(response)
        phone.wire.send(dialog.request("ACK", cseq=cseq(invite)), phone.server)
        await phone.wire.ask(dialog.request("BYE"), phone.server)
    return response.status


async def test_one_invite_by_three_ways_at_once_is_one_caller(line: RunningLine, lab: Lab) -> None:
    since = now()
    call = await lab.trunk_phone().dial("111")
    assert call.invitation is not None
    copies = [again(lab.trunk_phone(), call.invitation) for _ in range(2)]
    assert [200, 482, 482] == sorted(await asyncio.gather(status(call), *copies))  # whichever was first
    await line.new_calls(1, since=since)


async def test_a_copy_that_comes_late_is_no_second_caller(line: RunningLine, lab: Lab) -> None:
    since = now()
    call = await lab.trunk_phone().dial("111")
    assert call.invitation is not None
    await call.answered()
    assert 482 == await again(lab.trunk_phone(), call.invitation)
    assert "talking" == call.state
    await call.hang_up()
    await line.new_calls(1, since=since)
    assert 482 == await again(lab.trunk_phone(), call.invitation)  # the caller has gone


async def test_a_call_id_used_again_is_another_call(line: RunningLine, lab: Lab) -> None:
    first = await lab.trunk_phone().dial("111")
    await first.answered()
    assert first.invitation is not None
    number = f"{first.dialog.cseq + 7} INVITE"
    other = with_headers(first.invitation, ("CSeq", number))
    assert 200 == await again(lab.trunk_phone(), other)
    tagged = with_headers(first.invitation, ("From", first.dialog.local + "x"))
    assert 200 == await again(lab.trunk_phone(), tagged)
    await first.hang_up()


async def test_a_number_that_is_not_ours_is_counted_by_operator_and_stands_on_the_board(
    line: RunningLine, lab: Lab
) -> None:
    who = Identity("+77000000555")

    def told() -> dict[str, Any]:
        return next(iter(line.ask("numbers.refused")["operators"]), {"count": 0})

    async def dialled(number: str) -> int:
        return await status(await lab.trunk_phone(identity=who).dial(number))

    before = told()["count"]
    assert [404, 404, 404] == [await dialled(n) for n in ("1414", "+77000000044", "1,Address:10.0.0.1")]
    await line.until(lambda: told()["count"] == before + 3)
    assert (lab.facts.trunk.address, "***") == (told()["operator"], told()["number"])
    alerts = line.ask("board.show")["alerts"]
    assert [lab.facts.trunk.address] == [a["subject"] for a in alerts if a["kind"] == "number_refused"]
    assert 404 == await dialled("+77000000044")
    await line.until(lambda: told()["number"] == "***44")
    assert not any("7000000044" in str(text) for text in line.engine_log())
    since = datetime.now(UTC)
    assert 200 == await dialled("111")  # once it is in the journal, so is whatever came before it
    await line.new_calls(1, since=since)
    assert 1 == sum(call.pii_caller == who.number for call in await line.calls())
