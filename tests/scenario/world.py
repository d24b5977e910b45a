"""All that stands around the one call: consultants, other callers, and the desk of each engine in turn."""

import asyncio

from dialplan import words as w
from engine.operations.consultant_commands import ConsultantCommands
from engine.operations.queue_adapter import QueueAdapter
from routing.dispatch.decisions import Decision, Withdraw
from routing.dispatch.dispatcher import Consultant, Dispatcher, Rules
from routing.dispatch.queue import Waiting
from routing.dispatch.service import DispatchService
from tests.scenario.language import Scenario

CALL = "n1-1700000000000-7"
ARRIVED = 1_700_000_000_000
RULES = Rules(wrap_up_seconds=30.0, missed_ring_seconds=60.0)


class World:
    """The real Desk and QueueAdapter; telephones and Asterisk's events are ours."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.intents: list[str] = []
        self.talking: dict[str, str] = {f"{who}": f"other-{who}" for who in scenario.busy}
        self.withdrawn = asyncio.Event()
        self._reachable = set(scenario.shift)
        self._loop = asyncio.get_running_loop()
        self._build()
        self._meet()
        for n in range(scenario.before):
            self.desk.place(Waiting(f"w{n + 1}", "kk", float(n)))

    def _build(self) -> None:
        self.desk = DispatchService(Dispatcher(RULES), self._loop.time, self._decided)
        self.call_desk = QueueAdapter(self.desk, self._intend, lambda: None)
        self.consultants = ConsultantCommands(self.desk, lambda: None)
        for who, languages in self.scenario.shift.items():
            self.desk.consultant_known(Consultant(who, languages))  # type: ignore[arg-type]

    def _meet(self) -> None:
        for who in sorted(self._reachable):
            self.desk.reachable(who)
        for who, call in self.talking.items():
            self.desk.found_talking(Waiting(call, "kk", ARRIVED / 1000), who)

    def kill(self) -> None:
        """The engine dies: what its tasks do while they are torn down reaches nobody."""
        kept = self.desk.state()
        self.desk.close()
        self._reachable = {seat.id for seat in self.desk.snapshot().consultants if seat.reachable}
        self._build()
        self.desk.restore(kept, 0.0)
        self._meet()  # the next engine learns from Asterisk who is there and who talks

    def clock(self) -> int:
        """Epoch milliseconds."""
        return ARRIVED + round(self._loop.time() * 1000)

    def do(self, verb: str, who: str) -> None:
        """Somebody does something."""
        match verb:
            case "on_shift":
                if who not in {seat.id for seat in self.desk.snapshot().consultants}:
                    self.desk.consultant_known(Consultant(who, ("kk", "ru")))
                self.desk.reachable(who)
            case "off_shift":
                self.desk.unreachable(who)
            case "pause":
                self.consultants.pause(who, "break")
            case "release":
                self.consultants.release_consultant(who)
            case "free":
                self.desk.conversation_ended(self.talking.pop(who), who)
                self.desk.wrap_up_ended(who)
            case "doubted":
                self.desk.doubted(CALL)
            case "trusted":
                self.desk.trusted(CALL)
            case "leave":
                self.desk._tickets[who].leave()
            case _:
                raise ValueError(verb)

    def state(self, consultant: str) -> str:
        """What the consultant does."""
        return next(seat.state for seat in self.desk.snapshot().consultants if seat.id == consultant)

    def answered(self, party: str, variables: dict[str, str]) -> None:
        """What the dialplan and Asterisk's events do once somebody has answered."""
        match party:
            case "1414":
                variables[w.UCC] = "answered"
                self.call_desk.release(CALL, variables.get(w.CONSULTANT, ""))
            case "duty":
                variables[w.DUTY] = "answered"
            case _:
                self.talking[party] = CALL
                self.desk.found_talking(Waiting(CALL, "kk", ARRIVED / 1000), party)

    def parted(self, party: str, variables: dict[str, str]) -> None:
        """The leg's end comes as an event of its own, a little later (engine/operations/line_events.py)."""
        if self.talking.pop(party, None) is not None and variables.get(w.WISH) != "1414":
            self._loop.call_later(0.001, self._leg_gone, party)

    def _leg_gone(self, party: str) -> None:
        if self.state(party) == "talking" and self.at_hand(party) == CALL:
            self.desk.conversation_ended(CALL, party)

    def rings(self, consultant: str) -> bool:
        """Whether the consultant is to be rung for the call."""
        seats = self.desk.snapshot().consultants
        return any((s.id, s.state, s.call) == (consultant, "ringing", CALL) for s in seats)

    def at_hand(self, consultant: str) -> str | None:
        """The call the consultant has."""
        return next(seat.call for seat in self.desk.snapshot().consultants if seat.id == consultant)

    def _decided(self, decision: Decision) -> None:
        if isinstance(decision, Withdraw) and decision.call == CALL:
            self.withdrawn.set()

    def _intend(self, call: str, connection: int, stem: str, party: str) -> None:
        if self.scenario.broken:
            raise OSError("no space left on device")
        self.intents.append(stem)
