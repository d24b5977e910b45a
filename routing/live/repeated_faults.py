"""Faults of an operator that repeat, counted by its address; pure."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

WATCHED: Final = 900.0  # seconds: so long ago still counts for an operator
REPEATED: Final = 2


@dataclass(slots=True)
class RepeatedFaults:
    """Calls with one and the same fault of an operator's, by its address: a missing ACK, keys as tones."""

    _lost: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, operator: str, at: float) -> int:
        """One more at `at` (epoch seconds); returns how many there were lately."""
        self._lost[operator].append(at)
        return self._lately(operator, at)

    def repeated(self, now: float) -> dict[str, tuple[float, int]]:
        """Operators where it repeats: since when, and how often lately. Goes by itself."""
        counts = {operator: self._lately(operator, now) for operator in tuple(self._lost)}
        return {one: (self._lost[one][0], count) for one, count in counts.items() if count >= REPEATED}

    def _lately(self, operator: str, now: float) -> int:
        times = self._lost[operator]
        while times and now - times[0] > WATCHED:
            times.popleft()
        if not times:
            del self._lost[operator]
        return len(times)
