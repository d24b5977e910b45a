"""Lock of sealing: one sealer at a time in a home, and the thread that works under it; edge."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from config.durable import chown_like
from config.file_lock import lock_file
from config.told import told

_P = ParamSpec("_P")
_T = TypeVar("_T")


class SealerRunning(Exception):
    """Another sealer is at work in this home."""


class SealingLock:
    """Held from `take` to `release`, and as long as the thread has work of that time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = -1
        self._thread = ThreadPoolExecutor(1, "sealing")

    def take(self) -> None:
        """Raises SealerRunning, OSError."""
        try:
            self._held = lock_file(self._path)
        except BlockingIOError:
            raise SealerRunning(told("another sealer is at work")) from None
        chown_like(self._path, self._path.parent)

    def release(self) -> None:
        """What runs in the thread holds it on."""
        os.close(self._held)

    async def in_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """The lock is held until the thread has ended, whoever was cancelled: a thread cannot be stopped.

        Another sealer would else write the same file meanwhile, and its row would not open ours.
        """
        handle = os.dup(self._held)  # of one lock: it goes with the last of them
        future = self._thread.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: os.close(handle))
        return await asyncio.wrap_future(future)
