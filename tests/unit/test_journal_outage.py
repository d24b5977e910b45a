"""X7: the database locked, stopped or full, the disk full: calls go on, nothing is lost, nothing double."""

import asyncio
import os
import sqlite3
import time
from datetime import UTC, datetime

import pytest

from recordings.journal import spool_lines as lines
from recordings.journal.journal import Journal
from recordings.journal.reading import CallFilter
from recordings.journal.spool import Spool
from recordings.model.call_record import CallRecord, Outcome
from recordings.model.entries import RecordingIntended
from tests.evidence_home import numbers

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def call(number: int, **changes) -> CallRecord:
    return CallRecord(f"n1-{1763815501123 + number}-{number}", "+77000000001", "kk", T0, **changes)


async def until(condition, seconds: float = 8.0) -> None:
    """The outage's end is seen by the journal's own clock; nothing else to wait for."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
def sqlite(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path}/journal.sqlite"


def open_journal(url, tmp_path) -> Journal:
    return Journal(url, tmp_path / "spool", numbers, patience=0.1, retry=0.05, most=20)


async def ids(journal: Journal) -> list[str]:
    return sorted(found.call_id for found in await journal.reader.calls(CallFilter(limit=10_000)))


async def test_a_locked_database_delays_no_writer_and_loses_nothing(sqlite, tmp_path):
    journal = open_journal(sqlite, tmp_path)
    await journal.start()
    await journal.write(call(0))
    lock = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    slowest = 0.0
    for number in range(1, 100):
        began = time.monotonic()
        await journal.write(call(number))
        slowest = max(slowest, time.monotonic() - began)
    assert journal.place == "spool"
    assert slowest < 1.0
    lock.execute("COMMIT")
    lock.close()
    await until(lambda: journal.place == "database")
    assert await ids(journal) == sorted(call(number).call_id for number in range(100))
    await journal.stop()
    assert (tmp_path / "spool" / "journal.jsonl").read_bytes() == b""


async def test_a_database_that_is_away_at_the_start_gets_its_schema_and_its_calls_later(postgres, tmp_path):
    url = postgres.database()
    postgres.stop()
    journal = open_journal(url, tmp_path)
    await journal.start()
    await journal.write(call(1))
    assert journal.place == "spool"
    await asyncio.to_thread(postgres.start)
    await until(lambda: journal.place == "database")
    assert await ids(journal) == [call(1).call_id]
    await journal.stop()


async def test_a_database_killed_under_way_loses_nothing_and_doubles_nothing(postgres, tmp_path):
    journal = open_journal(postgres.database(), tmp_path)
    await journal.start()
    for number in range(50):
        await journal.write(call(number))
    await asyncio.to_thread(postgres.stop)
    for number in range(50, 100):
        await journal.write(call(number))
    await asyncio.to_thread(postgres.start)
    for number in range(100, 150):
        await journal.write(call(number))
    await until(lambda: journal.place == "database")
    assert await ids(journal) == sorted(call(number).call_id for number in range(150))
    await journal.stop()


async def test_what_one_engine_spooled_the_next_one_loads_in_order(sqlite, tmp_path):
    spool = Spool(tmp_path / "spool")
    talk = call(1, outcome=Outcome.SERVED, ended_at=T0)
    spool.append([lines.to_line(call(1)), lines.to_line(talk)])
    spool.append([lines.to_line(RecordingIntended(f"{call(1).call_id}-c1", T0))])
    journal = open_journal(sqlite, tmp_path)
    await journal.start()
    assert await journal.reader.calls(CallFilter()) == [talk]
    assert [found.id for found in await journal.reader.recordings(talk.call_id)] == [f"{talk.call_id}-c1"]
    await journal.stop()


async def test_a_later_word_about_a_call_never_overtakes_an_earlier_one_in_the_spool(sqlite, tmp_path):
    journal = Journal(sqlite, tmp_path / "spool", numbers, patience=0.1, retry=60)
    await journal.start()
    lock = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    await journal.write(call(1, outcome=Outcome.FAILED, ended_at=T0))
    lock.execute("COMMIT")
    lock.close()
    last = call(1, outcome=Outcome.SERVED, ended_at=T0)
    await journal.write(last)
    await journal.stop()
    journal = open_journal(sqlite, tmp_path)
    await journal.start()
    assert await journal.reader.calls(CallFilter()) == [last]
    await journal.stop()


async def test_a_spool_loaded_but_not_yet_emptied_at_the_crash_doubles_nothing(sqlite, tmp_path):
    spooled = [lines.to_line(call(number)) for number in range(30)]
    for _ in range(2):
        Spool(tmp_path / "spool").append(spooled)
        journal = open_journal(sqlite, tmp_path)
        await journal.start()
        await until(lambda journal=journal: journal.place == "database")
        assert await ids(journal) == sorted(call(number).call_id for number in range(30))
        await journal.stop()


async def test_a_line_torn_by_a_power_cut_is_set_aside_and_the_others_are_loaded(sqlite, tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.append([lines.to_line(call(1)), lines.to_line(call(2))[:-30]])
    spool.append([lines.to_line(call(3))])
    journal = open_journal(sqlite, tmp_path)
    await journal.start()
    assert await ids(journal) == [call(1).call_id, call(3).call_id]
    await journal.stop()
    assert (tmp_path / "spool" / "rejected.jsonl").read_bytes() == lines.to_line(call(2))[:-30] + b"\n"


class FullDisk(Spool):
    """A disk with no space for as long as `full`."""

    full = True

    def append(self, new):
        if self.full:
            raise OSError(28, "No space left on device")
        super().append(new)


async def test_with_database_and_spool_both_refusing_entries_wait_in_memory_and_no_call_waits(
    sqlite, tmp_path
):
    journal = open_journal(sqlite, tmp_path)
    disk = journal._spool = FullDisk(tmp_path / "spool")
    await journal.start()
    lock = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    for number in range(5):
        began = time.monotonic()
        await journal.write(call(number))
        assert time.monotonic() - began < 1.0
    assert journal.place == "memory"
    disk.full = False
    await until(lambda: journal.place == "spool")
    lock.execute("COMMIT")
    lock.close()
    await until(lambda: journal.place == "database")
    assert await ids(journal) == sorted(call(number).call_id for number in range(5))
    await journal.stop()


def test_a_failed_append_leaves_no_half_line(tmp_path, monkeypatch):
    spool = Spool(tmp_path)
    spool.append([lines.to_line(call(1))])

    def no_flush(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_flush)
    with pytest.raises(OSError, match="No space"):
        spool.append([lines.to_line(call(2))])
    monkeypatch.undo()
    spool.append([lines.to_line(call(3))])
    assert spool.peek(9) == [lines.to_line(call(1)), lines.to_line(call(3))]


def test_a_line_is_flushed_before_append_returns(tmp_path, monkeypatch):
    flushed = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (flushed.append(os.fstat(handle).st_size), fsync(handle)))
    line = lines.to_line(call(1))
    Spool(tmp_path).append([line])
    assert flushed[0] == len(line)


def test_a_line_comes_back_as_the_entry_it_was():
    for entry in (
        call(1, outcome=Outcome.SERVED, ended_at=T0),
        RecordingIntended("n1-1763815501123-1-c1", T0),
    ):
        assert lines.from_line(lines.to_line(entry)) == entry


def test_a_line_of_an_older_version_comes_back_with_its_number():
    line = lines.to_line(call(1)).replace(b'"pii_caller":', b'"caller":')
    assert lines.from_line(line) == call(1)
