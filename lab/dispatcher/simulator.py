"""Callers, consultants and their phones on one generated day, in virtual time, under the referee's eyes."""

import heapq
import random
from collections import Counter
from collections.abc import Callable

from config.settings import Language
from lab.dispatcher.oracle import Foul, Person, Referee, Someone
from lab.dispatcher.scenario import Day
from routing.dispatch.consultant import Consultant
from routing.dispatch.decisions import Assign, Decision, NobodyOnShift, Withdraw
from routing.dispatch.dispatcher import Dispatcher
from routing.dispatch.queue import Waiting

SPOKEN: tuple[tuple[Language, ...], ...] = (("kk",), ("ru",), ("kk", "ru"), ("ru", "kk"))


class World:
    """Everything the dispatcher is told comes from here, in the order of time."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.random = random.Random(day.seed)  # noqa: S311 - invented days, no secrets
        self.dispatcher = Dispatcher(day.rules)
        self.referee = Referee(day.rules)
        self.counts: Counter[str] = Counter()
        self.now = 0.0
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._turn = 0
        self._rings: dict[str, int] = {}  # call -> its ring, so that plans for an older one are dropped
        self._places: dict[str, Waiting] = {}
        self._closing = False

    def run(self) -> Counter[str]:
        """Live the day, then let everybody in: each caller ends served, or left by choice. Raises Foul."""
        for number in range(self.day.consultants):
            self._hired(f"c{101 + number}")
        for number in range(self.day.callers):
            self._at(self.random.uniform(0, self.day.length), self._arrives, f"k{number}")
        if self._chance(self.day.diversions):
            language: Language = self.random.choice(("kk", "ru"))
            self._at(self.random.uniform(0, self.day.length), self._divert, language, True)
        self._live(self.day.length)
        self._closing = True
        self.now = max(self.now, self.day.length)
        self._hired("c100", ("kk", "ru"))
        self._live(float("inf"))
        if self.referee.callers:
            raise Foul(f"lost: {sorted(self.referee.callers)}")
        if self.counts["served"] + self.counts["left"] != self.day.callers:
            raise Foul(f"{self.day.callers} came, {self.counts} ended")
        return self.counts

    # Time.

    def _at(self, when: float, what: Callable[..., None], *about: object) -> None:
        self._turn += 1
        heapq.heappush(self._agenda, (when, self._turn, lambda: what(*about)))

    def _later(self, mean: float, what: Callable[..., None], *about: object) -> None:
        self._at(self.now + self.random.expovariate(1 / mean), what, *about)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _live(self, until: float) -> None:
        while True:
            due = self.dispatcher.next_due()
            planned = self._agenda[0][0] if self._agenda else None
            coming = min((moment for moment in (due, planned) if moment is not None), default=None)
            if coming is None or coming > until:
                return
            self.now = coming
            if due == coming:
                self._time_passes()
                self._say(self.dispatcher.due(due))
            else:
                heapq.heappop(self._agenda)[2]()

    def _time_passes(self) -> None:
        rules = self.day.rules
        for name, person in self.referee.people.items():
            if person.doing == "wrap_up" and self.now >= person.until:
                self.referee.free(person, self.now)
            elif person.doing == "ringing":
                limit = person.rang_at + rules.ring_seconds + rules.answer_grace_seconds
                if self.now >= limit:
                    self._talk(name, person.call or "")

    def _say(self, decisions: list[Decision]) -> None:
        self.referee.judge(decisions, self.now)
        for decision in decisions:
            self.counts[type(decision).__name__] += 1
            match decision:
                case Assign(call, name):
                    self._rings[call] = decision.ring
                    self._phone_rings(call, name, decision.ring)
                case Withdraw(call, name):
                    self._at(self.now + 0.05, self._ring_over, call, name, self._rings[call], "withdrawn")
                case NobodyOnShift(call):
                    self._later(60.0, self._duty_phone, call)

    def _tell(self, event: Callable[..., list[Decision]], *about: object) -> None:
        """Tell the dispatcher, now and then twice: the second time must change nothing."""
        self._say(event(*about, self.now))
        if self._chance(self.day.doubles) and event.__name__ not in {"move_up", "consultant_known"}:
            before = self.dispatcher.snapshot(self.now)
            again = event(*about, self.now)
            if again or self.dispatcher.snapshot(self.now) != before:
                raise Foul(f"{event.__name__} told twice was not harmless: {again}")

    # Consultants.

    def _hired(self, name: str, spoken: tuple[Language, ...] | None = None) -> None:
        spoken = spoken or self.random.choice(SPOKEN)
        self.referee.people[name] = Person(spoken)
        self._say(self.dispatcher.consultant_known(Consultant(name, spoken), self.now))
        self._at(self.now + self.random.uniform(0, 0 if self._closing else 300), self._reach, name, True)
        leaves = (self._pause, self._go_home)
        for share, what in ((self.day.pauses, self._pause), (self.day.flickers, self._reach),
                            (self.day.shift_ends, self._go_home)):  # fmt: skip
            if share and not self._closing:
                self._later(60.0 / share, what, name, what in leaves)

    def _reach(self, name: str, here: bool) -> None:
        person = self.referee.people[name]
        if person.reachable == here:
            return
        person.reachable = here
        if not here:
            person.free_since = None
        self._tell(self.dispatcher.reachable if here else self.dispatcher.unreachable, name)
        if not here:
            self._later(60.0, self._reach, name, True)
        elif self.day.flickers and not self._closing:
            self._later(60.0 / self.day.flickers, self._reach, name, False)

    def _pause(self, name: str, paused: bool) -> None:
        person = self.referee.people[name]
        person.paused = paused
        if paused:
            person.free_since = None
            self._tell(self.dispatcher.paused, name, "break")
            self._later(300.0, self._pause, name, False)
            return
        person.passed.clear()
        person.rest_until, person.missed = float("-inf"), 0
        self._tell(self.dispatcher.released, name)
        if not self._closing:
            self._later(60.0 / self.day.pauses, self._pause, name, True)

    def _go_home(self, name: str, home: bool) -> None:
        person = self.referee.people[name]
        person.off = home
        if home:
            person.free_since = None
            self._tell(self.dispatcher.shift_ended, name)
            self._later(600.0, self._go_home, name, False)
            return
        person.paused = False
        person.passed.clear()
        person.rest_until, person.missed = float("-inf"), 0
        self._tell(self.dispatcher.shift_started, name)
        if not self._closing:
            self._later(60.0 / self.day.shift_ends, self._go_home, name, True)

    def _divert(self, language: Language, on: bool) -> None:
        if on:
            self.referee.diverted.add(language)
            self._tell(self.dispatcher.divert, language)
            self._later(300.0, self._divert, language, False)
            return
        self.referee.diverted.discard(language)
        self._tell(self.dispatcher.undivert, language)

    # Callers.

    def _arrives(self, call: str) -> None:
        priority = self.random.choice((0, 0, 0, 0, 5))
        language: Language = self.random.choice(("kk", "ru"))
        self._places[call] = Waiting(call, language, self.now, priority)
        self._waits(call)
        self._later(self.day.patience, self._gives_up, call)
        if self._chance(self.day.orders):
            self._later(20.0, self._order, call)

    def _waits(self, call: str) -> None:
        place = self._places[call]
        self._turn += 1
        rank = (2, -place.priority, place.arrived, self._turn)
        self.referee.callers[call] = Someone(place.language, rank)
        self._tell(self.dispatcher.caller_waits, place)

    def _gives_up(self, call: str) -> None:
        caller = self.referee.callers.get(call)
        if caller is not None and caller.state in {"waiting", "ringing"}:
            self._gone(call)
            self.counts["left"] += 1

    def _gone(self, call: str) -> None:
        del self.referee.callers[call]
        for person in self.referee.people.values():
            if person.call == call:
                self._hands_free(person, rang=person.doing == "ringing")
        self._tell(self.dispatcher.caller_left, call)

    def _duty_phone(self, call: str) -> None:
        """Told that nobody is on shift: the caller steps aside for the duty phone, and may come back."""
        caller = self.referee.callers.get(call)
        if caller is None or caller.state != "waiting" or not caller.told:
            return
        self._gone(call)
        if self._closing or self._chance(0.5):
            self._at(self.now, self._waits, call)  # at the old place: `arrived` is the same
        else:
            self.counts["left"] += 1

    def _order(self, call: str) -> None:
        caller = self.referee.callers.get(call)
        if caller is None or caller.state not in {"waiting", "ringing"} or caller.ordered_to is not None:
            return
        self._turn += 1
        caller.rank = (0, -self._turn, 0, 0)
        present = [
            name for name, person in self.referee.people.items() if person.on_shift() and person.call != call
        ]
        if present and self._chance(0.5):
            caller.ordered_to = self.random.choice(present)
            self._tell(self.dispatcher.assign_to, call, caller.ordered_to)
        else:
            self._tell(self.dispatcher.move_up, call)

    # Rings and conversations.

    def _phone_rings(self, call: str, name: str, ring: int) -> None:
        day = self.day
        if not self._closing and self._chance(day.refusals):
            self._at(self.now + 0.01, self._ring_over, call, name, ring, "busy")
        elif not self._closing and self._chance(day.misses):
            self._at(self.now + day.rules.ring_seconds, self._ring_over, call, name, ring, "no answer")
        else:
            unseen = self._chance(day.unseen)
            wait = self.random.uniform(1, day.rules.ring_seconds)
            self._at(self.now + wait, self._picks_up, call, name, ring, unseen)

    def _ringing(self, call: str, name: str, ring: int) -> bool:
        caller, person = self.referee.callers.get(call), self.referee.people[name]
        return (
            caller is not None
            and self._rings[call] == ring
            and person.call == call
            and person.doing == "ringing"
            and caller.state == "ringing"
        )

    def _ring_over(self, call: str, name: str, ring: int, why: str) -> None:
        if not self._ringing(call, name, ring):
            return
        person, caller = self.referee.people[name], self.referee.callers[call]
        withdrawn = person.paused or person.off or not person.reachable
        flickered = why == "withdrawn"
        if not (withdrawn or flickered or self._withdrawn(name)):
            self.referee.missed(name, call, why, self.now)
        caller.state = "waiting"
        person.doing, person.call = "idle", None

        def ring_missed(call: str, name: str, now: float) -> list[Decision]:
            return self.dispatcher.ring_missed(call, name, why, now, ring)

        self._tell(ring_missed, call, name)

    def _withdrawn(self, name: str) -> bool:
        """Ordered to stop, whatever has happened since."""
        return self.dispatcher.floor.seats[name].withdrawn

    def _picks_up(self, call: str, name: str, ring: int, unseen: bool) -> None:
        if not self._ringing(call, name, ring):
            return
        self._later(self.day.talk, self._talked, call, name, ring)
        if unseen:
            return
        self._talk(name, call)
        self._tell(self.dispatcher.answered, call, name)

    def _talk(self, name: str, call: str) -> None:
        person = self.referee.people[name]
        person.doing, person.free_since = "talking", None
        person.passed.clear()
        person.rest_until, person.missed = float("-inf"), 0
        self.referee.callers[call].state, self.referee.callers[call].ordered_to = "talking", None

    def _talked(self, call: str, name: str, ring: int) -> None:
        caller, person = self.referee.callers.get(call), self.referee.people[name]
        if caller is None or self._rings[call] != ring or person.call != call:
            return
        self._talk(name, call)
        if self._chance(self.day.ucc):
            person.doing = caller.state = "reserved"
            self._tell(self.dispatcher.reserved, call, name)
            self._later(15.0, self._ucc, call, name)
            return
        del self.referee.callers[call]
        self.counts["served"] += 1
        self._hands_free(person, rang=False)
        self._tell(self.dispatcher.conversation_ended, call, name)

    def _ucc(self, call: str, name: str) -> None:
        caller, person = self.referee.callers.get(call), self.referee.people[name]
        if caller is None or person.call != call or person.doing != "reserved":
            return
        back = self._chance(0.5)
        if not back:
            del self.referee.callers[call]
            self.counts["served"] += 1
            self._hands_free(person, rang=False)
        else:
            self._turn += 1
            caller.rank = (1, self._turn, 0, 0)
            if not (person.reachable and not person.paused and not person.off):
                caller.state = "waiting"
                self._hands_free(person, rang=False)
        self._tell(self.dispatcher.reservation_ended, call, name, back)

    def _hands_free(self, person: Person, rang: bool) -> None:
        rules = self.day.rules
        if rang or rules.wrap_up_seconds <= 0:
            self.referee.free(person, self.now)
        else:
            person.doing, person.call, person.free_since = "wrap_up", None, None
            person.until = self.now + rules.wrap_up_seconds
