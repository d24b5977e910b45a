"""Wakes the streams at once, but the less often the more it costs to make what they show."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

SHARE: Final = 0.25  # of a core, for making pages
LONGEST: Final = 0.5  # seconds that a change waits at most: the page must show it within one (decision 0050)


@dataclass(slots=True)
class Coalescer:
    """`spent`: seconds that making all pages has taken since the process began."""

    spent: Callable[[], float]
    wake: Callable[[], None]
    _before: float = 0.0
    _not_before: float = 0.0
    _timer: asyncio.TimerHandle | None = field(default=None)

    def changed(self) -> None:
        """Something new is there."""
        if self._timer is None:
            left = self._not_before - monotonic()
            if left <= 0:
                self._now()
            else:
                self._timer = asyncio.get_running_loop().call_later(left, self._now)

    def _now(self) -> None:
        self._timer = None
        spent = self.spent()
        self._not_before = monotonic() + min(LONGEST, (spent - self._before) / SHARE)
        self._before = spent
        self.wake()
