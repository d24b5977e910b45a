"""The database by URL: SQLite by default, PostgreSQL where one is given; edge."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from config.database_file import DatabaseAway, DatabaseMissing, DatabaseReplaced, FileGuard

__all__ = [
    "DatabaseAway",
    "DatabaseMissing",
    "DatabaseReplaced",
    "database_file",
    "open_database",
    "read_connection",
]

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

_READS = "ivr111_reads"


def read_connection(database: AsyncEngine) -> AsyncConnection:
    """A connection for questions only: in SQLite it keeps no writer waiting, however long it is read from."""
    return database.execution_options(**{_READS: True}).connect()


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
            FileGuard(file, create, replaced).listen(engine)
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
