"""The channel event log into the journal: nothing lost, nothing twice, whatever is killed or replaced."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from live_tables import STREAMS

from recordings.journal import spool_lines as lines
from recordings.journal.journal import Journal
from recordings.model.call_record import CallRecord
from recordings.model.entries import LogRead
from routing.cel.file import CelFile, FilePosition, place
from tests import log_catch_up

pytest_plugins = ("tests.postgres",)

LOG = (STREAMS / "ten-calls.cel.csv").read_bytes()
ROOT = Path(__file__).resolve().parents[2]


def log_of(first: int, tens: int) -> bytes:
    """So many times ten calls, each with its own id."""
    return b"".join(
        LOG.replace(b"17953540", b"%08d" % (17953540 + n * 100)) for n in range(first, first + tens)
    )


class Home:
    """A channel event log and a journal, as an engine has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "cel" / "cel.csv"
        self.database = folder / "journal.sqlite"
        self.log.parent.mkdir(parents=True)

    def write(self, data: bytes) -> None:
        with self.log.open("ab") as file:
            file.write(data)

    def calls(self) -> list[str]:
        """All rows of the table, as anybody would read it."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'calls'").fetchone():
                return []
            return sorted(row[0] for row in database.execute("SELECT call_id FROM calls"))

    def kept(self) -> set[str]:
        """Calls in the database or in the spool."""
        spooled = self.folder / "spool" / "journal.jsonl"
        entries, _ = lines.from_lines(
            spooled.read_bytes().splitlines(keepends=True) if spooled.exists() else []
        )
        return {entry.call_id for entry in entries if isinstance(entry, CallRecord)} | set(self.calls())

    def place(self) -> FilePosition | None:
        """Where the database says that it stands."""
        with sqlite3.connect(self.database) as database:
            found = database.execute("SELECT place FROM log_places").fetchone()
        return place(found[0]) if found else None

    async def told_before(self, at: FilePosition | None) -> set[str]:
        """Calls whose story is whole before that place."""
        if at is None:
            return set()
        part = self.folder / "part" / "cel.csv"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(self.log.read_bytes()[: at.offset])
        return await told(part)


async def told(log: Path) -> set[str]:
    found: set[str] = set()

    async def keep(_at: FilePosition) -> None:
        return

    await CelFile(log).poll(lambda story: found.add(story.call_id), keep)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@contextmanager
def engine(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.log_catch_up", str(home.folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert running.stdout is not None
    try:
        assert b"ready\n" == running.stdout.readline()
        yield running
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


async def killed_again_and_again(home: Home, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    tens = 0
    for kill in range(kills):
        home.write(log_of(tens, 12))
        tens += 12
        lock = None
        if kill % 5 == 4:  # by a backup: rows go into the spool
            lock = sqlite3.connect(home.database, isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
        with engine(home) as running:
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(chance.uniform(0.0, 0.5))
            running.send_signal(signal.SIGKILL)
            running.wait()
        if lock is not None:
            lock.close()
        stands = home.place() if home.database.exists() and "log_places" in tables(home) else None
        assert await home.told_before(stands) <= home.kept(), f"kill {kill} of seed {seed}"
    (home.folder / "end").touch()
    with engine(home) as running:
        assert 0 == running.wait(120)
    assert sorted(await told(home.log)) == home.calls()


def tables(home: Home) -> set[str]:
    with sqlite3.connect(home.database) as database:
        return {row[0] for row in database.execute("SELECT name FROM sqlite_master")}


@pytest.mark.slow
async def test_an_engine_killed_again_and_again_in_its_catch_up_writes_each_call_once(home: Home) -> None:
    await killed_again_and_again(home, 10, random.randrange(1_000_000))


@pytest.mark.drill
async def test_two_hundred_kills_in_the_catch_up_lose_nothing(home: Home) -> None:
    await killed_again_and_again(home, 200, random.randrange(1_000_000))


@pytest.fixture
async def journal(home: Home) -> AsyncIterator[Journal]:
    journal = log_catch_up.journal(home.folder)
    await journal.start()
    yield journal
    await journal.stop()


async def settled(home: Home, journal: Journal) -> None:
    reader = log_catch_up.follower(home.folder, journal)
    await reader.look()
    await reader.settled()
    reader.close()


async def test_the_place_is_in_the_database_and_in_the_mark_once_the_calls_are(
    home: Home, journal: Journal
) -> None:
    home.write(log_of(0, 3))
    await settled(home, journal)
    assert 30 == len(home.calls())
    stands = home.place()
    assert stands is not None and stands.offset == home.log.stat().st_size


async def test_a_reader_before_which_nothing_is_durable_waits_and_moves_no_mark(
    home: Home, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    async def refused(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "_to_spool", refused)
    monkeypatch.setattr(journal, "_to_database", refused)
    home.write(log_of(0, 120))
    reader = log_catch_up.follower(home.folder, journal)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.look(), 1.0)
    assert not (home.folder / "cel.mark").exists()
    monkeypatch.undo()
    await reader.look()
    await reader.settled()
    assert 1200 == len(home.calls())
    reader.close()


async def test_a_step_from_where_the_database_does_not_stand_changes_nothing(
    url: str, tmp_path: Path
) -> None:
    journal = Journal(url, tmp_path / "spool", log_catch_up.numbers, patience=0.5)
    await journal.start()
    at = datetime(2026, 11, 22, tzinfo=UTC)
    for after, to in ((None, "1 10"), ("1 10", "1 20"), ("1 50", "1 60"), (None, "1 70"), ("1 20", "1 30")):
        await journal.write(LogRead("x", after, to, at))
    assert "1 30" == await journal.log_place("x")
    await journal.stop()
