"""What silence and missing answers say of a leg, in time that is an argument."""

from engine.leg_state import AGAIN, OWED, PRESSING, SILENT, UNANSWERED, LegState


def silent(at: float = 100.0) -> LegState:
    """A leg whose packets stopped at `at`."""
    one = LegState()
    one.count(50, at - 1)
    one.count(51, at)
    return one


def test_a_leg_whose_packets_come_is_heard_and_not_asked():
    one = silent(100.0)
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
    for n in range(UNANSWERED - 1):
        one.ask(103.0 + n * PRESSING)
    assert "asked" == one.sign(200.0)


def test_a_leg_that_answers_nothing_for_long_enough_gives_no_sign_of_life():
    one = silent(100.0)
    for n in range(UNANSWERED):
        assert one.due(103.0 + n * PRESSING)
        one.ask(103.0 + n * PRESSING)
    assert "asked" == one.sign(103.0 + OWED - 0.1)
    assert "unanswered" == one.sign(103.0 + OWED)


def test_one_packet_or_one_answer_is_a_sign_of_life():
    for sign in (lambda one: one.count(52, 110.0), lambda one: one.answer(110.0)):
        one = silent(100.0)
        for n in range(UNANSWERED):
            one.ask(103.0 + n)
        assert "unanswered" == one.sign(109.0)
        sign(one)
        assert one.sign(110.0) in ("heard", "quiet")


def test_packets_that_asterisk_does_not_tell_of_change_nothing():
    one = LegState()
    one.count(None, 5.0)
    assert not one.still(100.0)
