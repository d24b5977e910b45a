"""What silence and missing answers say of a leg, in time that is an argument."""

from engine.media.leg_state import AGAIN, OWED, PRESSING, SILENT, STALE, UNANSWERED_IN_A_ROW, LegState


def silent(at: float = 100.0) -> LegState:
    """A leg whose packets stopped at `at`."""
    one = LegState()
    one.count(50, at - 1)
    one.count(51, at)
    return one


def test_a_leg_whose_packets_come_and_that_answers_is_heard_and_not_asked():
    one = silent(100.0)
    for at in (100.2, 101.4):
        assert one.due(at)
        one.ask(at)
        one.answer(at + 0.1)
    assert one.answers
    assert "heard" == one.sign(100.0 + SILENT / 2)
    assert not one.due(100.0 + SILENT / 2)


def test_a_silent_leg_is_asked_and_whoever_answers_is_quiet_for_a_while():
    one = silent(100.0)
    assert one.due(103.5)
    one.ask(103.5)
    assert "asked" == one.sign(103.6)
    one.answer(103.7)
    assert "quiet" == one.sign(103.8)
    assert not one.due(103.7 + AGAIN - 0.1)
    assert one.due(103.7 + AGAIN)


def test_a_lost_answer_or_two_prove_nothing():
    one = silent(100.0)
    for n in range(UNANSWERED_IN_A_ROW - 1):
        one.ask(103.0 + n * PRESSING)
    assert "asked" == one.sign(111.0)


def test_a_leg_that_answers_nothing_for_long_enough_gives_no_sign_of_life():
    one = silent(100.0)
    for n in range(UNANSWERED_IN_A_ROW):
        assert one.due(103.0 + n * PRESSING)
        one.ask(103.0 + n * PRESSING)
    assert "asked" == one.sign(103.0 + OWED - 0.1)
    assert "unanswered" == one.sign(103.0 + OWED)


def test_one_packet_or_one_answer_is_a_sign_of_life():
    for sign in (lambda one: one.count(52, 110.0), lambda one: one.answer(110.0)):
        one = silent(100.0)
        for n in range(UNANSWERED_IN_A_ROW):
            one.ask(103.0 + n)
        assert "unanswered" == one.sign(109.5)
        sign(one)
        assert one.sign(110.0) in ("heard", "quiet")


def test_packets_that_asterisk_does_not_tell_of_change_nothing():
    one = LegState()
    one.count(None, 5.0)
    assert not one.still(100.0)


def asked(one: LegState, times: int, begin: float, heard: bool) -> float:
    """A question a second, none answered, with a packet before each one, or without; the time after it."""
    for n in range(times):
        if heard:
            one.count((one.packets or 0) + 50, begin + n)
        one.ask(begin + n)
    return begin + times


def test_a_leg_that_is_heard_and_does_not_answer_is_known_not_to_answer():
    one = silent(100.0)
    end = asked(one, UNANSWERED_IN_A_ROW, 100.0, heard=True)
    assert one.answers is None
    one.count(1000, end)
    assert one.answers is False
    assert not one.due(end + AGAIN / 2)
    assert one.due(end + AGAIN)


def test_one_packet_in_twenty_seconds_of_a_leg_that_does_not_answer_tells_the_same():
    one = silent(100.0)
    asked(one, UNANSWERED_IN_A_ROW, 103.0, heard=False)
    one.count(52, 120.0)
    assert one.answers is False


def test_one_answer_is_no_habit_for_a_repeated_question_may_be_dropped():
    one = silent(100.0)
    one.ask(100.5)
    one.answer(100.6)
    assert one.answers is None
    assert one.due(101.6)


def test_a_leg_that_answered_and_comes_back_after_an_outage_is_asked_anew():
    one = silent(100.0)
    for at in (100.5, 101.5):
        one.ask(at)
        one.answer(at + 0.1)
    asked(one, UNANSWERED_IN_A_ROW, 105.0, heard=False)
    one.count(99, 120.0)
    assert one.answers is None
    assert one.due(120.5)


def test_a_doubt_ends_when_nobody_asks_any_more():
    one = silent(100.0)
    end = asked(one, UNANSWERED_IN_A_ROW, 103.0, heard=False)
    assert "unanswered" == one.sign(end)
    assert "asked" == one.sign(end + STALE)
