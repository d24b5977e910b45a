"""The journal's file deleted, moved away and back under a running line of three processes (decision 0068)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import datetime

import pytest

from engine.health.running import database
from lab.lab import Lab
from tests.real.changed_journal import Changed, begun, with_calls
from tests.real.line import RunningLine

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """With an account."""
    with begun() as running:
        yield running


@pytest.fixture(scope="module")
def looked_at() -> list[datetime | None]:
    """The last call of a test that found all of its own in the end."""
    return []


@pytest.fixture
async def journal(line: RunningLine, lab: Lab, looked_at: list[datetime | None]) -> AsyncIterator[Changed]:
    """With calls in it."""
    async with with_calls(line, lab, looked_at) as changed:
        yield changed


async def test_deleted_with_its_log_it_is_put_back_whole(journal: Changed) -> None:
    alarms_before = rows(journal, "access_log") + rows(journal, "alarms")
    call = asyncio.create_task(journal.call())
    await asyncio.sleep(3)
    for one in journal.file.parent.glob("journal.sqlite*"):
        one.unlink()
    await journal.told()
    await asyncio.gather(call, journal.call())
    await journal.whole()
    assert rows(journal, "access_log") + rows(journal, "alarms") > alarms_before


def rows(journal: Changed, table: str) -> int:
    with closing(sqlite3.connect(journal.file)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("suffixes", [("",), ("", "-wal", "-shm")])
async def test_moved_away_for_seconds_it_goes_on_where_it_was(
    journal: Changed, suffixes: tuple[str, ...]
) -> None:
    call = asyncio.create_task(journal.call())
    await asyncio.sleep(3)
    for suffix in suffixes:
        journal.file.with_name(f"journal.sqlite{suffix}").rename(journal.file.with_name(f"away{suffix}"))
    await journal.told()
    assert "has gone" in next(database(journal.line.settings)).finding  # the whole doctor takes its time
    assert not journal.file.exists()
    for suffix in suffixes:
        journal.file.with_name(f"away{suffix}").rename(journal.file.with_name(f"journal.sqlite{suffix}"))
    await asyncio.gather(call, journal.call())
    await journal.whole()


async def test_moved_back_over_the_one_made_meanwhile_it_is_refused_in_words(journal: Changed) -> None:
    away = journal.file.with_name("away")
    journal.file.rename(away)
    await journal.told()
    await asyncio.gather(journal.call(), journal.line.until(journal.file.exists, within=15))
    await journal.call()
    await journal.whole()
    away.rename(journal.file)
    await journal.told()
    await journal.call()
    await journal.whole()
    found = [said["found"] for said in journal.line.engine_log() if said["event"] == "journal_file"]
    assert ["put_back"] * 2 == found[-2:]
    assert "journal.sqlite.replaced" in journal.doctor()
