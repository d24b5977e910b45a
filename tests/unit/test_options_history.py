"""Legs of one operator's address: what single ones have shown, and what that says of the others."""

from engine.media.options_history import KEPT, OptionsHistory


def test_an_address_answers_when_a_leg_of_it_did():
    habits = OptionsHistory()
    assert not habits.answers("192.0.2.1")
    habits.learn("192.0.2.1", "a", None)
    assert not habits.answers("192.0.2.1")
    habits.learn("192.0.2.1", "a", True)
    assert habits.answers("192.0.2.1")
    assert not habits.answers("192.0.2.2")


def test_one_leg_that_is_heard_and_does_not_answer_makes_the_others_silence_say_nothing():
    habits = OptionsHistory()
    habits.learn("192.0.2.1", "a", True)
    habits.learn("192.0.2.1", "b", False)
    assert not habits.answers("192.0.2.1")
    habits.learn("192.0.2.1", "b", True)  # it was only away for a moment
    assert habits.answers("192.0.2.1")


def test_what_a_leg_showed_long_ago_is_forgotten():
    habits = OptionsHistory()
    habits.learn("192.0.2.1", "old", False)
    for n in range(KEPT):
        habits.learn("192.0.2.1", str(n), True)
    assert habits.answers("192.0.2.1")
