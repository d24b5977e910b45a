"""The engine's side of recordings.capture.flush_process: its word of a volume, or its silence; edge."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from pydantic import TypeAdapter, ValidationError

from recordings.capture.flush_process import FlushReport

log = structlog.get_logger()

SLOW: Final = 6.0  # seconds without a word: the volume hangs
FAULT_SLOW: Final = "slow"
MODULE: Final = ("-m", "recordings.capture.flush_process")
_TOP = Path(__file__).resolve().parents[2]
_LOOK: TypeAdapter[FlushReport] = TypeAdapter(FlushReport)


class FlushClient:
    """Keeps the process of one volume; `tell` gets the fault (None: it works) at every look.

    `watched` is called after every look, with whether we had no right to it.
    """

    def __init__(
        self,
        folder: Path,
        tell: Callable[[str | None], None],
        watched: Callable[[bool], None] = lambda _: None,
        slow: float = SLOW,
    ) -> None:
        self._folder = folder
        self._tell = tell
        self._watched = watched
        self._slow = slow
        self.last = FlushReport(None)

    async def keep(self) -> None:
        """Until cancelled; raises EOFError when the process died, to be begun again."""
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            *MODULE,
            str(self._folder),
            cwd=_TOP,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert worker.stdout is not None
        assert worker.stdin is not None
        reading: asyncio.Task[bytes] | None = None
        try:
            while True:
                reading = reading or asyncio.create_task(worker.stdout.readline())
                done, _ = await asyncio.wait({reading}, timeout=self._slow)
                if not done:
                    self._tell(FAULT_SLOW)
                    continue
                line, reading = reading.result(), None
                if not line:
                    raise EOFError("the flushing process has ended")
                self._said(line)
        finally:
            if reading is not None:
                reading.cancel()
            worker.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            with contextlib.suppress(TimeoutError):  # one that hangs ends when the disk lets it go
                await asyncio.wait_for(worker.wait(), 0.5)

    def _said(self, line: bytes) -> None:
        try:
            self.last = _LOOK.validate_json(line)
        except ValidationError:
            log.warning("flushing_unread")
            return
        self._tell(self.last.error)
        self._watched(self.last.denied)
