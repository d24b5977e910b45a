"""The database by URL: SQLite by default, PostgreSQL where one is given."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import DateTime, event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

_READS = "ivr111_reads"


class UtcTime(TypeDecorator[datetime]):
    """Aware datetimes in and out, UTC in the table: SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a time without zone (ValueError): nobody could say later which hour it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone is not stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def reading(database: AsyncEngine) -> AsyncConnection:
    """A connection for questions only: in SQLite it keeps no writer waiting, however long it is read from."""
    return database.execution_options(**{_READS: True}).connect()


def open_database(url: str, *, read_only: bool = False, busy_seconds: float = 5.0) -> AsyncEngine:
    """An engine for `url`; connects on first use.

    `busy_seconds`: how long one statement waits for another's lock (SQLite) or for a new
    connection (PostgreSQL) before OperationalError or TimeoutError.
    """
    parsed = make_url(url)
    parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, read_only, busy_seconds)
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


def _for_all_writers(file: Path) -> None:
    """Made for owner and group, whatever our umask: SQLite gives -wal and -shm the file's own mode."""
    try:
        made = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o660)
    except OSError:
        return  # there already, or not ours to make: SQLite says so
    os.fchmod(made, 0o660)
    os.close(made)


def _sqlite(url: URL, read_only: bool, busy_seconds: float) -> AsyncEngine:
    file = Path(url.database or "")
    if read_only:
        url = url.set(database=f"file:{quote(str(file.absolute()))}", query={"mode": "ro", "uri": "true"})
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
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

    def connecting(*_: Any) -> None:
        if not read_only and url.database not in (None, "", ":memory:"):
            _for_all_writers(file)

    event.listen(engine.sync_engine, "do_connect", connecting)
    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", began)
    return engine
