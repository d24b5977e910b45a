"""The engine's work beside its calls: no task is lost, and what must last is begun again after a fault."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

log = structlog.get_logger()

FIRST_PAUSE: Final = 1.0  # seconds before work that failed is begun again; doubled each time
LONGEST_PAUSE: Final = 30.0

Work = Coroutine[Any, Any, Any]


class Tasks:
    """Holds every task to its end; a fault is logged, and touches nothing else."""

    def __init__(self, pause: float = FIRST_PAUSE) -> None:
        self._pause = pause
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Work) -> "asyncio.Task[Any]":
        """Run `work` once."""
        return self._start(_once(work))

    def keep_running(self, work: Callable[[], Work]) -> None:
        """Run `work` until `close`: one that dies of a fault must not be missing for weeks."""
        self._start(self._again_and_again(work))

    async def close(self) -> None:
        """Cancel what runs, and wait for it."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, work: Work) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _again_and_again(self, work: Callable[[], Work]) -> None:
        clock = asyncio.get_running_loop().time
        pause = self._pause
        while True:
            began = clock()
            if await _once(work()):
                return
            if clock() - began > LONGEST_PAUSE:
                pause = self._pause
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


async def _once(work: Work) -> bool:
    """Whether it came to its end without a fault."""
    try:
        await work
    except Exception:
        log.exception("task_failed", work=getattr(work, "__qualname__", ""))
        return False
    return True
