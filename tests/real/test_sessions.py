"""Calls as operators set them up: session timers, offers without SDP, keys by every way (A1, A2, C5)."""

import asyncio
from typing import Literal

import pytest

from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.sip import Headers, Response, header
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

Way = Literal["rfc4733", "dtmf-relay", "dtmf", "sound"]

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


async def test_no_interval_is_ever_agreed_so_none_can_end_a_conversation(lab: Lab) -> None:
    """Refused or unanswered, a refresh of Asterisk's ends the call when the interval does (decision 0086)."""
    for wish, headers in WANTED.items():
        call = await lab.trunk_phone().dial("111", headers=headers)
        await call.answered(5)
        agreed = [header(answer(call), name) for name in ("session-expires", "require")]
        assert (wish, ["", ""]) == (wish, agreed)
        assert "timer" not in header(answer(call), "supported"), wish
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


WAYS: tuple[Way, ...] = ("rfc4733", "dtmf-relay", "dtmf", "sound")


@pytest.mark.parametrize("offers", [True, False], ids=["offer", "no offer"])
async def test_a_caller_whose_side_names_no_telephone_event_has_keys(
    line: RunningLine, lab: Lab, *, offers: bool
) -> None:
    """The language and, after a new offer was asked of the line in mid-call, the rating; all ways at once."""
    consultants = [await lab.consultant(n, talk=4).start() for n in range(len(WAYS))]
    since = now()
    calls = [await arrived(lab, f"+7700000010{n}", by, offers=offers) for n, by in enumerate(WAYS)]
    await asyncio.gather(
        *(call.press("2", by, milliseconds=160) for call, by in zip(calls, WAYS, strict=True))
    )
    await line.until(lambda: all(one.served for one in consultants), 20)
    for call in calls:
        again = await call.ask_offer()
        assert again is not None
        assert (200, True) == (again.status, named(again.body))
    await asyncio.gather(*(one.served[0].ended(20) for one in consultants))
    await asyncio.sleep(1)
    await asyncio.gather(
        *(call.press("4", by, milliseconds=160) for call, by in zip(calls, WAYS, strict=True))
    )
    await asyncio.gather(*(call.ended(30) for call in calls))
    rows = await line.new_calls(len(WAYS), since=since)
    keys = {row.pii_caller: (row.language, row.rating) for row in rows}
    assert {f"+7700000010{n}": ("ru", 4) for n in range(len(WAYS))} == keys
    marks = {row.pii_caller: await line.leg_marks(row.call_id) for row in rows}
    understood = {"sound": ["keys_as_tones_understood"]}
    assert {f"+7700000010{n}": understood.get(by, []) for n, by in enumerate(WAYS)} == marks


async def arrived(lab: Lab, number: str, by: Way, *, offers: bool) -> Call:
    phone = lab.trunk_phone(identity=Identity(number))
    phone.events = None
    call = await phone.dial("111", offers=offers)
    await call.answered(5)
    assert (not offers) == named(answer(call).body)  # our offer names it; our answer only what was offered
    if by == "rfc4733":
        call.stream.events = 101  # pressed though nobody named it
    await asyncio.sleep(0.5)
    return call


def named(body: bytes) -> bool:
    return b"telephone-event/8000" in body


async def test_keys_that_a_gateway_names_as_events_and_sends_as_tones_are_understood(
    line: RunningLine, lab: Lab
) -> None:
    """Language and rating; the call is marked, its operator counted, and an alert from the second call on."""
    consultants = [await lab.consultant(n, talk=4).start() for n in range(4)]
    since, numbers = now(), [f"+7700000020{n}" for n in range(4)]
    ways: tuple[Way, ...] = ("sound", "sound", "rfc4733", "dtmf")
    calls = []
    for number in numbers:
        calls.append(await lab.trunk_phone(identity=Identity(number)).dial("111"))
        await calls[-1].answered(5)
        assert named(answer(calls[-1]).body)
    await asyncio.sleep(1)
    pressing = zip(calls, ways, strict=True)
    await asyncio.gather(*(call.press("2", by, milliseconds=100) for call, by in pressing))
    await line.until(lambda: all(one.served for one in consultants), 20)
    await asyncio.gather(*(one.served[0].ended(20) for one in consultants))
    await asyncio.sleep(1)
    pressing = zip(calls, ways, strict=True)
    await asyncio.gather(*(call.press("4", by, milliseconds=100) for call, by in pressing))
    await asyncio.gather(*(call.ended(30) for call in calls))
    rows = await line.new_calls(len(ways), since=since)
    assert {number: ("ru", 4) for number in numbers} == {
        row.pii_caller: (row.language, row.rating) for row in rows
    }
    marks = {row.pii_caller: await line.leg_marks(row.call_id) for row in rows}
    only = ["keys_as_tones"]
    assert {number: only if by == "sound" else [] for number, by in zip(numbers, ways, strict=True)} == marks
    (counted,) = line.ask("keys.as_tones")["operators"]
    assert ("127.0.0.2", 2) == (counted["operator"], counted["only"])
    alerts = [one for one in line.ask("board.show")["alerts"] if one["kind"] == "keys_as_tones"]
    assert ["127.0.0.2 (2)"] == [one["subject"] for one in alerts]
