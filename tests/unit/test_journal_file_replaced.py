"""The journal's file deleted, moved or replaced under the running line: told, spooled, made whole again."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from test_cel_follower import Home, log_of, told
from test_journal_outage import call, until

from config.database import DatabaseMissing, DatabaseReplaced, open_database
from engine.operations.cel_follower import CelFollower
from recordings.journal.from_call_summary import record
from recordings.journal.journal import Journal
from recordings.journal.reading import CallFilter, Reader
from recordings.model.tables import calls
from tests.evidence_home import numbers

pytestmark = pytest.mark.slow


class Line(Home):
    """A journal, and the channel event log read into it, as long as the engine runs."""

    def __init__(self, folder: Path, gone: float = 60.0) -> None:
        super().__init__(folder)
        self.aside = folder / "aside.sqlite"
        self.url = f"sqlite+aiosqlite:///{self.database}"
        self.replaced = 0
        self.journal = Journal(
            self.url, folder / "spool", numbers, patience=0.5, retry=0.05, linger=0.0, gone=gone
        )
        self.follower = CelFollower(
            self.journal,
            self.log,
            folder / "cel.mark",
            lambda story: self.journal.submit(record(story)),
            self.was_replaced,
        )

    def was_replaced(self) -> None:
        self.replaced += 1

    async def settled(self) -> None:
        """Until the database has what the log tells, whatever it takes."""
        wanted = sorted(await told(self.log))
        async with asyncio.timeout(20):
            while True:
                await self.follower.look()
                if self.journal.place == "database" and await self.follower.settled():
                    await asyncio.sleep(0.05)
                    if self.database.exists() and self.calls() == wanted:
                        return
                await asyncio.sleep(0.02)

    def backup(self, to: Path) -> None:
        with sqlite3.connect(self.database) as this, sqlite3.connect(to) as other:
            this.backup(other)

    def count(self, table: str) -> int:
        """Rows, as another program sees them; 0 while there is no such file."""
        if not self.database.exists() or self.journal.place != "database":
            return 0
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    async def alarms(self) -> list[str]:
        return [alarm.kind for alarm in await self.journal.reader.alarms(call(0).arrived_at)]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    line = Line(tmp_path / "home")
    await line.journal.start()
    line.write(log_of(0, 2))
    await line.settled()
    yield line
    await line.journal.stop()
    line.follower.close()


async def test_a_database_moved_away_is_told_and_spooled_for_and_gets_all_when_it_is_back(line: Line) -> None:
    line.database.rename(line.aside)
    line.write(log_of(2, 2))
    await line.follower.look()
    assert await line.follower.settled()
    assert "spool" == line.journal.place
    assert not line.database.exists()
    line.aside.rename(line.database)
    await until(lambda: line.journal.place == "database")
    await line.settled()
    assert 40 == len(line.calls())
    assert ["journal_replaced"] == await line.alarms()


async def test_nothing_is_called_written_that_went_into_a_deleted_file(line: Line) -> None:
    line.database.unlink()
    assert await line.journal.write(call(1))
    assert "spool" == line.journal.place
    assert call(1).call_id in line.folder.joinpath("spool", "journal.jsonl").read_text()


async def test_an_idle_line_notices_within_seconds(line: Line) -> None:
    line.database.rename(line.aside)
    await until(lambda: line.journal.place == "spool", 3.0)


async def test_an_older_backup_gets_every_call_since_from_the_channel_log(line: Line) -> None:
    line.backup(line.aside)
    line.write(log_of(2, 2))
    await line.settled()
    line.aside.replace(line.database)
    line.write(log_of(4, 1))
    await line.settled()
    assert 50 == len(line.calls())
    assert 1 == line.replaced


async def test_an_older_backup_put_in_while_rows_were_spooled_gets_every_call_too(line: Line) -> None:
    line.backup(line.aside)
    line.write(log_of(2, 2))
    await line.settled()
    line.database.unlink()
    line.write(log_of(4, 2))
    await line.follower.look()
    assert await line.follower.settled()
    assert "spool" == line.journal.place
    line.aside.rename(line.database)
    await line.settled()
    assert 60 == len(line.calls())


@pytest.mark.parametrize("make", [Path.touch, lambda path: sqlite3.connect(path).close()])
async def test_an_empty_file_becomes_a_journal_with_every_call(
    line: Line, make: Callable[[Path], object]
) -> None:
    make(line.aside)
    line.aside.replace(line.database)
    line.write(log_of(2, 1))
    await line.settled()
    assert 30 == len(line.calls())
    assert "journal_replaced" in await line.alarms()


async def test_a_deleted_journal_is_made_anew_when_it_does_not_come_back(tmp_path: Path) -> None:
    line = Line(tmp_path / "home", gone=0.3)
    await line.journal.start()
    line.write(log_of(0, 3))
    await line.settled()
    for file in line.folder.glob("journal.sqlite*"):
        file.unlink()
    await line.settled()
    assert 30 == len(line.calls())
    await line.journal.stop()
    line.follower.close()


async def test_a_journal_replaced_while_the_engine_was_down_gets_every_call(tmp_path: Path) -> None:
    line = Line(tmp_path / "home")
    await line.journal.start()
    line.write(log_of(0, 1))
    await line.settled()
    line.backup(line.aside)
    line.write(log_of(1, 2))
    await line.settled()
    await line.journal.stop()
    line.follower.close()
    for file in line.folder.glob("journal.sqlite*"):
        file.unlink()
    line.aside.rename(line.database)
    line.follower._reader = None
    line.journal = Journal(line.url, line.folder / "spool", numbers, patience=0.5, retry=0.05)
    line.follower._journal = line.journal
    await line.journal.start()
    await line.settled()
    assert 30 == len(line.calls())
    await line.journal.stop()
    line.follower.close()


async def test_a_write_ahead_log_deleted_under_the_line_costs_no_row(line: Line) -> None:
    wal = line.database.with_name("journal.sqlite-wal")
    assert wal.stat().st_size
    wal.unlink()
    line.write(log_of(2, 2))
    await until(lambda: line.journal.replacements > 0)
    await line.settled()
    assert 40 == len(line.calls())
    with sqlite3.connect(line.database) as database:
        assert ("ok",) == database.execute("PRAGMA integrity_check").fetchone()


async def test_another_file_under_the_running_line_is_set_aside_and_the_journal_put_back(line: Line) -> None:
    line.backup(line.aside)
    with sqlite3.connect(line.aside) as older:
        older.execute("UPDATE calls SET language = 'xx'")
    older.close()
    line.aside.replace(line.database)
    line.write(log_of(2, 1))
    await until(lambda: line.journal.replacements > 0)
    await line.settled()
    found = await line.journal.reader.calls(CallFilter())
    assert [0, 30] == [sum(one.language == "xx" for one in found), len(found)]
    with closing(sqlite3.connect(line.database.with_name("journal.sqlite.replaced"))) as other:
        assert (20,) == other.execute("SELECT count(*) FROM calls WHERE language = 'xx'").fetchone()


async def test_all_that_was_in_a_deleted_journal_is_put_back(line: Line) -> None:
    line.journal.alarm("trunk_down", "a", call(0).arrived_at)
    await until(lambda: line.count("alarms") == 1)
    assert not line.journal.replacements
    for file in line.folder.glob("journal.sqlite*"):
        file.unlink()
    await until(lambda: line.journal.replacements > 0)
    await line.settled()
    assert ["journal_replaced", "trunk_down"] == sorted(await line.alarms())


async def test_a_file_that_came_back_after_a_new_one_was_made_is_refused(tmp_path: Path) -> None:
    line = Line(tmp_path / "home", gone=0.3)
    await line.journal.start()
    line.write(log_of(0, 1))
    await line.settled()
    line.database.rename(line.aside)
    line.write(log_of(1, 1))
    await until(lambda: line.journal.replacements == 1)
    await line.settled()
    line.journal.alarm("trunk_down", "a", call(0).arrived_at)
    await until(lambda: line.count("alarms") == 2)
    line.aside.rename(line.database)
    await until(lambda: line.journal.replacements == 2)
    await line.settled()
    await until(lambda: line.count("alarms") == 3)
    assert 20 == len(line.calls())
    await line.journal.stop()
    line.follower.close()


async def test_a_process_beside_the_engine_opens_only_the_file_that_the_engine_named(line: Line) -> None:
    evidence = open_database(line.url)
    async with evidence.connect() as connection:
        assert 20 == await connection.scalar(select(func.count()).select_from(calls))
    line.backup(line.aside)
    line.aside.replace(line.database)
    with pytest.raises(DatabaseReplaced):
        async with evidence.connect():
            pass
    await until(lambda: line.journal.replacements > 0)
    await line.settled()
    async with evidence.connect() as connection:
        assert 20 == await connection.scalar(select(func.count()).select_from(calls))
    await evidence.dispose()


async def test_a_transaction_over_a_file_that_went_meanwhile_is_not_committed(line: Line) -> None:
    evidence = open_database(line.url)
    with pytest.raises(OSError, match="another file"):
        async with evidence.begin() as connection:
            await connection.execute(text("DELETE FROM connections"))
            shutil.move(line.database, line.aside)
    with pytest.raises(DatabaseMissing):
        async with evidence.connect():
            pass
    line.aside.rename(line.database)
    async with evidence.connect() as connection:
        assert 14 == await connection.scalar(text("SELECT count(*) FROM connections"))
    await evidence.dispose()


async def test_a_reader_makes_no_journal_and_names_the_file_it_misses(tmp_path: Path) -> None:
    file = tmp_path / "db" / "journal.sqlite"
    for database in (
        Reader.open(f"sqlite:///{file}", None),
        Reader(open_database(f"sqlite:///{file}"), None),
    ):
        with pytest.raises(DatabaseMissing) as missing:
            await database.calls(CallFilter())
        assert str(file) == missing.value.filename
        await database.close()
    assert not file.exists()
