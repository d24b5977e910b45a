"""A whole line for a test: supervisor, Asterisk and engine in a home of its own."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from config.settings import Settings
from engine.cli.journal import number_keys
from engine.process.local_socket import ask
from lab.lab import Lab
from recordings.journal.reading import CallFilter, Reader
from recordings.model.call_record import CallRecord
from recordings.model.recording import Recording

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FAST = {
    "IVR111_WRAP_UP_SECONDS": "0",
    "IVR111_RING_SECONDS": "6",
    "IVR111_MISSED_RING_SECONDS": "5",
    "IVR111_COMFORT_SECONDS": "10",
    "IVR111_UCC_RING_SECONDS": "4",
    "IVR111_DUTY_RING_SECONDS": "12",
    "IVR111_ADVICE_SECONDS": "3",
    "IVR111_RAW_KEPT_SECONDS": "86400",  # most tests listen to the raw files; those of sealing set 0
}


class RunningLine:
    """`ivr111 run` as a child process; `settings` as it has them."""

    def __init__(self, **settings: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="ivr111-test-"))
        self.env = {**os.environ, **FAST, **settings, "IVR111_HOME": str(self.home)}
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    @cached_property  # many look at it twenty times a second, and nobody changes `env`
    def settings(self) -> Settings:
        """As the line has them."""
        before = dict(os.environ)
        os.environ.update({key: value for key, value in self.env.items() if key.startswith("IVR111_")})
        try:
            return Settings()
        finally:
            os.environ.clear()
            os.environ.update(before)

    def start(self) -> "RunningLine":
        """Start and wait for `ready`."""
        _own_namespace()
        self.process = subprocess.Popen(
            [REPOSITORY / ".venv/bin/ivr111", "run"],
            cwd=REPOSITORY,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        for text in self.process.stdout:
            self.said += text
            if text.strip() == "ready":
                return self
        raise AssertionError(f"the line did not start:\n{self.said}")

    def stop(self) -> int:
        """SIGTERM, and the exit code; nothing is left running, home is removed."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        if self.process.stdout:
            self.process.stdout.close()
        if not os.environ.get("KEEP_HOME"):
            shutil.rmtree(self.home, ignore_errors=True)
        return code

    def pid(self, name: str) -> int:
        """The living process' id, from run/NAME.pid."""
        return int((self.home / "run" / f"{name}.pid").read_text())

    def lab(self) -> Lab:
        """Phones for this line."""
        return Lab.open(self.home / "run" / "lab.json")

    def ask(self, do: str, **fields: object) -> dict[str, Any]:
        """An order to the engine."""
        return ask(self.settings.control_socket, do, seconds=10.0, **fields)

    async def calls(self) -> list[CallRecord]:
        """All journal rows, oldest first."""
        reader = Reader.open(self.settings.database, number_keys(self.settings))
        try:
            return await reader.calls(CallFilter(limit=10_000))
        finally:
            await reader.close()

    async def recordings(self, call_id: str) -> list[Recording]:
        """All recordings of a call."""
        reader = Reader.open(self.settings.database, number_keys(self.settings))
        try:
            return await reader.recordings(call_id)
        finally:
            await reader.close()

    async def leg_marks(self, call_id: str) -> list[str]:
        """What `calls show` has to tell of a call's legs."""
        reader = Reader.open(self.settings.database, number_keys(self.settings))
        try:
            return [one.kind for one in await reader.leg_alarms(call_id)]
        finally:
            await reader.close()

    async def new_calls(self, count: int = 1, *, since: datetime, within: float = 3.0) -> list[CallRecord]:
        """The `count` calls that arrived after `since`, once the journal has their end, and how they ended.

        What an engine did not see whole has no outcome before the channel event log was read: one that has
        none at the end of this time is given as it is.
        """
        end = time.monotonic() + within
        while True:
            rows = [c for c in await self.calls() if c.arrived_at >= since and c.ended_at]
            late = time.monotonic() >= end
            if len(rows) >= count and (late or all(row.outcome for row in rows)):
                assert count == len(rows), rows
                return rows
            assert not late, f"{len(rows)} of {count} calls in the journal"
            await asyncio.sleep(0.1)

    async def recorded(self, call_id: str, count: int = 1, within: float = 20.0) -> list[Recording]:
        """The call's playable recordings, once they were checked."""
        end = time.monotonic() + within
        while True:
            rows = [r for r in await self.recordings(call_id) if r.stereo_file]
            if len(rows) >= count:
                return rows
            assert time.monotonic() < end, await self.recordings(call_id)
            await asyncio.sleep(0.3)

    async def until(self, holds: Callable[[], bool], within: float = 10.0) -> None:
        """Wait until something holds."""
        end = time.monotonic() + within
        while not holds():
            assert time.monotonic() < end, "it did not come to pass"
            await asyncio.sleep(0.05)

    def engine_answers(self) -> bool:
        """Whether the engine answers and sees Asterisk."""
        try:
            return bool(self.ask("queue.show")["asterisk"] == "up")
        except Exception:
            return False

    def engine_log(self) -> list[dict[str, Any]]:
        """The engine's log, line by line."""
        return [
            json.loads(line)
            for line in (self.home / "log" / "engine" / "engine.log").read_text().splitlines()
        ]


def now() -> datetime:
    """For `since`: a moment before what comes."""
    return datetime.now(UTC) - timedelta(seconds=0.05)


def _own_namespace() -> None:
    names = (
        {path.name for path in Path("/sys/class/net").iterdir()} if Path("/sys/class/net").exists() else set()
    )
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    if routes:
        sys.exit(
            f"these tests run in a network namespace of their own: use make test (here: {sorted(names)})"
        )
