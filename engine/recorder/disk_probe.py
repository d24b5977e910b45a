"""Questions to a disk that may be slow or hang: asked in threads, and never waited for too long; edge."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final, TypeVar

AT_ONCE: Final = 4  # threads; one that hangs keeps its place until the disk lets it go

Answer = TypeVar("Answer")


class DiskSlow(OSError):
    """No answer in time."""


class DiskProbe:
    """Not asyncio.to_thread: a few hung questions would hold up everybody who uses its threads."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def ask(self, work: Callable[[], Answer], within: float = 1.0) -> Answer:
        """What `work` returns or raises. Raises DiskSlow after `within` seconds."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()

        def finish(tell: Callable[[], None]) -> None:
            self._free.release()
            if not done.done():
                tell()

        def run() -> None:
            try:
                answer = work()
            except Exception as error:  # handed on as it is
                why = error
                _tell(loop, lambda: finish(lambda: done.set_exception(why)))
            else:
                _tell(loop, lambda: finish(lambda: done.set_result(answer)))

        try:
            async with asyncio.timeout(within):
                await self._free.acquire()
                # A daemon: a disk that hangs does not keep the engine from ending.
                threading.Thread(target=run, name="disk", daemon=True).start()
                return await done
        except TimeoutError as error:
            raise DiskSlow(f"no answer in {within} s") from error


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(what)
