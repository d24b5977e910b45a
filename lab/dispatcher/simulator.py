"""Callers, consultants and their phones on one generated day, in virtual time, under the referee's eyes."""

import heapq
from collections import Counter

from config.settings import Language
from lab.dispatcher.consultants import Consultants
from lab.dispatcher.oracle import KnownCaller, KnownConsultant, RuleBroken
from routing.dispatch.decisions import Assign, Decision, NobodyOnShift, Withdraw
from routing.dispatch.queue import Waiting


class World(Consultants):
    """Everything the dispatcher is told comes from here, in the order of time."""

    def run(self) -> Counter[str]:
        """Live the day, then let everybody in: each caller ends served, or left by choice.

        Raises RuleBroken.
        """
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
            raise RuleBroken(f"lost: {sorted(self.referee.callers)}")
        if self.counts["served"] + self.counts["left"] != self.day.callers:
            raise RuleBroken(f"{self.day.callers} came, {self.counts} ended")
        return self.counts

    # Time.

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

    def _follow(self, decision: Decision) -> None:
        match decision:
            case Assign(call, name):
                self._rings[call] = decision.ring
                self._phone_rings(call, name, decision.ring)
            case Withdraw(call, name):
                self._withdrawn.add((name, self._rings[call]))
                self._at(self.now + 0.05, self._ring_over, call, name, self._rings[call], "withdrawn")
            case NobodyOnShift(call):
                self._later(60.0, self._duty_phone, call)

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
        self.referee.callers[call] = KnownCaller(place.language, rank)
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
        if not (withdrawn or flickered or (name, ring) in self._withdrawn):
            self.referee.missed(name, call, why, self.now)
        caller.state = "waiting"
        person.doing, person.call = "idle", None

        def ring_missed(call: str, name: str, now: float) -> list[Decision]:
            return self.dispatcher.ring_missed(call, name, why, now, ring)

        self._tell(ring_missed, call, name)

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

    def _hands_free(self, person: KnownConsultant, rang: bool) -> None:
        rules = self.day.rules
        if rang or rules.wrap_up_seconds <= 0:
            self.referee.free(person, self.now)
        else:
            person.doing, person.call, person.free_since = "wrap_up", None, None
            person.until = self.now + rules.wrap_up_seconds
