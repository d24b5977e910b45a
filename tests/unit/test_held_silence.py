"""Silence during a hold is no fault; silence beyond it is (A5)."""

from datetime import UTC, datetime, timedelta

import pytest

from recordings.capture.held_silence import without_holds
from recordings.model.call_record import Moment
from recordings.model.telephone_audio import Silence

T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def hold(first: float, last: float | None, party: str = "c101") -> Moment:
    until = None if last is None else T0 + timedelta(seconds=last)
    return Moment("hold", 1, party, T0 + timedelta(seconds=first), until)


@pytest.mark.parametrize(
    ("silence", "holds", "stands"),
    [
        (Silence("consultant_silent", 0, 4), [hold(0.1, None)], False),  # held at once and until the end
        (Silence("consultant_silent", 0, 4), [], True),
        (Silence("consultant_silent", 0, 4), [hold(0.1, None, "caller")], True),  # the other side held
        (Silence("consultant_silent", 0, 9), [hold(0.1, 3.0)], True),  # and was not heard after it either
        (Silence("consultant_lost", 5, 9), [hold(5.2, None)], False),
        (Silence("consultant_lost", 2, 9), [hold(5.2, None)], True),  # lost before the hold
        (Silence("consultant_gap", 10, 50), [hold(10.2, 50.1)], False),
        (Silence("consultant_gap", 10, 90), [hold(10.2, 50.1)], True),
        (Silence("consultant_gap", 10, 90), [hold(10.2, 50.1), hold(52.0, 89.9)], False),
        (Silence("caller_lost", 5, 9), [hold(5.0, None, "caller")], False),
    ],
)
def test_only_silence_that_no_hold_of_that_side_covers_is_a_fault(silence, holds, stands):
    expected = (silence.fault, "lengths_differ") if stands else ("lengths_differ",)
    assert expected == without_holds((silence.fault, "lengths_differ"), [silence], holds, T0)


def test_of_two_silences_of_one_kind_the_one_nobody_held_is_a_fault():
    told = [Silence("consultant_lost", 2, 5), Silence("consultant_lost", 20, 25)]
    assert ("consultant_lost",) == without_holds(("consultant_lost",), told, [hold(1.9, 5.5)], T0)


def test_a_ring_is_no_hold():
    ring = Moment("ring", 1, "c101", T0, T0 + timedelta(seconds=9))
    told = [Silence("consultant_silent", 0, 4)]
    assert ("consultant_silent",) == without_holds(("consultant_silent",), told, [ring], T0)


def test_a_fault_without_a_silence_stays():
    assert ("hole",) == without_holds(("hole",), [], [hold(0, None)], T0)
