"""Where each caller is: nobody on the line is invisible, whoever has the call (decision 0050)."""

import pytest

from routing.dispatch.views import CallerView
from routing.live.live import Live
from routing.live.live_view import view_of
from routing.live.phases import PHASES, UNANSWERED, on_the_line
from tests.unit.live_tables import told

ARRIVES = """
100 | trunk | arrives | +77000000101
100 | trunk | sets | CALL=n1-1-1
100 | trunk | sets | STAGE=welcome
"""
WAITS = f"""{ARRIVES}
103 | trunk | sets | LANGUAGE=ru
104 | trunk | sets | STAGE=wait
"""
TALKS = f"""{WAITS}
110 | trunk | sets | STAGE=talk
110 | c101 | rings |
112 | trunk | joins | b1
112 | c101 | joins | b1
"""


def live(table: str) -> Live:
    state = Live()
    for event in told(table):
        state.apply(event)
    return state


def phases(table: str, *queue: CallerView) -> list[tuple[str, str]]:
    calls = view_of(live(table)).calls
    return [(one.call.call_id if one.call else one.seat.call, one.phase) for one in on_the_line(calls, queue)]


def seat(phase: str, call: str = "n1-1-1") -> CallerView:
    return CallerView(call, "ru", phase, 1, 100.0, 0, "c101", False)


@pytest.mark.parametrize(
    ("table", "phase"),
    [
        (ARRIVES, "menu"),
        (WAITS, "waiting"),  # in survival's queue: the dispatcher does not know of it
        (f"{WAITS}105 | c101 | rings |", "ringing"),
        (f"{WAITS}105 | trunk | sets | DUTY=ringing", "duty_ringing"),
        (f"{WAITS}105 | trunk | sets | DUTY=failed", "waiting"),
        (f"{WAITS}105 | trunk | sets | DUTY=answered\n106 | trunk | joins | b1\n106 | duty | joins | b1",
         "duty_talking"),
        (TALKS, "talking"),
        (f"{TALKS}113 | c101 | holds | on", "hold"),
        (f"{TALKS}120 | c101 | leaves | b1\n121 | trunk | sets | STAGE=after", "rating"),
        (f"{TALKS}120 | c101 | leaves | b1\n125 | 1414 | rings |\n126 | 1414 | joins | b1", "with_1414"),
    ],
)  # fmt: skip
def test_a_caller_whom_the_dispatcher_does_not_hold_is_shown_where_they_are(table, phase):
    assert phases(table) == [("n1-1-1", phase)]


def test_the_dispatchers_word_comes_first_and_the_line_tells_the_rest():
    assert phases(WAITS, seat("waiting")) == [("n1-1-1", "waiting")]
    assert phases(WAITS, seat("ringing")) == [("n1-1-1", "ringing")]
    assert phases(f"{TALKS}113 | c101 | holds | on", seat("talking")) == [("n1-1-1", "hold")]
    assert phases(TALKS, seat("reserved")) == [("n1-1-1", "reserved")]


def test_one_whom_the_live_state_has_not_seen_yet_is_shown_all_the_same():
    assert phases("", seat("waiting", "n1-9-9")) == [("n1-9-9", "waiting")]


def test_a_feature_code_is_no_caller():
    assert phases("100 | trunk | arrives | +77000000101") == []


def test_whom_a_phone_rings_for_still_waits_and_whom_somebody_hears_does_not():
    assert ("waiting", "ringing", "duty_ringing") == UNANSWERED
    assert set(PHASES) >= set(UNANSWERED)
