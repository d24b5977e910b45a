"""Who talked with a consultant is never told as abandoned, whatever part of the call nobody saw."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from live_tables import ami, lived

from recordings.journal.figures import ended_call
from recordings.journal.from_call_summary import presumed_outcome, record
from recordings.model.call_record import CallRecord, Connection, Outcome
from routing.live.ami_events import Message
from routing.live.call_summary import CallSummary
from routing.live.events import Event
from routing.live.live import Live
from routing.live.resync import snapshot

AMI = ami()
T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = CallRecord("n1-1763815501123-1", "+77000000001", "kk", T0, line_answered_at=T0)
WHOLE = {story.call_id[-3:]: Outcome(story.outcome) for story in lived(AMI).ended()}


def talk(number: int, party: str) -> Connection:
    return Connection(number, party, T0, T0, T0)


def status(seen: Live) -> list[Message]:
    """What Asterisk's `Status` would list at that moment."""
    found = []
    for call in seen.calls.values():
        legs = [leg for leg in call.legs.known.values() if leg.id in seen._channels]
        for id_, channel in [(call.id, call.channel), *((leg.id, leg.channel) for leg in legs)]:
            up = id_ != call.id or call.line_answered_at is not None
            words = [f"{name}={value}" for name, value in call.words.items()] if id_ == call.id else []
            found.append(
                {"Event": "Status", "Channel": channel, "Uniqueid": id_, "Linkedid": call.id}
                | {"ChannelState": "6" if up else "4", "BridgeID": call.legs.bridges.get(id_, "")}
                | {
                    "Seconds": "0",
                    "Variable": words,
                    "CallerIDNum": call.pii_caller,
                    "Context": "",
                    "Exten": "",
                }
            )
    return found


def killed_at(moment: int) -> list[CallSummary]:
    """What an engine tells that was killed there and connected again the moment after."""
    at = AMI[moment - 1].at
    fresh = snapshot(at, status(lived(AMI[:moment])), [])
    return rest(fresh, AMI[moment:])


def cut_off_between(first: int, last: int) -> list[CallSummary]:
    """What an engine tells whose manager connection was away from one event to another."""
    at = AMI[last - 1].at
    fresh = snapshot(at, status(lived(AMI[:last])), [])
    fresh.inherit(lived(AMI[:first]), at)
    return rest(fresh, AMI[last:])


def rest(live: Live, events: list[Event]) -> list[CallSummary]:
    for event in events:
        live.apply(event)
    return list(live.ended())


def untrue(stories: list[CallSummary]) -> list[tuple[str, object]]:
    """Served is true of who was then transferred, too."""
    told = [(one.call_id, one.outcome, WHOLE[one.call_id[-3:]]) for one in map(record, stories)]
    served = (Outcome.SERVED, Outcome.TRANSFERRED_1414)
    return [(id_, seen) for id_, seen, true in told if seen not in (None, true) and (seen, true) != served]


def test_an_engine_killed_at_any_moment_tells_no_untrue_outcome() -> None:
    """Red before: a served caller (n1-1795354056000-3) was told as abandoned while waiting."""
    assert [] == [bad for moment in range(1, len(AMI)) for bad in untrue(killed_at(moment))]


def test_a_manager_connection_cut_at_any_moment_makes_no_untrue_outcome() -> None:
    cuts = [(first, first + length) for length in (3, 20, 60) for first in range(1, len(AMI) - length, 3)]
    assert [] == [bad for first, last in cuts for bad in untrue(cut_off_between(first, last))]


def test_what_nobody_has_told_yet_is_no_abandoned_call_in_the_figures() -> None:
    waited = replace(CALL, queued_at=T0 + timedelta(seconds=2), ended_at=T0 + timedelta(seconds=60))
    told = {outcome: ended_call(replace(waited, outcome=outcome)).abandoned for outcome in (None, *Outcome)}
    assert not told[None] and not told[Outcome.FAILED]
    assert told[Outcome.ABANDONED_WAITING]


@pytest.mark.parametrize(
    ("seen", "recorded", "outcome"),
    [
        ({"ended_by": "caller", "queued_at": T0}, False, Outcome.ABANDONED_WAITING),
        ({"ended_by": "caller", "queued_at": T0}, True, Outcome.FAILED),
        ({"ended_by": "caller"}, False, Outcome.ABANDONED_IN_MENU),
        ({"ended_by": None, "queued_at": T0}, False, Outcome.FAILED),
        ({"ended_by": "caller", "queued_at": T0, "ucc_result": "answered"}, True, Outcome.TRANSFERRED_1414),
        ({"ended_by": "caller", "connections": (talk(1, "c101"),)}, True, Outcome.SERVED),
        ({"ended_by": "caller", "connections": (talk(1, "duty"),)}, True, Outcome.DUTY_PHONE),
        ({"ended_by": "consultant", "connections": (talk(1, "duty"), talk(2, "c101"))}, True, Outcome.SERVED),
    ],
)
def test_what_no_log_can_tell_any_more_is_told_from_what_was_seen(seen, recorded, outcome) -> None:
    assert outcome == presumed_outcome(replace(CALL, **seen), recorded)
