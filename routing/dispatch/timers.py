"""Deadlines in order; one that no longer holds is skipped when its turn comes."""

import heapq
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["ends", "rest", "passed", "proof"]


@dataclass(slots=True)
class DispatchTimers:
    """At most one live deadline per (kind, consultant); setting it anew replaces it."""

    heap: list[tuple[float, int, Kind, str]] = field(default_factory=list)
    live: dict[tuple[Kind, str], int] = field(default_factory=dict)
    serial: int = 0

    def set(self, kind: Kind, consultant: str, at: float) -> None:
        """The deadline is at this time."""
        self.serial += 1
        self.live[kind, consultant] = self.serial
        heapq.heappush(self.heap, (at, self.serial, kind, consultant))

    def drop(self, kind: Kind, consultant: str) -> None:
        """The deadline holds no more."""
        self.live.pop((kind, consultant), None)

    def next(self) -> float | None:
        """Time of the first live deadline."""
        while self.heap:
            at, serial, kind, consultant = self.heap[0]
            if self.live.get((kind, consultant)) == serial:
                return at
            heapq.heappop(self.heap)
        return None

    def take(self, now: float) -> tuple[Kind, str] | None:
        """The first deadline that has come, removed; None when none has."""
        at = self.next()
        if at is None or at > now:
            return None
        _, _, kind, consultant = heapq.heappop(self.heap)
        del self.live[kind, consultant]
        return kind, consultant
