"""The callers in the order in which they are served."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from config.settings import Language
from routing.dispatch.decisions import CallerReason

Key = tuple[int, float, float, int]  # class, then priority or turn, then arrival, then a serial number


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller who wants a consultant; `arrived` is only compared, so it keeps the place for ever."""

    call: str
    language: Language
    arrived: float
    priority: int = 0


class Phase(StrEnum):
    """Where the caller is."""

    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    RESERVED = "reserved"


@dataclass(slots=True)
class Caller:
    """One caller's place; changed by the dispatcher only."""

    waiting: Waiting
    key: Key
    reason: CallerReason
    phase: Phase = Phase.WAITING
    consultant: str | None = None
    told: bool = False  # that nobody is on shift
    pinned: str | None = None  # to this consultant, by a supervisor's order
    told_first: bool = False  # hears something before the next ring begins
    doubtful: bool = False  # no sign of life from the leg: others first, the place is kept


@dataclass(slots=True)
class Queue:
    """One sorted row per language and per consultant to whom callers were ordered."""

    rows: defaultdict[Language, list[tuple[Key, str]]] = field(default_factory=lambda: defaultdict(list))
    pins: defaultdict[str, list[tuple[Key, str]]] = field(default_factory=lambda: defaultdict(list))
    callers: dict[str, Caller] = field(default_factory=dict)
    serial: int = 0

    def new(self, waiting: Waiting) -> Caller:
        """A caller with a place by priority, then arrival; not yet in a row."""
        self.serial += 1
        reason: CallerReason = "priority" if waiting.priority > 0 else "longest_waiting"
        caller = Caller(waiting, (2, -waiting.priority, waiting.arrived, self.serial), reason)
        self.callers[waiting.call] = caller
        return caller

    def to_front(self, caller: Caller, reason: CallerReason) -> None:
        """Head of the queue: those ordered up first (the last order wins), then those who came back."""
        self.serial += 1
        ordered = reason != "returned"
        turn = -self.serial if ordered else self.serial
        caller.key = (0 if ordered else 1, turn, caller.waiting.arrived, self.serial)
        caller.reason = reason

    def enter(self, caller: Caller) -> None:
        """Put the caller into the row where a consultant will look."""
        caller.phase, caller.consultant = Phase.WAITING, None
        insort(self._row(caller), (caller.key, caller.waiting.call))

    def leave(self, caller: Caller) -> None:
        """Take a waiting caller out of the row."""
        row = self._row(caller)
        del row[bisect_left(row, (caller.key, caller.waiting.call))]

    def first(self, languages: Iterable[Language]) -> Caller | None:
        """Who is next among these languages: fairness goes across them."""
        heads = [head for language in languages if (head := self._head(language)) is not None]
        return self.callers[min(heads)[1]] if heads else None

    def first_pinned(self, consultant: str) -> Caller | None:
        """The caller whom a supervisor ordered to this consultant."""
        row = self.pins.get(consultant)
        return self.callers[row[0][1]] if row else None

    def order(self, language: Language) -> tuple[str, ...]:
        """Calls of this language, next first."""
        return tuple(call for _, call in self.rows[language])

    def place(self, caller: Caller) -> int:
        """Place in the queue from 1; 0 when not waiting."""
        if caller.phase is not Phase.WAITING:
            return 0
        row = self._row(caller)
        before = row[: bisect_left(row, (caller.key, caller.waiting.call))]
        return 1 + sum(not self.callers[call].doubtful for _, call in before)

    def _head(self, language: Language) -> tuple[Key, str] | None:
        """The first of a row who is to be served; those who do not answer are few, and stand anywhere."""
        return next((one for one in self.rows[language] if not self.callers[one[1]].doubtful), None)

    def _row(self, caller: Caller) -> list[tuple[Key, str]]:
        if caller.pinned is not None:
            return self.pins[caller.pinned]
        return self.rows[caller.waiting.language]
