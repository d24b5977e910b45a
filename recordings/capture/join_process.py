"""The engine's side of `recordings.capture.join`: one worker process, kept, asked one job at a time; edge."""

import asyncio
import os
import sys
from pathlib import Path

from recordings.capture.join_job import JOB, REPORT, JoinJob, JoinReport

_TOP = Path(__file__).resolve().parents[2]
_LONGEST = 600.0  # seconds for one recording; an hour of sound takes a few


class JoinFailed(Exception):
    """The worker died or answered nothing sensible."""


class Joiner:
    """Starts its process with the first job and again after its death."""

    def __init__(self) -> None:
        self._worker: asyncio.subprocess.Process | None = None
        self._one = asyncio.Lock()

    async def work(self, job: JoinJob) -> JoinReport:
        """Raises JoinFailed."""
        async with self._one:
            try:
                async with asyncio.timeout(_LONGEST):
                    report = await self._ask(job)
            except (OSError, ValueError, EOFError) as error:
                await self._end()
                raise JoinFailed(type(error).__name__) from error
            except asyncio.CancelledError:
                await self._end()  # its answer would be taken for the next one's
                raise
        if report.error is not None:
            raise JoinFailed(report.error)
        return report

    async def close(self) -> None:
        """End the worker."""
        async with self._one:
            await self._end()

    async def _ask(self, job: JoinJob) -> JoinReport:
        worker = self._worker
        if worker is None or worker.returncode is not None:
            worker = self._worker = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "recordings.capture.join",
                cwd=_TOP,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(JOB.dump_json(job) + b"\n")
        await worker.stdin.drain()
        line = await worker.stdout.readline()
        if not line:
            raise EOFError("the worker is gone")
        return REPORT.validate_json(line)

    async def _end(self) -> None:
        if self._worker is not None and self._worker.returncode is None:
            self._worker.kill()
            await self._worker.wait()
        self._worker = None
