"""The database by URL: SQLite by default, PostgreSQL where one is given; edge."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from errno import EIO, ENOENT
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from config import journal_file
from config.told import N_

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

_READS = "ivr111_reads"


def reading(database: AsyncEngine) -> AsyncConnection:
    """A connection for questions only: in SQLite it keeps no writer waiting, however long it is read from."""
    return database.execution_options(**{_READS: True}).connect()


class DatabaseAway(OSError):
    """The database cannot be used just now; it is tried again."""


class DatabaseMissing(DatabaseAway, FileNotFoundError):
    """There is no database file, and who asked makes none; `filename` names it."""

    def __init__(self, file: Path) -> None:
        super().__init__(ENOENT, "there is no journal here (was the line ever started?)", str(file))


class DatabaseReplaced(DatabaseAway):
    """The file was deleted, moved or replaced while it was open: what was written last is in no journal."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            EIO, N_("another file stands in the journal's place: the engine takes it in"), str(file)
        )


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None for a server's."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database).absolute()


def open_database(
    url: str,
    *,
    read_only: bool = False,
    busy_seconds: float = 5.0,
    create: bool = False,
    replaced: Callable[[], object] | None = None,
) -> AsyncEngine:
    """An engine for `url`; connects on first use.

    `busy_seconds`: how long one statement waits for another's lock (SQLite) or for a new
    connection (PostgreSQL) before OperationalError or TimeoutError.
    `create`: make an SQLite file that is not there; without it DatabaseMissing, when connecting.
    `replaced` hears that the file was deleted, moved or replaced while it was open; the next connection is
    to the file that stands there now.
    """
    parsed = make_url(url)
    parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed, read_only, busy_seconds, create)
        if (file := database_file(url)) is not None:
            _watch(engine, file, create, read_only, replaced)
        return engine
    settings = {"application_name": "ivr111", "timezone": "UTC"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    return create_async_engine(
        parsed,
        hide_parameters=True,  # an error's text goes into logs, and must not quote a caller
        pool_size=4,
        pool_timeout=busy_seconds,
        pool_pre_ping=read_only,  # the writer survives a dead connection by its spool; readers have none
        connect_args={"timeout": max(busy_seconds, 1.0), "server_settings": settings},
    )


def _sqlite(url: URL, read_only: bool, busy_seconds: float, create: bool) -> AsyncEngine:
    if url.database:  # else in memory
        file = Path(url.database).absolute()
        if create:
            file.parent.mkdir(parents=True, exist_ok=True)
        # What SQLite misses it makes, unless told not to: a reader's empty journal would hide the loss.
        mode = "ro" if read_only else "rwc" if create else "rw"
        url = url.set(database=f"file:{quote(str(file))}", query={"mode": mode, "uri": "true"})
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": busy_seconds})

    def connected(connection: Any, _record: Any) -> None:
        # The sqlite3 module opens transactions late and never around DDL; we say BEGIN ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("PRAGMA journal_mode = WAL")  # readers never wait for the writer, nor it for them
            # One flush per batch (0.2 ms) is cheap, and a row that we call written outlives a power cut;
            # NORMAL could lose the last batches of a call that nobody can ask again.
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    def began(connection: Any) -> None:
        # A writer that begins as a reader can meet SQLITE_BUSY in the middle, with no waiting.
        reads = read_only or connection.get_execution_options().get(_READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", began)
    return engine


def _watch(
    engine: AsyncEngine, file: Path, create: bool, read_only: bool, replaced: Callable[[], object] | None
) -> None:
    """Let no connection be used on whose file is not the one that the path names (decision 0068).

    SQLite writes on into a file that was deleted or renamed and calls it committed.
    """
    before: list[journal_file.Inode] = []
    lost: list[tuple[journal_file.Named, journal_file.Inode | None]] = []  # a log that went, alone

    def connecting(*_: Any) -> None:
        if create:
            with suppress(OSError):  # not ours to make: SQLite says so
                journal_file.make(file)
        there = journal_file.seen(file)
        if there is None:
            if not create:
                raise DatabaseMissing(file)
        elif not journal_file.may_open(file):
            raise DatabaseReplaced(file)
        elif lost and lost[0][0] == journal_file.Named.read(file) and lost[0][1] != journal_file.log_of(file):
            raise DatabaseReplaced(file)  # with a new log we would lose what others write into the old one
        before[:] = [] if there is None else [journal_file.inode(there)]

    latest: list[Opened] = []

    def connected(_connection: Any, record: Any) -> None:
        opened = Opened.now(file)
        if before and opened.file != before[0]:  # exchanged while we opened it: nobody knows which it is
            raise DatabaseReplaced(file)
        latest[:] = [opened]
        record.info["opened"] = opened

    def tell(opened: Opened) -> None:
        """Once: connections to the file before the last one are no news when they come back."""
        if replaced is not None and latest and latest[0].file == opened.file:
            replaced()

    def given(_connection: Any, record: Any, _fairy: Any) -> None:
        opened = record.info["opened"]
        if not opened.stands(file):
            tell(opened)
            if opened.lost_its_log(file) and (named := journal_file.Named.read(file)) is not None:
                lost[:] = [(named, opened.wal)]
            raise DisconnectionError("the journal's file was replaced")  # the pool opens the new one

    def returned(connection: Any, record: Any) -> None:
        opened = record.info.get("opened")
        if opened is None or connection is None:
            return
        if not opened.stands(file):
            tell(opened)
        else:
            record.info["opened"] = opened.used(file)

    def committing(connection: Any) -> None:
        opened = connection.connection.info.get("opened")
        if opened is not None and not opened.stands(file):
            raise DatabaseReplaced(file)

    event.listen(engine.sync_engine, "do_connect", connecting)
    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "checkout", given)
    event.listen(engine.sync_engine, "checkin", returned)
    event.listen(engine.sync_engine, "commit", committing)


@dataclass(frozen=True, slots=True)
class Opened:
    """The files a connection has open: (device, inode) of the database and of its write-ahead log."""

    file: journal_file.Inode | None
    size: int
    wal: journal_file.Inode | None = None  # known once used: until then another's end may take it away

    @classmethod
    def now(cls, file: Path) -> "Opened":
        """As the path names it; made just after it was opened."""
        seen = journal_file.seen(file)
        return cls(None, 0) if seen is None else cls(journal_file.inode(seen), seen.st_size)

    def stands(self, file: Path) -> bool:
        """Whether the path still names the same files, and they are the journal's.

        One that shrank was written over by another.
        """
        seen = journal_file.seen(file)
        if seen is None or journal_file.inode(seen) != self.file or seen.st_size < self.size:
            return False
        return journal_file.may_open(file) and self.wal in (None, journal_file.log_of(file))

    def lost_its_log(self, file: Path) -> bool:
        """Whether the file stands there with another log than the one that is open, or none."""
        seen = journal_file.seen(file)
        return (
            seen is not None
            and journal_file.inode(seen) == self.file
            and self.wal not in (None, journal_file.log_of(file))
        )

    def used(self, file: Path) -> "Opened":
        """After a transaction: the log is open, and nobody's end takes it away any more."""
        seen = journal_file.seen(file)
        return replace(
            self,
            size=self.size if seen is None else max(self.size, seen.st_size),
            wal=self.wal or journal_file.log_of(file),
        )
