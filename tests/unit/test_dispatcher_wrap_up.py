"""Wrap-up, pauses and missed rings belong to the engine, and outlive it."""

import pytest

from routing.dispatch.decisions import Assign, Decision
from routing.dispatch.dispatcher import Consultant, Dispatcher, Rules, Waiting


def staffed(rules: Rules, *names: str) -> Dispatcher:
    dispatcher = Dispatcher(rules)
    for name in names:
        dispatcher.consultant_known(Consultant(name, ("kk", "ru")), 0)
        dispatcher.reachable(name, 0)
    return dispatcher


def rung(decisions: list[Decision]) -> list[tuple[str, str]]:
    return [(each.call, each.consultant) for each in decisions if isinstance(each, Assign)]


def after_a_talk() -> Dispatcher:
    """c101's wrap-up of 30 s began at 10; y waits."""
    dispatcher = staffed(Rules(wrap_up_seconds=30), "c101")
    dispatcher.caller_waits(Waiting("x", "kk", 0), 0)
    dispatcher.answered("x", "c101", 1)
    dispatcher.conversation_ended("x", "c101", 10)
    assert dispatcher.caller_waits(Waiting("y", "kk", 11), 11) == []
    return dispatcher


def test_nobody_is_rung_in_wrap_up_and_the_next_caller_at_its_end() -> None:
    dispatcher = after_a_talk()
    assert dispatcher.next_due() == 40
    assert dispatcher.due(39.9) == []
    assert rung(dispatcher.due(40)) == [("y", "c101")]


def test_the_consultant_may_end_the_wrap_up() -> None:
    assert rung(after_a_talk().wrap_up_ended("c101", 15)) == [("y", "c101")]


def test_the_consultant_may_extend_the_wrap_up() -> None:
    dispatcher = after_a_talk()
    dispatcher.wrap_up_extended("c101", 20, 15)
    assert dispatcher.due(40) == []
    assert rung(dispatcher.due(60)) == [("y", "c101")]


def test_wrap_up_begins_when_1414_has_answered_not_before() -> None:
    dispatcher = staffed(Rules(wrap_up_seconds=30), "c101")
    dispatcher.caller_waits(Waiting("x", "kk", 0), 0)
    dispatcher.answered("x", "c101", 1)
    dispatcher.reserved("x", "c101", 10)
    assert dispatcher.next_due() is None
    dispatcher.reservation_ended("x", "c101", False, 20)
    assert dispatcher.next_due() == 50


def test_a_caller_who_hangs_up_while_1414_rings_frees_the_consultant() -> None:
    dispatcher = staffed(Rules(wrap_up_seconds=30), "c101")
    dispatcher.caller_waits(Waiting("x", "kk", 0), 0)
    dispatcher.answered("x", "c101", 1)
    dispatcher.reserved("x", "c101", 10)
    dispatcher.caller_left("x", 12)
    assert dispatcher.snapshot(12).consultants[0].state == "wrap_up"


def test_two_who_come_free_at_one_moment_are_compared() -> None:
    dispatcher = Dispatcher(Rules(wrap_up_seconds=30))
    for name, first, second in (("c101", "kk", "ru"), ("c102", "ru", "kk")):
        dispatcher.consultant_known(Consultant(name, (first, second)), 0)  # type: ignore[arg-type]
        dispatcher.reachable(name, 0)
        dispatcher.caller_waits(Waiting(name, first, 0), 0)  # type: ignore[arg-type]
    for name in ("c101", "c102"):
        dispatcher.conversation_ended(name, name, 10)
    dispatcher.caller_waits(Waiting("y", "ru", 11), 11)
    assert rung(dispatcher.due(40)) == [("y", "c102")]


def test_of_two_free_at_one_moment_the_bilingual_one_serves_whoever_waited_longer() -> None:
    dispatcher = Dispatcher(Rules(wrap_up_seconds=30))
    dispatcher.consultant_known(Consultant("c101", ("ru",)), 0)
    dispatcher.consultant_known(Consultant("c102", ("ru", "kk")), 0)
    for name in ("c101", "c102"):
        dispatcher.reachable(name, 0)
        dispatcher.caller_waits(Waiting(name, "ru", 0), 0)
    for name in ("c101", "c102"):
        dispatcher.conversation_ended(name, name, 10)
    dispatcher.caller_waits(Waiting("x", "ru", 11), 11)
    dispatcher.caller_waits(Waiting("y", "kk", 12), 12)
    dispatcher.caller_waits(Waiting("z", "ru", 13), 13)
    assert rung(dispatcher.due(40)) == [("x", "c101"), ("y", "c102")]


def test_an_answer_forgives_missed_rings() -> None:
    dispatcher = staffed(Rules(), "c101")
    dispatcher.caller_waits(Waiting("x", "kk", 0), 0)
    dispatcher.ring_missed("x", "c101", "no answer", 20)
    assert dispatcher.snapshot(21).consultants[0].missed == 1
    dispatcher.answered("x", "c101", 22)
    assert dispatcher.snapshot(22).consultants[0].missed == 0


def restarted(old: Dispatcher, now: float, away: float, *names: str) -> Dispatcher:
    new = Dispatcher(old.rules)
    for name in names:
        new.consultant_known(Consultant(name, ("kk", "ru")), now)
    new.restore(old.state(now - away), now, away)
    for name in names:
        new.reachable(name, now)
    return new


def test_wrap_up_outlives_the_engine_and_ends_when_it_would_have() -> None:
    new = restarted(after_a_talk(), 23, 3, "c101")
    assert new.caller_waits(Waiting("y", "kk", 11), 23) == []
    assert new.next_due() == 40
    assert rung(new.due(40)) == [("y", "c101")]


def test_a_pause_and_its_reason_outlive_the_engine() -> None:
    old = staffed(Rules(), "c101")
    old.paused("c101", "lunch", 5)
    new = restarted(old, 23, 3, "c101")
    seat = new.snapshot(23).consultants[0]
    assert (seat.state, seat.pause) == ("paused", "lunch")
    assert rung(new.caller_waits(Waiting("y", "kk", 11), 23)) == []


def test_pass_over_and_idle_time_outlive_the_engine() -> None:
    old = staffed(Rules(wrap_up_seconds=0), "c101", "c102")
    old.caller_waits(Waiting("x", "kk", 0), 0)
    old.ring_missed("x", "c101", "no answer", 20)
    old.answered("x", "c102", 21)
    old.conversation_ended("x", "c102", 22)
    new = restarted(old, 30, 3, "c101", "c102")
    assert new.next_due() == 80
    assert rung(new.caller_waits(Waiting("y", "kk", 31), 31)) == [("y", "c102")]
    assert [seat.missed for seat in new.snapshot(31).consultants] == [1, 0]


def test_callers_who_re_enter_after_a_restart_are_in_their_old_order() -> None:
    dispatcher = Dispatcher(Rules())
    for call, arrived in (("c", 3.0), ("a", 1.0), ("d", 4.0), ("b", 2.0)):
        dispatcher.caller_waits(Waiting(call, "ru", arrived), 100)
    assert [caller.call for caller in dispatcher.snapshot(100).callers] == ["a", "b", "c", "d"]
    assert [dispatcher.position(call) for call in "abcdx"] == [1, 2, 3, 4, 0]


STRANGE = [
    ("reachable", "nobody"),
    ("unreachable", "nobody"),
    ("paused", "nobody", "break"),
    ("released", "nobody"),
    ("consultant_forgotten", "nobody"),
    ("caller_left", "nobody"),
    ("ring_missed", "x", "c102", "no answer"),
    ("ring_missed", "gone", "c101", "no answer"),
    ("answered", "x", "c102"),
    ("conversation_ended", "x", "c102"),
    ("reserved", "gone", "c101"),
    ("reservation_ended", "x", "c101", True),
    ("wrap_up_ended", "c101"),
    ("wrap_up_extended", "c101", 30.0),
    ("move_up", "gone"),
    ("assign_to", "x", "nobody"),
    ("caller_waits", Waiting("x", "ru", 0)),
]


@pytest.mark.parametrize("event", STRANGE, ids=lambda event: f"{event[0]}-{event[1]}"[:40])
def test_an_event_for_somebody_unknown_or_too_late_changes_nothing_and_is_counted(
    event: tuple[str, object],
) -> None:
    dispatcher = staffed(Rules(), "c101", "c102")
    dispatcher.caller_waits(Waiting("x", "kk", 0), 0)
    before = dispatcher.snapshot(5)
    name, *about = event
    assert getattr(dispatcher, name)(*about, 5) == []
    assert dispatcher.snapshot(5) == before
    assert dispatcher.stale == {name: 1}


def test_a_ring_reported_twice_does_not_end_the_next_ring_of_the_same_two() -> None:
    dispatcher = staffed(Rules(), "c101")
    first = dispatcher.caller_waits(Waiting("x", "kk", 0), 0)[0]
    assert isinstance(first, Assign)
    assert rung(dispatcher.ring_missed("x", "c101", "no answer", 20, first.ring)) == [("x", "c101")]
    assert dispatcher.ring_missed("x", "c101", "no answer", 20, first.ring) == []
    assert dispatcher.snapshot(20).consultants[0].state == "ringing"


def test_a_forgotten_consultant_ends_the_conversation_and_is_gone() -> None:
    dispatcher = staffed(Rules(), "c101")
    dispatcher.caller_waits(Waiting("x", "kk", 0), 0)
    dispatcher.answered("x", "c101", 1)
    dispatcher.consultant_forgotten("c101", 2)
    assert dispatcher.snapshot(2).consultants[0].state == "talking"
    dispatcher.conversation_ended("x", "c101", 3)
    assert dispatcher.snapshot(3).consultants == ()
