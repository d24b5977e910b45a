"""The board over a recorded day: each moment renders; figures, limits and alerts follow their words."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from config.settings import Limits, Settings
from console.app import LABELS
from console.http.rendering import Rendering
from console.identity.accounts import Account
from dialplan.words import UCC
from engine.cli.replay_timeline import recorded
from engine.operations.line_events import LineEvents
from engine.wallboard.agent_times import AgentTimes
from engine.wallboard.alerts import Alerts
from engine.wallboard.build import BoardBuilder
from engine.wallboard.counts import thresholds
from engine.wallboard.today import Today
from recordings.journal.figures import completed, ended_call
from recordings.model.call_record import CallRecord, Outcome
from recordings.model.entries import Alarm, ConsultantStint
from recordings.privacy.hiding import UNREADABLE
from routing.board.as_json import board_to_json
from routing.dispatch.consultant import Consultant
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.queue import Waiting
from routing.dispatch.service import DispatchService
from routing.live.events import VariableSet
from tests.unit.live_tables import STREAMS

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
WHO = Account("sara", "Сара Бақылау", "supervisor", None, "s201", "kk")
SEAT = Account("cora", "Кора Кеңес", "consultant", "c101", None, "kk")


class Home:
    """A board without telephony: events go in by hand."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        nothing = lambda *_: None  # noqa: E731
        self.now = NOW.timestamp()
        self.desk = DispatchService(Dispatcher(Rules()), lambda: self.now)
        for id_ in ("c101", "c102", "c103"):
            self.desk.consultant_known(Consultant(id_, ("kk", "ru")))
        self.line = LineEvents(self.desk, nothing, nothing, nothing, nothing, lambda _: False, up=True)
        self.today = Today(self.settings.zone, self.settings.service_level_seconds)
        self.written = []
        self.stints = AgentTimes(self.desk, self.written.append, lambda: 0.0)
        self.alerts = Alerts(self.settings, lambda: None, nothing)
        self.builder = BoardBuilder(
            self.settings, self.desk, self.line, self.today, self.alerts,
            lambda: {"c101": "Айгүл Сынақ", "s201": "Сара Бақылау"}, lambda: 0.0, self.stints,
        )  # fmt: skip

    def board(self):
        return json.loads(json.dumps(board_to_json(replace(self.builder.build(self.now), event=1))))

    def seat(self, id_="c101"):
        return next(one for one in self.board()["consultants"] if one["id"] == id_)

    def kinds(self):
        return {(one["kind"], one["subject"]) for one in self.board()["alerts"]}


@pytest.fixture
async def home():
    made = Home()
    yield made
    made.desk.close()


@pytest.mark.slow
async def test_every_moment_of_a_recorded_day_renders_in_three_languages(home):
    rendering = Rendering(home.settings, LABELS)
    text = (STREAMS / "ten-calls.ami").read_text("utf-8")
    phases = set()
    for number, event in enumerate(recorded(text)):
        home.now = event.at
        home.line._take(event)
        board = replace(home.builder.build(home.now), event=number)
        phases |= {one.phase for one in board.callers}
        for who, template in ((WHO, "board.html"), (WHO, "tv_board.html"), (SEAT, "desk_board.html")):
            assert rendering.board(template, ("kk", "ru", "en")[number % 3], who, board)
    assert phases >= {"menu", "talking", "ringing"}


async def test_a_number_that_is_withheld_is_nobodys_whatever_the_trunk_calls_it(home):
    told = [e for e in recorded((STREAMS / "ten-calls.ami").read_text("utf-8"))]
    for event in told:
        withheld = getattr(event, "pii_caller", None)
        home.line._take(replace(event, pii_caller="Anonymous") if withheld else event)
        assert {one["number"] for one in home.board()["callers"]} <= {None}


async def test_who_is_being_rung_still_waits(home):
    home.desk.reachable("c101")
    home.desk.place(Waiting("n1-1-1", "kk", home.now - 50))
    board = home.board()
    assert home.seat()["state"] == "ringing"
    assert (board["totals"]["waiting"], board["totals"]["ringing"]) == (1, 1)
    assert ("wait_warning", "kk") in home.kinds()


async def test_who_let_a_call_ring_out_is_unreachable_until_the_time_is_up(home):
    home.desk.reachable("c101")
    home.desk.reachable("c102")
    ticket = home.desk.place(Waiting("n1-1-1", "kk", home.now))
    rung = next(one["id"] for one in home.board()["consultants"] if one["state"] == "ringing")
    await ticket.next()
    ticket.missed("noanswer")
    seat = home.seat(rung)
    assert (seat["state"], seat["passed_over"], seat["until"]) == ("unreachable", True, home.now + 60)
    assert home.board()["totals"]["available"] == 0


async def test_what_consultants_did_is_written_at_its_begin_and_at_its_end(home):
    home.stints.look(home.now)
    home.desk.reachable("c101")
    home.now += 5
    home.desk.paused("c101", "lunch")
    home.stints.look(home.now)
    mine = [row for row in home.written if row.consultant == "c101"]
    assert [(row.state, row.reason, row.ended_at is None) for row in mine] == [
        ("unreachable", None, True), ("unreachable", None, False), ("paused", "lunch", True),
    ]  # fmt: skip
    assert all(isinstance(row, ConsultantStint) for row in home.written)
    home.now += 60
    assert home.seat()["paused"] == {"seconds": 0, "since": NOW.timestamp() + 5}


async def test_a_queue_may_have_limits_of_its_own():
    settings = Settings(queue_limits={"kk": Limits(wait_critical_seconds=45, waiting_warning=1)})
    told = thresholds(settings)
    assert (told["kk"].wait, told["ru"].wait) == ((30.0, 45.0), (30.0, 120.0))
    assert (told["kk"].waiting, told["all"].waiting) == ((1.0, 6.0), (3.0, 6.0))
    home = Home(settings)
    for language in ("kk", "ru"):
        home.desk.place(Waiting(f"n1-1-{language}", language, home.now - 50))
    assert {("wait_critical", "kk"), ("wait_warning", "ru")} <= home.kinds()
    home.desk.close()


async def test_figures_that_are_not_known_yet_are_said_to_be_missing(home):
    assert ("figures_incomplete", "") not in home.kinds()  # they are being read
    home.now += 6
    assert ("figures_incomplete", "") in home.kinds()
    reader = SimpleNamespace(calls=_none)
    assert await home.today.load(reader, NOW)
    assert ("figures_incomplete", "") not in home.kinds()


async def _none(_):
    await asyncio.sleep(0)
    return []


def record(**more) -> CallRecord:
    return CallRecord(**{"call_id": "n1-1-1", "pii_caller": "+77000000101", "language": "kk",
                         "arrived_at": NOW, "queued_at": NOW + timedelta(seconds=5), **more})  # fmt: skip


async def test_a_call_told_twice_is_counted_once_and_nothing_of_it_is_erased(home):
    home.today.turn(NOW)
    home.today.take(record(ended_at=NOW + timedelta(seconds=90), outcome=Outcome.ABANDONED_WAITING))
    home.today.take(record(queued_at=None, ended_at=NOW + timedelta(seconds=90)))  # seen by another eye
    told = home.today.figures(None)
    assert (told.offered, told.abandoned) == (1, 1)
    home.today.take(record(answered_at=NOW + timedelta(seconds=9), served_by="c101"))  # late: it has ended
    assert home.today.figures(None).answered == 1
    assert home.today.attempts("+77000000101") == 1


async def test_what_broke_down_was_not_abandoned(home):
    home.today.turn(NOW)
    home.today.take(record(ended_at=NOW + timedelta(seconds=90), outcome=Outcome.FAILED))
    told = home.today.figures(None)
    assert (told.offered, told.abandoned) == (1, 0)


async def test_what_was_heard_since_is_newer_than_what_is_loaded(home):
    home.today.turn(NOW)
    home.today.take(record(answered_at=NOW + timedelta(seconds=9), ended_at=NOW + timedelta(seconds=90)))

    async def rows(_):
        return [record()]

    await home.today.load(SimpleNamespace(calls=rows), NOW)
    assert home.today.figures(None).answered == 1


async def test_numbers_that_cannot_be_read_are_not_one_caller(home):
    home.today.turn(NOW)
    for n in range(3):
        home.today.take(record(call_id=f"n1-1-{n}", pii_caller=UNREADABLE))
    assert home.today.attempts(UNREADABLE) == 0


def test_the_later_word_of_a_call_completes_the_earlier():
    old, new = (
        ended_call(record(rating=5)),
        ended_call(record(queued_at=None, ended_at=NOW + timedelta(seconds=9))),
    )
    told = completed(old, new)
    assert (told.queued, told.ended) == (old.queued, new.ended)
    assert completed(new, old) == told


async def test_a_pause_ordered_in_a_call_begins_at_its_end(home):
    home.desk.reachable("c101")
    home.desk.found_talking(Waiting("n1-1-1", "kk", home.now), "c101")
    home.stints.look(home.now)
    home.now += 60
    home.desk.paused("c101", "lunch")  # holds from the end of the call
    home.stints.look(home.now)
    assert (home.seat()["state"], home.seat()["reason"]) == ("talking", "lunch")
    home.now += 60
    home.desk.conversation_ended("n1-1-1", "c101")
    home.desk.wrap_up_ended("c101")
    home.stints.look(home.now)
    home.now += 10
    seat = home.seat()
    assert (seat["state"], seat["since"]) == ("paused", home.now - 10)
    assert seat["talked"]["seconds"] == 120


async def test_a_caller_kept_for_one_while_another_is_free_is_an_alert_and_can_be_given_to_anybody(home):
    home.desk.reachable("c101")
    home.desk.found_talking(Waiting("n1-1-1", "kk", home.now), "c101")
    home.desk.place(Waiting("n1-1-2", "kk", home.now))
    home.desk.assign_to("n1-1-2", "c101")
    assert ("kept_waiting", "kk") not in home.kinds()
    home.desk.reachable("c102")
    assert ("kept_waiting", "kk") not in home.kinds()  # as after a 1414 that took no call: for a moment
    home.now += 10
    assert ("kept_waiting", "kk") in home.kinds()
    home.desk.unassign("n1-1-2")
    assert home.seat("c102")["state"] == "ringing"
    assert ("kept_waiting", "kk") not in home.kinds()


async def test_a_call_that_goes_on_counts_once_it_is_answered(home):
    told = recorded((STREAMS / "ten-calls.ami").read_text("utf-8"))
    for event in told:
        home.now = event.at
        home.line._take(event)
        board = home.board()
        talking = [one for one in board["consultants"] if one["call_since"]]
        if talking:
            break
    assert talking
    today = board["today"]["all"]
    assert (today["answered"], today["average_wait"] is not None) == (len(talking), True)
    assert talking[0]["answered"] == 1


async def test_ending_a_pause_leaves_the_wrap_up_alone(home):
    from engine.operations.consultant_commands import ConsultantCommands

    commands = ConsultantCommands(home.desk, lambda: None)
    home.desk.reachable("c101")
    home.desk.found_talking(Waiting("n1-1-1", "kk", home.now), "c101")
    home.desk.paused("c101", "lunch")
    home.desk.conversation_ended("n1-1-1", "c101")
    assert commands.end_pause("c101")
    assert (home.seat()["state"], home.seat()["reason"]) == ("wrap_up", None)
    assert not commands.end_pause("c999")


def test_a_name_that_is_no_setting_is_told():
    from config.settings import strangers

    told = strangers({"IVR111_WRAP_UP_SECOND": "1", "IVR111_WRAP_UP_SECONDS": "1", "IVR111_SETTINGS": "x",
                      "IVR111_QUEUE_LIMITS__KK__WAITING_WARNING": "2", "HOME": "/"})  # fmt: skip
    assert told == ["IVR111_WRAP_UP_SECOND"]


async def test_a_conversation_nobody_records_and_a_volume_that_fails_stand_on_the_board_until_they_are_mended(
    home,
):
    stopped, faults = {}, {}
    home.alerts.stopped, home.alerts.volumes = stopped, lambda: faults
    before = home.kinds()
    stopped["n1-1763815501123-1-c1"] = NOW.timestamp()
    faults["disk_failing", "first volume"] = NOW
    expected = {("recording_stopped", "n1-1763815501123-1-c1"), ("disk_failing", "first volume")}
    assert expected == home.kinds() - before
    grades = {one["kind"]: one["grade"] for one in home.board()["alerts"]}
    assert {"critical"} == {grades["recording_stopped"], grades["disk_failing"]}
    (told,) = (one for one in home.board()["alerts"] if one["kind"] == "recording_stopped")
    assert "n1-1763815501123-1" == told["call"]
    stopped.clear()
    faults.clear()
    assert before == home.kinds()


def of_1414(**changes):
    return CallRecord("n1-1-1", "+77000000001", "kk", NOW - timedelta(minutes=40), **changes)


async def test_1414_unreachable_shows_by_the_moment_of_the_try_not_of_the_call(home):
    home.today.take(of_1414(ucc_result="unreachable", notice_at=NOW - timedelta(minutes=2)))
    assert ("ucc_unreachable", "") in home.kinds()


async def test_1414_unreachable_shows_while_the_call_goes_on(home):
    for event in recorded((STREAMS / "ten-calls.ami").read_text("utf-8")):
        home.now = event.at
        home.line._take(event)
        if home.line.live.calls:
            break
    (call,) = home.line.live.calls.values()
    home.line._take(VariableSet(home.now + 60, call.id, call.id, UCC, "dialling"))
    assert ("ucc_unreachable", "") not in home.kinds()
    home.line._take(VariableSet(home.now + 90, call.id, call.id, UCC, "unreachable"))
    assert ("ucc_unreachable", "") in home.kinds()


@pytest.mark.parametrize("result", ["busy", "rejected", "dropped"])
async def test_1414_that_takes_no_call_once_is_no_alert_and_twice_in_a_row_is_one_until_it_answers(
    home, result
):
    """A centre that talks to others is there; one that takes nobody is not."""
    busy = [replace(of_1414(ucc_result=result, notice_at=NOW - timedelta(minutes=m)), call_id=f"n1-1-{m}")
            for m in (9, 8, 7)]  # fmt: skip
    home.today.take(busy[0])
    home.today.take(replace(busy[0], ended_at=NOW))  # told again, at its end
    assert ("ucc_unreachable", "") not in home.kinds()
    home.today.take(busy[1])
    (told,) = (one for one in home.board()["alerts"] if one["kind"] == "ucc_unreachable")
    assert "n1-1-8" == told["call"]
    home.today.take(replace(busy[2], ucc_result="answered"))
    assert ("ucc_unreachable", "") not in home.kinds()


async def test_a_missing_notice_says_nothing_of_1414(home):
    home.today.take(of_1414(ucc_result="unreachable", notice_at=NOW - timedelta(minutes=2)))
    home.today.take(of_1414(ucc_result="no_notice", ended_at=NOW))
    assert ("ucc_unreachable", "") in home.kinds()
    home.today.take(of_1414(ucc_result="answered", notice_at=NOW - timedelta(minutes=1)))
    assert ("ucc_unreachable", "") not in home.kinds()


async def test_a_journal_that_takes_no_rows_is_on_the_board_within_seconds(home):
    away = home.now
    home.alerts.journal_away = lambda: away
    assert ("journal_away", "") not in home.kinds()
    home.now += 15
    assert ("journal_away", "") in home.kinds()


async def test_what_fails_for_a_moment_on_a_line_that_starts_is_no_alert(home):
    home.alerts._evidence = False  # its process opens its door later than the engine
    for seconds, there in ((0, False), (14, False), (16, True)):
        home.now = NOW.timestamp() + seconds
        assert there == (("evidence_away", "") in home.kinds())
    home.alerts._evidence = True
    assert ("evidence_away", "") not in home.kinds()
    home.alerts._evidence = False
    assert ("evidence_away", "") not in home.kinds()  # each time anew


async def test_a_missed_ring_is_past_once_its_consultant_has_answered_or_takes_no_calls(home):
    home.desk.reachable("c101")
    ticket = home.desk.place(Waiting("n1-1-1", "kk", home.now))
    await ticket.next()
    ticket.missed("noanswer")
    home.alerts.notices.take([Alarm("last_consultant_missed", "c101", NOW)], NOW)
    assert ("last_consultant_missed", "c101") in home.kinds()
    home.desk.paused("c101", "lunch")
    assert ("last_consultant_missed", "c101") not in home.kinds()
    home.desk.released("c101")
    assert ("last_consultant_missed", "c101") not in home.kinds()


async def test_who_waits_in_a_diverted_queue_is_said_to_be_diverted_and_not_that_nobody_is_there(home):
    home.desk.reachable("c101")
    home.desk.found_talking(Waiting("n1-1-9", "kk", home.now), "c101")
    home.desk.place(Waiting("n1-1-1", "kk", home.now))
    home.desk.divert("kk")
    (waiting,) = (one for one in home.board()["callers"] if one["call"] == "n1-1-1")
    assert (True, False) == (waiting["diverted"], waiting["nobody_on_shift"])
    for language, said in (("kk", "кезекші телефонға бағытталған"), ("ru", "направлен на дежурный телефон")):
        html = Rendering(home.settings, LABELS).board(
            "board.html", language, WHO, home.builder.build(home.now)
        )
        row = html.split('id="caller-n1-1-1"')[1].split("</tr>")[0]
        assert said in row
        assert {"kk": "ауысымда ешкім", "ru": "никого"}[language] not in row
    home.desk.undivert("kk")
    (waiting,) = (one for one in home.board()["callers"] if one["call"] == "n1-1-1")
    assert (False, False) == (waiting["diverted"], waiting["nobody_on_shift"])


async def test_a_caller_who_waits_too_long_is_named(home):
    home.desk.place(Waiting("n1-1-1", "kk", home.now - 500))
    home.desk.place(Waiting("n1-1-2", "kk", home.now - 50))
    (told,) = (one for one in home.board()["alerts"] if one["kind"] == "wait_critical")
    assert ("kk", "n1-1-1") == (told["subject"], told["call"])
