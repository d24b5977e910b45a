"""A loop whose time jumps to the next deadline as soon as nothing else is to be done."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

GRACE = 0.00005  # real seconds for bytes on loopback to arrive before time may jump
STUCK = 5.0  # real seconds in which neither bytes nor a deadline come


class JumpingSelector(selectors.SelectSelector):
    """Waits for no time: what would be waited for is added to the loop's clock."""

    loop: "JumpingLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(STUCK)
            if not ready:
                raise RuntimeError("the scenario stands still: nobody has anything more to do")
            return ready
        ready = super().select(GRACE) if self.loop.wire else []
        if not ready:
            self.loop.now += max(timeout, 0.0)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """`wire`: bytes travel over real sockets, so a moment is left for them."""

    def __init__(self, wire: bool) -> None:
        selector = JumpingSelector()
        selector.loop = self
        self.now = 1000.0
        self.wire = wire
        super().__init__(selector)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.now


def run(work: Coroutine[Any, Any, T], *, wire: bool = False) -> T:
    """The result of `work`; hours of it take milliseconds."""
    with asyncio.Runner(loop_factory=lambda: JumpingLoop(wire)) as runner:
        return runner.run(work)


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A unit test whose own sleeps, and those of what it tests, take no time; no threads, no sockets."""

    @wraps(test)
    def ran(*args: P.args, **named: P.kwargs) -> None:
        run(test(*args, **named))

    return ran
