"""Rows a second into the journal: our batched writer beside one transaction per row (R9)."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.database import open_database
from recordings.entries import Entry
from recordings.migrating import migrate
from recordings.record import CallRecord, Outcome
from recordings.store import Journal
from recordings.writing import write

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def _calls(count: int) -> list[Entry]:
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
    journal = Journal(url, spool)
    await journal.start()
    records = _calls(count)
    began = time.perf_counter()
    for record in records[:-1]:
        journal.submit(record)
    await journal.write(records[-1])
    took = time.perf_counter() - began
    await journal.stop()
    return count / took


async def _each(url: str, count: int) -> float:
    await migrate(url)
    database = open_database(url)
    began = time.perf_counter()
    for record in _calls(count):
        async with database.begin() as connection:
            await write(connection, [record])
    took = time.perf_counter() - began
    await database.dispose()
    return count / took


async def _measure() -> list[tuple[str, float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        batched = await _batched(f"sqlite+aiosqlite:///{place}/a.sqlite", place / "spool", 10_000)
        each = await _each(f"sqlite+aiosqlite:///{place}/b.sqlite", 500)
    return [
        ("batched writer, rows/s", batched, batched / each),
        ("one transaction per row, rows/s", each, 1.0),
    ]


def rows() -> list[tuple[str, float, float]]:
    """(name, figure, times the alternative) for the table of `make bench`."""
    return asyncio.run(_measure())


if __name__ == "__main__":
    for name, figure, ratio in rows():
        print(f"{name:40} {figure:12,.0f} {ratio:8.1f} x")
