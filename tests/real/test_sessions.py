"""Calls as operators set them up: session timers, offers without SDP, keys by every way (A1, A2, C5)."""

import asyncio

import pytest

from engine.lab.call import Call
from engine.lab.lab import Lab
from engine.lab.sip import Headers, Response, header
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

WANTED: dict[str, Headers] = {
    "the line is to refresh": (("Supported", "timer"), ("Session-Expires", "90;refresher=uas")),
    "the operator refreshes": (("Supported", "timer"), ("Session-Expires", "90;refresher=uac")),
    "a proxy put it in": (("Session-Expires", "90"),),
    "timers are required": (
        ("Require", "timer"),
        ("Supported", "timer"),
        ("Session-Expires", "90;refresher=uas"),
    ),
    "required, and no more": (("Require", "timer"),),
    "shorter than any": (("Supported", "timer"), ("Session-Expires", "30"), ("Min-SE", "30")),
}


def answer(call: Call) -> Response:
    """The 200 that answered our INVITE."""
    return next(
        m for seen in call.trace if isinstance(m := seen.message, Response) and seen.what == "200 INVITE"
    )


@pytest.mark.parametrize("wish", WANTED)
async def test_no_interval_is_ever_agreed_so_none_can_end_a_conversation(lab: Lab, wish: str) -> None:
    """Refused or unanswered, a refresh of Asterisk's ends the call when the interval does (decision 0086)."""
    call = await lab.trunk_phone().dial("111", headers=WANTED[wish])
    await call.answered(5)
    assert ("", "") == (header(answer(call), "session-expires"), header(answer(call), "require"))
    assert "timer" not in header(answer(call), "supported")
    await call.hang_up()


async def test_a_refresh_by_the_operator_is_answered_and_binds_nobody(lab: Lab) -> None:
    call = await lab.trunk_phone().dial("111")
    await call.answered(5)
    for required in ((), (("Require", "timer"),)):
        wish = (("Supported", "timer"), ("Session-Expires", "90;refresher=uas"), *required)
        response, _ = await call.phone.wire.ask(call.dialog.request("UPDATE", wish), call.peer)
        assert (200, "") == (response.status, header(response, "session-expires"))
    await call.hang_up()


async def test_neither_consultants_nor_1414_are_asked_for_an_interval(line: RunningLine, lab: Lab) -> None:
    consultant = await lab.consultant("c101", codes=((1.0, "*14"),)).start()
    ucc = lab.ucc()
    call = await lab.trunk_phone().dial("111")
    await call.answered(5)
    await call.press("1")
    rung = [await phone.next_call(30) for phone in (consultant.phone, ucc.phone)]
    await call.hears(700, 20)
    for one in rung:
        assert one.invitation is not None
        assert "" == header(one.invitation, "session-expires")
        assert "timer" not in header(one.invitation, "supported")
    await call.hang_up()


@pytest.mark.parametrize("by", ["rfc4733", "dtmf-relay", "dtmf", "sound"])
@pytest.mark.parametrize("offers", [True, False], ids=["offer", "no offer"])
async def test_a_caller_whose_side_names_no_telephone_event_has_keys(
    line: RunningLine, lab: Lab, *, offers: bool, by: str
) -> None:
    """The language and, after a new offer was asked of the line in mid-call, the rating."""
    consultant = await lab.consultant("c101", talk=3).start()
    since, phone = now(), lab.trunk_phone()
    phone.events = None
    call = await phone.dial("111", offers=offers)
    await call.answered(5)
    assert (not offers) == named(answer(call).body)  # our offer names it; our answer only what was offered
    if by == "rfc4733":
        call.stream.events = 101  # pressed though nobody named it
    await asyncio.sleep(1)
    await press(call, "2", by)
    await call.hears(1000, 30)
    again = await call.ask_offer()
    assert again is not None
    assert (200, True) == (again.status, named(again.body))
    await consultant.served[0].ended(20)
    await asyncio.sleep(1)
    await press(call, "4", by)
    await call.ended(30)
    (row,) = await line.new_calls(since=since)
    assert ("ru", 4) == (row.language, row.rating)


def named(body: bytes) -> bool:
    return b"telephone-event/8000" in body


async def press(call: Call, digit: str, by: str) -> None:
    await call.press(digit, by, milliseconds=160)  # type: ignore[arg-type]
