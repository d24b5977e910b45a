"""How long an alarm of the journal stands on the board."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.wallboard.journal_alarms import JournalAlarms
from recordings.model.entries import ENDED, Alarm, standing
from routing.board.alert_kinds import BOARD, LASTING

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_one_that_is_told_long_after_its_conversation_stands_from_when_it_was_told():
    """A conversation of forty minutes whose recording failed: its alarm bears the time of its answer."""
    clock = Clock()
    notices = JournalAlarms(clock)
    notices.take([], NOW)
    one = Alarm("recording_missing", "n1-1763815501123-1-c1", NOW - timedelta(minutes=40))
    for seconds, shown in ((0, (one,)), (899, (one,)), (900, ())):
        clock.at = 100.0 + seconds
        notices.take([one], NOW)
        assert shown == notices.shown


def test_an_engine_that_begins_shows_none_that_was_shown_before():
    old, new = (Alarm("recording_hole", "x", NOW - timedelta(minutes=minutes)) for minutes in (16, 14))
    notices = JournalAlarms(Clock())
    notices.take([old, new], NOW)
    assert (new,) == notices.shown


def test_a_clock_that_was_set_keeps_none_longer():
    clock = Clock()
    notices = JournalAlarms(clock)
    ahead = Alarm("recording_hole", "x", NOW + timedelta(hours=3))  # raised before the clock was set back
    notices.take([ahead], NOW)
    clock.at += 900
    notices.take([ahead], NOW)
    assert () == notices.shown


@pytest.mark.parametrize("kind", sorted(BOARD))
def test_every_kind_goes_with_its_end_and_the_lasting_ones_only_then(kind):
    clock = Clock()
    notices = JournalAlarms(clock)
    notices.take([], NOW)
    one = Alarm(kind, "x", NOW)
    assert notices.take([one], NOW)
    clock.at += 86_400
    assert notices.take([one], NOW) == (kind not in LASTING)
    assert ((one,) if kind in LASTING else ()) == notices.shown
    notices.take(standing([one, Alarm(kind + ENDED, "x", NOW)]), NOW)
    assert () == notices.shown
