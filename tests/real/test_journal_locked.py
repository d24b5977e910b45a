"""An engine that is started while somebody keeps SQLite locked: it answers, serves, and writes later."""

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import closing

import pytest

from config.database import database_file
from lab.lab import Lab
from lab.robots import HangUp, HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real


async def test_started_while_sqlite_is_locked_for_half_a_minute_it_answers_and_serves(
    line: RunningLine, lab: Lab
) -> None:
    await lab.consultant("c101", talk=30).start()
    journal = database_file(line.settings.database)
    assert journal is not None
    spool = line.settings.home / "spool" / "journal" / "journal.jsonl"
    since = now()
    with closing(sqlite3.connect(journal, isolation_level=None, timeout=5)) as other:
        other.execute("BEGIN EXCLUSIVE")
        locked = killed = time.monotonic()
        before = line.pid("engine")
        os.kill(before, signal.SIGKILL)
        await line.until(lambda: line.pid("engine") != before and line.engine_answers(), within=20)
        answered = time.monotonic() - killed
        await lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(1), HangUp()).run()
        await line.until(lambda: spool.exists() and b"call" in spool.read_bytes())
        assert not [row for row in await line.calls() if row.arrived_at >= since]
        await asyncio.sleep(max(0.0, locked + 30 - time.monotonic()))
        other.execute("ROLLBACK")
    [row] = await line.new_calls(since=since, within=10)
    assert Outcome.SERVED == row.outcome
    await line.until(lambda: not spool.exists() or not spool.stat().st_size)
    print(f"orders were answered {answered:.1f} s after the kill")
