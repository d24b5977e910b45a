"""A generated day in virtual time: what is to come, in order, and what the dispatcher is told and answers."""

import heapq
import random
from collections import Counter
from collections.abc import Callable

from lab.dispatcher.oracle import Referee, RuleBroken
from lab.dispatcher.scenario import Day
from routing.dispatch.decisions import Decision
from routing.dispatch.dispatcher import Dispatcher
from routing.dispatch.queue import Waiting


class VirtualDay:
    """The dispatcher, the referee and the agenda; `_follow` acts on what the dispatcher decides."""

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
        self._withdrawn: set[tuple[str, int]] = set()  # rings ordered to stop: consultant and number
        self._closing = False

    def _at(self, when: float, what: Callable[..., None], *about: object) -> None:
        self._turn += 1
        heapq.heappush(self._agenda, (when, self._turn, lambda: what(*about)))

    def _later(self, mean: float, what: Callable[..., None], *about: object) -> None:
        self._at(self.now + self.random.expovariate(1 / mean), what, *about)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _say(self, decisions: list[Decision]) -> None:
        self.referee.judge(decisions, self.now)
        for decision in decisions:
            self.counts[type(decision).__name__] += 1
            self._follow(decision)

    def _follow(self, decision: Decision) -> None:
        raise NotImplementedError

    def _tell(self, event: Callable[..., list[Decision]], *about: object) -> None:
        """Tell the dispatcher, now and then twice: the second time must change nothing."""
        self._say(event(*about, self.now))
        if self._chance(self.day.doubles) and event.__name__ not in {"move_up", "consultant_known"}:
            before = self.dispatcher.snapshot(self.now)
            again = event(*about, self.now)
            if again or self.dispatcher.snapshot(self.now) != before:
                raise RuleBroken(f"{event.__name__} told twice was not harmless: {again}")
