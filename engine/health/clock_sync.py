"""The clock on the wall: whether the kernel holds it to be synchronised, and what it shows; edge."""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TIME_ERROR: Final = 5  # adjtimex(2): "the system clock is not synchronized to a reliable server"


def synchronised() -> bool:
    """Ask adjtimex, changing nothing; True also where there is no such call."""
    try:
        call = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return True
    # struct timex, all zero (modes 0: read only), is 208 bytes on 64-bit machines; room to spare.
    return bool(call(ctypes.create_string_buffer(512)) != TIME_ERROR)


STEP: Final = 0.25  # seconds: less is the time between the two looks, or a clock being slewed


@dataclass(slots=True)
class ClockOffset:
    """Wall clock minus steady clock in seconds, looked at anew at each use: the wall's may be stepped.

    Small differences change nothing, or no two moments of a board would be the same.
    """

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    _last: float | None = None

    def __call__(self) -> float:
        now = self.wall() - self.steady()
        if self._last is None or abs(now - self._last) > STEP:
            self._last = now
        return self._last
