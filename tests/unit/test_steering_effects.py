"""What each order does to a real dispatcher, and what the access log then says; Asterisk alone is played."""

import asyncio
import time

import pytest

from engine.install import consultant_accounts as accounts
from engine.operations.consultant_commands import ConsultantCommands
from engine.process.local_socket import CommandRefused, Peer
from routing.dispatch.decisions import Assign, NobodyOnShift, SomebodyOnShift
from routing.dispatch.queue import Waiting
from routing.live.monitoring import Spy
from tests.line import engine, orders
from tests.unit.live_tables import told
from tests.unit.test_monitoring import Asterisk, ringing
from tests.unit.test_steering_rights import STEERING, by

pytest_plugins = ("tests.command_line",)
TALKING = """
    1 | trunk | arrives | 111
    1 | trunk | up |
    1 | trunk | sets | CALL=n1-1-1
    2 | c102 | rings |
    3 | c102 | up |
    3 | trunk | joins |
    3 | c102 | joins |
"""
LEG = "PJSIP/c102-00000001"


class Manager:
    """Asterisk's manager: takes every action, and keeps it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []

    async def send(self, action: str, fields: dict[str, str]) -> None:
        self.sent.append((action, fields))


class Steered:
    """The engine's orders as a supervisor gives them in the console."""

    def __init__(self, box) -> None:
        self.box, self.desk = box, box.dispatch
        self.kept: list[str] = []  # told each time what a restart must know has changed
        box.consultants = ConsultantCommands(box.dispatch, lambda: self.kept.append("shift"))
        box.ami, box.spying = Manager(), Asterisk(ringing("PJSIP/s201-07"))
        box.names["s201"] = "Сынақ"
        for one in ("c101", "c102"):
            self.does(box.dispatch.reachable, one)

    def does(self, what, *words):
        """On the engine's own loop, as all that touches the desk."""

        async def run():
            return what(*words)

        return self.waits(run())

    def waits(self, what):
        return asyncio.run_coroutine_threadsafe(what, self.box.loop).result(10)

    def order(self, do: str, **asked):
        console = Peer(self.box.settings.console_user)
        return self.waits(orders(self.box)[do](console, {**asked, "by": by("supervisor")}))

    def queued(self, call: str, language: str = "ru", at: float = 0.0):
        return self.does(self.desk.place, Waiting(call, language, at))

    def next(self, ticket):
        return self.waits(asyncio.wait_for(ticket.next(), 5))

    def talks(self, consultant: str, call: str) -> None:
        self.does(self.desk.found_talking, Waiting(call, "ru", 0.0), consultant)

    def wraps_up(self, consultant: str, call: str = "n1-9-9") -> None:
        self.talks(consultant, call)
        self.does(self.desk.conversation_ended, call, consultant)

    def served(self, ticket) -> str:
        """By whom, whatever the caller is told before."""
        while not isinstance(told := self.next(ticket), Assign):
            assert isinstance(told, NobodyOnShift | SomebodyOnShift)
        return told.consultant

    def seat(self, id_: str):
        return next(one for one in self.does(self.desk.snapshot).consultants if one.id == id_)

    def caller(self, call: str):
        return next(one for one in self.does(self.desk.snapshot).callers if one.call == call)

    def logged(self) -> list[tuple[str, str, str, str]]:
        """Role, act, subject and reason of each entry."""
        entries = [link.entry for link in self.waits(self.box.journal.reader.access_log())]
        return [(one.role, str(one.action), one.subject, one.reason) for one in entries]


@pytest.fixture
def line(settings):
    accounts.load(settings)
    with engine(settings) as running:
        yield Steered(running)


def test_whom_a_pause_was_ordered_for_gets_no_caller_until_it_is_ended(line):
    for one in ("c101", "c102"):
        line.order("consultants.pause", id=one, reason="lunch")
    assert ("paused", "lunch") == (line.seat("c102").state, line.seat("c102").pause)
    waiting = line.queued("n1-1-1")
    assert "waiting" == line.caller("n1-1-1").phase
    line.order("consultants.unpause", id="c102")
    assert "c102" == line.served(waiting)
    assert 3 == len(line.kept)


def test_a_pause_during_a_conversation_begins_after_it(line):
    line.talks("c102", "n1-1-1")
    line.order("consultants.pause", id="c102", reason="lunch")
    assert ("talking", "lunch") == (line.seat("c102").state, line.seat("c102").pause)


@pytest.mark.parametrize(("only", "state"), [("pause", "wrap_up"), (None, "available")])
def test_ending_a_pause_leaves_a_wrap_up_only_where_that_was_asked(line, only, state):
    line.wraps_up("c102")
    line.order("consultants.unpause", id="c102", **({"only": only} if only else {}))
    assert state == line.seat("c102").state


def test_whose_shift_was_ended_gets_no_caller_until_it_is_started(line):
    for one in ("c101", "c102"):
        line.order("shift.end", id=one)
    assert "off_shift" == line.seat("c102").state
    waiting = line.queued("n1-1-1")
    assert isinstance(line.next(waiting), NobodyOnShift)
    line.order("shift.start", id="c102")
    assert "c102" == line.served(waiting)


def test_the_end_of_a_shift_cuts_no_conversation(line):
    line.talks("c102", "n1-1-1")
    line.order("shift.end", id="c102")
    assert ("talking", True) == (line.seat("c102").state, line.seat("c102").off)


def test_a_diverted_queue_serves_nobody_until_it_is_taken_back_and_the_other_goes_on(line):
    line.order("queue.divert", language="ru")
    assert isinstance(line.next(line.queued("n1-1-1", "ru")), NobodyOnShift)
    assert "c101" == line.served(line.queued("n1-1-2", "kk"))
    assert [True, False] == [line.desk.diverted_since(one) is not None for one in ("ru", "kk")]
    line.order("queue.undivert", language="ru")
    assert ("ringing", "c102") == (line.caller("n1-1-1").phase, line.caller("n1-1-1").consultant)
    assert line.desk.diverted_since("ru") is None


def all_busy(line) -> None:
    for number, one in enumerate(("c101", "c102")):
        line.talks(one, f"n1-9-{number}")


def test_who_was_moved_up_is_served_before_those_who_waited_longer(line):
    all_busy(line)
    first, second = line.queued("n1-1-1", at=1.0), line.queued("n1-1-2", at=2.0)
    assert [1, 2] == [first.position, second.position]
    line.order("steer.move_up", call="n1-1-2")
    assert [2, 1] == [first.position, second.position]
    line.does(line.desk.conversation_ended, "n1-9-1", "c102")
    line.order("steer.wrap_up_end", id="c102")
    assert "c102" == line.served(second)


def test_who_was_given_to_a_consultant_waits_for_that_one_alone(line):
    line.talks("c102", "n1-9-1")
    line.order("consultants.pause", id="c101", reason="lunch")
    waiting = line.queued("n1-1-1")
    line.order("steer.assign", call="n1-1-1", consultant="c102")
    line.order("consultants.unpause", id="c101")
    assert ("waiting", "available") == (line.caller("n1-1-1").phase, line.seat("c101").state)
    line.does(line.desk.conversation_ended, "n1-9-1", "c102")
    line.order("steer.wrap_up_end", id="c102")
    assert "c102" == line.served(waiting)


def test_who_is_given_to_anybody_again_is_served_by_whoever_is_free(line):
    line.talks("c102", "n1-9-1")
    line.order("consultants.pause", id="c101", reason="lunch")
    waiting = line.queued("n1-1-1")
    line.order("steer.assign", call="n1-1-1", consultant="c102")
    line.order("consultants.unpause", id="c101")
    line.order("steer.unassign", call="n1-1-1")
    assert "c101" == line.served(waiting)


def test_nobody_is_given_to_a_consultant_who_takes_no_calls(line):
    all_busy(line)
    line.queued("n1-1-1")
    line.order("shift.end", id="c101")
    with pytest.raises(CommandRefused, match="takes no calls now"):
        line.order("steer.assign", call="n1-1-1", consultant="c101")
    assert line.caller("n1-1-1").consultant is None


def test_an_ended_wrap_up_brings_the_next_caller(line):
    line.order("consultants.pause", id="c101", reason="lunch")
    line.wraps_up("c102")
    waiting = line.queued("n1-1-1")
    assert "waiting" == line.caller("n1-1-1").phase
    line.order("steer.wrap_up_end", id="c102")
    assert "c102" == line.served(waiting)


def test_a_minute_more_of_wrap_up_is_a_minute(line):
    line.wraps_up("c102")
    before = line.seat("c102").left
    line.order("desk.wrap_up_more", id="c102")
    assert (60.0, "wrap_up") == (line.seat("c102").left - before, line.seat("c102").state)


@pytest.mark.parametrize("do", ["steer.wrap_up_end", "desk.wrap_up_more"])
def test_of_wrap_up_nothing_is_ordered_where_there_is_none(line, do):
    with pytest.raises(CommandRefused, match="not in wrap-up"):
        line.order(do, id="c102")
    assert "available" == line.seat("c102").state


def talking_on_the_line(line) -> None:
    for event in told(TALKING):
        line.does(line.box.line.live.apply, event)
    line.talks("c102", "n1-1-1")


def test_the_order_for_1414_leaves_the_wish_on_the_caller_and_hangs_the_consultants_leg_up(line):
    talking_on_the_line(line)
    line.order("desk.transfer_1414", id="c102", call="n1-1-1")
    (first, wish), (second, hangup) = line.box.ami.sent
    assert ("Setvar", "1414", "Hangup", LEG) == (first, wish["Value"], second, hangup["Channel"])
    assert wish["Channel"].startswith("PJSIP/trunk-")


def test_nothing_is_ordered_about_a_call_that_is_over(line):
    talking_on_the_line(line)
    with pytest.raises(CommandRefused, match="that call is over"):
        line.order("desk.transfer_1414", id="c102", call="n1-1-0")
    assert [] == line.box.ami.sent


@pytest.mark.parametrize(
    ("mode", "action"), [("listen", "listened_live"), ("whisper", "whispered"), ("barge", "barged")]
)
def test_a_supervisors_phone_is_rung_to_the_consultants_leg_once_that_is_written_down(line, mode, action):
    line.box.line.live.reach["s201"] = "reachable"
    talking_on_the_line(line)
    line.order("steer.spy", consultant="c102", mode=mode, phone="s201", call="n1-1-1")
    [fields] = line.box.spying.asked
    assert ("ChanSpy", LEG) == (fields["Application"], fields["Data"].split(",")[0])
    assert [("supervisor", action, "call n1-1-1 consultant c102", "")] == line.logged()


def test_a_phone_that_is_not_reachable_is_not_rung(line):
    talking_on_the_line(line)
    with pytest.raises(CommandRefused, match="did not ring"):
        line.order("steer.spy", consultant="c102", mode="listen", phone="s201")
    assert ([], []) == (line.box.spying.asked, line.logged())


def test_the_end_of_listening_hangs_that_phone_up_and_no_other(line):
    spies = line.box.line.live.spies
    for phone in ("s201", "s202"):
        spies[f"spy-{phone}"] = Spy(f"spy-{phone}", phone, "listen", "c102", time.time())
    assert {"ended": True} == line.order("steer.spy_end", phone="s201")
    assert [("Hangup", {"Channel": "spy-s201"})] == line.box.ami.sent


DONE = {
    "steer.move_up": ("steered", "call n1-1-1", "moved up"),
    "steer.assign": ("steered", "call n1-1-1", "given to c102"),
    "steer.wrap_up_end": ("steered", "consultant c102", "wrap-up ended"),
    "desk.wrap_up_more": ("steered", "consultant c102", "one minute more of wrap-up"),
    "desk.transfer_1414": ("steered", "call n1-1-1", "to 1414"),
    "shift.start": ("steered", "consultant c102", "shift started"),
    "shift.end": ("steered", "consultant c102", "shift ended"),
    "queue.divert": ("steered", "queue kk", "diverted to the duty phone"),
    "queue.undivert": ("steered", "queue kk", "back to the consultants"),
    "consultants.pause": ("paused", "consultant c102", "lunch"),
    "consultants.unpause": ("unpaused", "consultant c102", ""),
}


@pytest.mark.parametrize("do", DONE)
def test_each_order_that_was_carried_out_stands_in_the_access_log(line, do):
    if do == "desk.transfer_1414":
        talking_on_the_line(line)
    elif "wrap_up" in do:
        line.wraps_up("c102")
    else:
        all_busy(line)
        line.queued("n1-1-1")
    line.order(do, **STEERING[do][1])
    assert [("supervisor", *DONE[do])] == line.logged()


def test_every_steering_order_is_looked_at_for_what_it_does():
    assert set(STEERING) == {*DONE, "steer.spy", "steer.spy_end"}
