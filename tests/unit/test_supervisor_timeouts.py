"""How silence is counted and how starts are spaced."""

from engine.supervisor.timeouts import BackOff, SilenceTimeout


def timeout() -> SilenceTimeout:
    return SilenceTimeout(limit=2.0, longest_tick=0.15)


def ticks_until_limit(
    one: SilenceTimeout, elapsed: float, excused: float = 0.0, most: int = 1000
) -> int | None:
    return next((n for n in range(1, most) if one.passed(elapsed, excused)), None)


def test_two_seconds_without_an_answer_are_the_limit() -> None:
    one = timeout()
    one.ask()
    assert ticks_until_limit(one, 0.1) in (20, 21)


def test_nothing_is_owed_before_a_question_is_out() -> None:
    assert ticks_until_limit(timeout(), 0.1) is None


def test_an_answer_clears_what_was_owed() -> None:
    one = timeout()
    one.ask()
    for _ in range(15):
        one.passed(0.1)
    one.answer()
    one.ask()
    assert ticks_until_limit(one, 0.1) in (20, 21)


def test_asking_again_after_a_refusal_does_not_make_the_debt_younger() -> None:
    one = timeout()
    one.ask()
    for _ in range(15):
        one.passed(0.1)
    one.ask()
    assert ticks_until_limit(one, 0.1) in (5, 6)


def test_a_pause_of_our_own_is_not_the_engines_silence() -> None:
    one = timeout()
    one.ask()
    assert one.passed(60.0) is False
    assert one.owed == 0.15


def test_an_engine_that_got_no_processor_is_never_called_silent() -> None:
    one = timeout()
    one.ask()
    assert ticks_until_limit(one, 0.1, excused=0.1) is None


def test_an_excuse_never_pays_for_earlier_silence() -> None:
    one = timeout()
    one.ask()
    one.passed(0.1)
    one.passed(0.1, excused=5.0)
    assert one.owed == 0.1


def test_an_engine_that_came_up_is_back_at_once_three_times_and_never_later_than_two_seconds() -> None:
    back_off = BackOff()
    waits = [round(back_off.wait(healthy=0), 3) for _ in range(9)]
    assert waits == [0, 0, 0, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_what_never_came_up_is_tried_with_less_and_less_haste() -> None:
    back_off = BackOff()
    waits = [round(back_off.wait(healthy=None), 3) for _ in range(9)]
    assert waits == [0, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


def test_one_that_comes_up_at_last_is_not_kept_away_for_its_failures_before() -> None:
    back_off = BackOff()
    for _ in range(9):
        back_off.wait(healthy=None)
    assert back_off.wait(healthy=0.1) == 2.0


def test_thirty_seconds_of_health_end_the_back_off() -> None:
    back_off = BackOff()
    for _ in range(5):
        back_off.wait(healthy=0)
    assert (back_off.wait(healthy=29.9) > 0, back_off.wait(healthy=30.0)) == (True, 0.0)
