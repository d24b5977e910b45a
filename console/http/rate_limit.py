"""How fast one person may order: a bucket of tokens for each; pure."""

from dataclasses import dataclass, field
from typing import Final

A_SECOND: Final = 2.0
AT_ONCE: Final = 20.0


@dataclass(slots=True)
class RateLimit:
    """`now` is monotonic seconds."""

    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, who: str, now: float) -> bool:
        """Whether this one command may go on."""
        left, at = self._left.get(who, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - at) * A_SECOND)
        self._left[who] = (left - 1.0 if left >= 1.0 else left, now)
        return left >= 1.0
