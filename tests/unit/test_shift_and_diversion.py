"""Shift ended and begun, a queue diverted, a supervisor's ear, stuck states: told and healed."""

from config.settings import Settings
from engine.operations.state_watchdog import PATIENCE, StateWatchdog
from recordings.journal.figures import EndedCall, chart, figures
from routing.dispatch.consultant import Consultant
from routing.dispatch.decisions import Assign, NobodyOnShift, RaiseAlarm, SomebodyOnShift, Withdraw
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.queue import Waiting
from routing.dispatch.views import SeatView
from routing.live.ami_events import read
from routing.live.endpoints import is_consultant
from routing.live.live import Live
from routing.live.mismatch import mismatches
from routing.live.monitoring import OPTIONS, spy_id


def floor(*ids: str) -> Dispatcher:
    """These consultants, reachable, speaking both."""
    made = Dispatcher(Rules())
    for id_ in ids:
        made.consultant_known(Consultant(id_, ("kk", "ru")), 0.0)
        made.reachable(id_, 0.0)
    return made


def state(dispatcher: Dispatcher, id_: str) -> str:
    return next(seat.state for seat in dispatcher.snapshot(0.0).consultants if seat.id == id_)


def test_whose_shift_has_ended_is_rung_no_more_and_after_its_begin_again():
    line = floor("c101")
    alarms = [RaiseAlarm("nobody_on_shift", language) for language in ("kk", "ru")]
    assert line.shift_ended("c101", 1.0) == alarms
    assert state(line, "c101") == "off_shift"
    assert line.caller_waits(Waiting("k1", "kk", 2.0), 2.0) == [NobodyOnShift("k1", "kk")]
    news = line.shift_started("c101", 3.0)
    assert [type(one) for one in news] == [SomebodyOnShift, Assign]


def test_a_ring_is_withdrawn_when_the_shift_ends_and_a_conversation_goes_on():
    line = floor("c101")
    line.caller_waits(Waiting("k1", "kk", 1.0), 1.0)
    assert Withdraw("k1", "c101", "off_shift") in line.shift_ended("c101", 2.0)
    talking = floor("c101")
    talking.caller_waits(Waiting("k1", "kk", 1.0), 1.0)
    talking.answered("k1", "c101", 2.0)
    talking.shift_ended("c101", 3.0)
    assert state(talking, "c101") == "talking"
    talking.conversation_ended("k1", "c101", 4.0)
    talking.due(40.0)
    assert state(talking, "c101") == "off_shift"


def test_the_end_of_the_shift_outlives_the_engine():
    line = floor("c101")
    line.shift_ended("c101", 10.0)
    again = Dispatcher(Rules())
    again.consultant_known(Consultant("c101", ("kk", "ru")), 0.0)
    again.restore(line.state(70.0), 1000.0, 5.0)
    [seat] = again.snapshot(1000.0).consultants
    assert (seat.state, seat.since) == ("off_shift", 935.0)


def test_a_diverted_queue_sends_its_callers_to_the_duty_phone_and_nobody_elses():
    line = floor("c101")
    assert line.divert("kk", 1.0) == []
    assert line.caller_waits(Waiting("k1", "kk", 2.0), 2.0) == [NobodyOnShift("k1", "kk")]
    [served] = line.caller_waits(Waiting("k2", "ru", 3.0), 3.0)
    assert served.call == "k2"
    line.answered("k2", "c101", 4.0)
    line.conversation_ended("k2", "c101", 5.0)
    line.wrap_up_ended("c101", 6.0)
    assert state(line, "c101") == "available"
    news = line.undivert("kk", 7.0)
    assert [type(one) for one in news] == [SomebodyOnShift, Assign]


def test_a_caller_of_a_diverted_queue_can_still_be_given_to_a_consultant_by_name():
    line = floor("c101")
    line.divert("kk", 1.0)
    line.caller_waits(Waiting("k1", "kk", 2.0), 2.0)
    [_, assign] = line.assign_to("k1", "c101", 3.0)
    assert (assign.call, assign.why.consultant) == ("k1", "ordered")


def began(id_: str, heard: str = "PJSIP/c101-00000002") -> dict[str, str]:
    return {"Event": "ChanSpyStart", "Timestamp": "5.0", "SpyerUniqueid": id_,
            "SpyerChannel": "PJSIP/s201-00000007", "SpyeeChannel": heard}  # fmt: skip


def test_who_listens_is_known_by_the_event_that_returns_and_by_nothing_else():
    live = Live()
    for mode in OPTIONS:
        id_ = spy_id(mode, "s201", 1)
        live.apply(read(began(id_)))
        [spy] = live.spies.values()
        assert (spy.phone, spy.mode, spy.consultant, spy.at) == ("s201", mode, "c101", 5.0)
        live.apply(read({"Event": "ChanSpyStop", "Timestamp": "6.0", "SpyerUniqueid": id_}))
        assert live.spies == {}


def test_a_supervisors_phone_is_no_consultant():
    assert [is_consultant(one) for one in ("c101", "s201", "trunk-watch", "1414")] == [
        True,
        False,
        False,
        False,
    ]


def talking_seat() -> SeatView:
    return SeatView("c101", ("kk",), "talking", True, "k1", None, 0, False, None)


def test_a_seat_tied_to_a_call_that_is_gone_is_found():
    [found] = mismatches([talking_seat()], Live())
    assert (found.consultant, found.call, found.why) == ("c101", "k1", "call_gone")


def test_the_watchdog_heals_only_what_stays_wrong():
    clock, healed = [0.0], []

    class Desk:
        def snapshot(self):
            from types import SimpleNamespace

            return SimpleNamespace(consultants=(talking_seat(),))

        def conversation_ended(self, call, consultant):
            healed.append((call, consultant))

    class Line:
        up, live = True, Live()

    line = Line()
    dog = StateWatchdog(Desk(), line, lambda *_: None, lambda: clock[0])
    dog.look()
    clock[0] = PATIENCE - 0.1
    dog.look()
    line.up = False
    dog.look()  # AMI was away: what was seen before counts no more
    line.up = True
    clock[0] = PATIENCE + 0.1
    dog.look()
    assert healed == []
    clock[0] = 2 * PATIENCE + 0.2
    dog.look()
    assert healed == [("k1", "c101")]


def call(**more: float | str | None) -> EndedCall:
    return EndedCall(**{"call": "k", "language": "kk", "arrived": 0.0, "queued": 10.0, "answered": None,
                    "talked_until": None, "ended": None, "served_by": None, **more})  # fmt: skip


def test_figures_follow_their_published_formulas():
    calls = [
        call(answered=20.0, talked_until=80.0, ended=90.0),  # 10 s in the queue
        call(answered=60.0, talked_until=180.0, ended=181.0),  # 50 s
        call(ended=14.0),  # abandoned, short
        call(ended=100.0),  # abandoned
        call(queued=None, ended=5.0),  # hung up in the menu: not offered
    ]
    told = figures(calls, 20.0)
    assert (told.offered, told.answered, told.abandoned, told.abandoned_short) == (4, 2, 2, 1)
    assert told.average_wait == 40.0  # (20 + 60) / 2, from arrival (C1)
    assert told.queue_wait == 30.0
    assert told.service_level == 1 / 3  # one in time of two answered and one long abandoned
    assert (told.longest_wait, told.average_talk) == (100.0, 90.0)


def test_without_calls_there_is_no_average():
    told = figures((), 20.0)
    assert (told.offered, told.average_wait, told.service_level) == (0, None, None)


def test_the_chart_has_a_column_for_every_quarter_of_an_hour():
    told = chart([call(arrived=0.0, answered=5.0), call(arrived=950.0, ended=960.0)], 0.0, 2000.0)
    assert (told.offered, told.answered, told.abandoned) == ((1, 1, 0), (1, 0, 0), (0, 1, 0))


def test_the_settings_of_the_board_are_the_laws():
    assert Settings().law_wait_seconds == 40.0


def test_a_manager_that_stays_silent_is_an_alarm_once_for_each_silence():
    clock, raised = [0.0], []

    class Line:
        up = True

    line = Line()
    dog = StateWatchdog(None, line, lambda *alarm: raised.append(alarm), lambda: clock[0])
    for _ in range(2):
        line.up = False
        for _ in range(40):
            dog.look()
            clock[0] += 1.0
        dog._away, dog._told = None, False  # what a look at a line that is up does first
    assert raised == [("ami_down", "manager")] * 2
