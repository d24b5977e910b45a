"""Calls that end by the line's fault: told as such, first on calling again, named where it repeats (A1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from live_tables import CALLER, lived, story_of, told

from engine.wallboard.cut_off_numbers import OWED
from engine.wallboard.today import Today
from recordings.journal.from_call_summary import record
from recordings.model.call_record import CallRecord, Outcome
from routing.live.call_summary import CallSummary
from routing.live.events import HangupAsked
from routing.live.repeated_faults import WATCHED, RepeatedFaults

AT = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
NUMBER = "+77000000001"
ARRIVAL = """
  10.0 | trunk | arrives  | +77000000001
  10.1 | trunk | sets     | CALL=n1-10000-1
  10.1 | trunk | sets     | OPERATOR=127.0.0.2
  10.2 | trunk | up       |
"""
QUEUED = ARRIVAL + "12.0 | trunk | sets | LANGUAGE=ru\n13.0 | trunk | sets | QUEUED=13000\n"
TALKING = QUEUED + "14.0 | c101 | rings |\n16.0 | c101 | joins |\n16.1 | trunk | joins |\n"


def given_up(table: str, at: float, code: int) -> CallSummary:
    """The call's story when Asterisk's SIP stack gives the caller's leg up at that moment."""
    live = lived(told(table))
    live.apply(HangupAsked(at, CALLER, CALLER, code))
    for event in told(f"{at} | trunk | gone |"):
        live.apply(event)
    (story,) = live.ended()
    return story


@pytest.mark.parametrize(
    ("table", "outcome"),
    [(ARRIVAL, "failed"), (QUEUED, "failed"), (TALKING, "served")],
    ids=["menu", "wait", "talk"],
)
@pytest.mark.parametrize("at", [42.2, 45.0])
def test_a_call_that_nobody_confirmed_is_the_lines_fault_and_not_abandoned(
    table: str, outcome: str, at: float
) -> None:
    story = given_up(table, at, 408)
    assert (outcome, "no_ack", "127.0.0.2") == (story.outcome, story.ended_by, story.operator)
    assert "no_ack" == record(story).ended_by


@pytest.mark.parametrize(
    ("at", "code"),
    [(42.2, 0), (42.2, 487), (30.0, 408), (60.0, 408)],
    ids=["bye", "other", "sooner", "later"],
)
def test_a_caller_who_hangs_up_after_32_seconds_has_hung_up(at: float, code: int) -> None:
    story = given_up(QUEUED, at, code)
    assert ("abandoned_waiting", "caller") == (story.outcome, story.ended_by)


def test_a_call_that_ends_otherwise_stays_the_callers() -> None:
    story = story_of(QUEUED + "42.2 | trunk | hangs up |\n42.2 | trunk | gone |\n")
    assert ("abandoned_waiting", "caller") == (story.outcome, story.ended_by)


def call(minutes: float, ended_by: str, outcome: Outcome, caller: str | None = NUMBER) -> CallRecord:
    arrived = AT + timedelta(minutes=minutes)
    blank = CallRecord(f"n1-{minutes}", caller, "kk", arrived, outcome=outcome, ended_by=ended_by)
    return replace(blank, ended_at=arrived + timedelta(seconds=32))


CUT = call(0, "no_ack", Outcome.FAILED)
DIED = call(0, "cut_off", Outcome.SERVED)
LEFT = call(2, "caller", Outcome.ABANDONED_WAITING)
SERVED = call(2, "consultant", Outcome.SERVED)
AGAIN = (AT + timedelta(minutes=5)).timestamp()
MUCH_LATER = AT.timestamp() + OWED + 60


@pytest.mark.parametrize(
    ("rows", "number", "now", "first"),
    [
        ((), NUMBER, AGAIN, False),
        ((CUT,), NUMBER, AGAIN, True),
        ((CUT,), "87000000001", AGAIN, True),
        ((DIED,), NUMBER, AGAIN, True),
        ((CUT,), "+77000000002", AGAIN, False),
        ((CUT,), None, AGAIN, False),
        ((CUT, LEFT), NUMBER, AGAIN, True),
        ((CUT, SERVED), NUMBER, AGAIN, False),
        ((SERVED, CUT), NUMBER, AGAIN, False),
        ((CUT,), NUMBER, MUCH_LATER, False),
        ((LEFT,), NUMBER, AGAIN, False),
        ((call(0, "no_ack", Outcome.FAILED, None),), None, AGAIN, False),
    ],
    ids=[
        "nothing", "cut off", "spelt otherwise", "Asterisk died", "another number", "withheld",
        "gave up meanwhile", "served meanwhile", "told late", "long ago", "hung up", "both withheld",
    ],
)  # fmt: skip
def test_who_was_cut_off_by_us_and_calls_again_is_first(
    rows: tuple[CallRecord, ...], number: str | None, now: float, first: bool
) -> None:
    today = Today(ZoneInfo("Asia/Almaty"), 40.0)
    for row in rows:
        today.take(row)
    assert first == today.first(number, now)


def test_an_operator_where_it_repeats_is_named_until_it_has_stopped() -> None:
    lost = RepeatedFaults()
    assert (1, {}) == (lost.take("10.0.0.1", 100.0), lost.repeated(100.0))
    assert 1 == lost.take("10.0.0.2", 150.0)
    assert 2 == lost.take("10.0.0.1", 200.0)
    assert {"10.0.0.1": (100.0, 2)} == lost.repeated(300.0)
    assert {} == lost.repeated(100.0 + WATCHED + 1)
