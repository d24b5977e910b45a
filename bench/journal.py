"""Rows a second into the journal: our batched writer beside one transaction per row (R9)."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.table import Row, better
from config.database import open_database
from recordings.journal.journal import Journal
from recordings.journal.migrating import migrate
from recordings.journal.writing import write
from recordings.model.call_record import CallRecord, Outcome
from recordings.privacy.hiding import hide_caller
from recordings.privacy.numbers import Numbers
from recordings.rows.service import keyed

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def numbers() -> Numbers:
    """Keys of no home."""
    return Numbers(bytes(32), bytes(32))


def _calls(count: int) -> list[CallRecord]:
    return [
        CallRecord(
            f"n1-{1795338000000 + number}-{number}",
            "+77000000001",
            "kk",
            T0 + timedelta(seconds=number),
            answered_at=T0 + timedelta(seconds=number + 9),
            ended_at=T0 + timedelta(seconds=number + 90),
            served_by="c101",
            outcome=Outcome.SERVED,
        )
        for number in range(count)
    ]


async def _batched(url: str, spool: Path, count: int) -> float:
    journal = Journal(url, spool, numbers)
    await journal.start()
    records = _calls(count)
    began = time.perf_counter()
    for record in records[:-1]:
        journal.submit(record)
    await journal.keep(records[-1])  # until the last row is in the table, however long it takes
    took = time.perf_counter() - began
    await journal.stop()
    return count / took


async def _each(url: str, count: int) -> float:
    """The same work for each row: its number hidden, the row entered in its chain."""
    await migrate(url)
    database = keyed(open_database(url), numbers)
    began = time.perf_counter()
    for record in _calls(count):
        async with database.begin() as connection:
            await write(connection, [hide_caller(record, numbers())])
    took = time.perf_counter() - began
    await database.dispose()
    return count / took


async def _measure(count: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        batched = await _batched(f"sqlite+aiosqlite:///{place}/a.sqlite", place / "spool", count)
        each = await _each(f"sqlite+aiosqlite:///{place}/b.sqlite", count // 20)
    return [
        better("journal rows written", "1/s", batched, "a transaction per row", each, least=20, more=True)
    ]


def run(count: int = 10_000) -> list[Row]:
    """A few seconds."""
    return asyncio.run(_measure(count))
