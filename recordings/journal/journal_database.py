"""The journal's database: found, prepared and written to, away and back again; edge."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config import journal_file
from config.database import DatabaseReplaced, database_file, open_database
from recordings.journal.held_file import HeldFile
from recordings.journal.migrating import migrate
from recordings.journal.reading import Reader
from recordings.journal.writing import write
from recordings.model.call_record import CallRecord
from recordings.model.entries import Entry
from recordings.privacy.hiding import hide_caller
from recordings.privacy.keyring import KeyMissing
from recordings.privacy.numbers import Numbers
from recordings.rows.service import keyed

log = structlog.get_logger()

_PER_ENTRY = 0.005  # seconds that a transaction may take more for each entry


class JournalDatabase:
    """Ready, or away: whatever comes back is prepared as at a start, for it may be another one, or empty.

    `replaced` is called when another file is found under the database's name, once each time. `patience`,
    `retry` and `gone` as Journal has them, seconds.
    """

    def __init__(
        self,
        url: str,
        numbers: Callable[[], Numbers],
        replaced: Callable[[], None],
        *,
        patience: float,
        retry: float,
        gone: float,
    ) -> None:
        self._url = url
        self._key = numbers
        self._tell_replaced = replaced
        self._patience = patience
        self._retry = retry
        self._gone = gone
        self._numbers: Numbers | None = None
        self._engine: AsyncEngine | None = None
        self._file = database_file(url)
        self._held = HeldFile(self._file) if self._file is not None else None
        self._preparing: asyncio.Task[None] | None = None
        self._again_at = 0.0
        self._replaced = False
        self._gone_since: float | None = None
        self.ready = False
        self.returns = self.replacements = 0
        self.away_since: float | None = None  # epoch seconds

    def open(self) -> None:
        """Connections are made as they are wanted; a database away is no error."""
        # SQLite's own wait ends before ours, so that its thread is free again when we give up.
        database = open_database(self._url, busy_seconds=self._patience * 0.7, replaced=self._found_replaced)
        self._engine = keyed(database, self._key)

    async def close(self) -> None:
        """After the last entry."""
        if self._preparing is not None:
            self._preparing.cancel()
            await asyncio.wait((self._preparing,))
        if self._engine is not None:
            await self._engine.dispose()
        if self._held is not None and not self._replaced:
            # Of a file that was written over, the last connection's end would write the log into it.
            await asyncio.to_thread(self._held.let_go)

    @property
    def engine(self) -> AsyncEngine:
        """SQLAlchemy's, for connections."""
        assert self._engine is not None, "open() comes first"
        return self._engine

    @property
    def reader(self) -> Reader:
        """Questions over the same database."""
        return Reader(self.engine, self._numbers)

    @property
    def due_in(self) -> float:
        """Seconds until one that is away is tried again."""
        return max(0.0, self._again_at - asyncio.get_running_loop().time())

    def hidden(self, entry: Entry) -> Entry:
        """With the caller's number hidden, once the key is there; nothing is written before."""
        if isinstance(entry, CallRecord) and self._numbers is not None:
            return hide_caller(entry, self._numbers)
        return entry

    async def look(self) -> None:
        """Whether the file is still the one that the path names: who asks for a connection asks that."""
        if self.ready and self._file is not None:
            try:
                async with asyncio.timeout(self._patience), self.engine.connect():
                    pass
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                self.away(error)
            if self._replaced:
                self.away(DatabaseReplaced(self._file))
            elif self.ready:
                with suppress(OSError):  # a disk that is full
                    await asyncio.to_thread(journal_file.renew, self._file, log=False)

    async def prepare(self, seconds: float) -> bool:
        """Make it ready, or find it away; False when that goes on behind the caller after `seconds`."""
        if self._preparing is None:
            # A task of its own, for a locked database may take its time.
            self._preparing = asyncio.create_task(self._prepare())
        await asyncio.wait((self._preparing,), timeout=seconds)
        if not self._preparing.done():
            return False
        self._preparing = None
        return True

    async def write(self, entries: Sequence[Entry]) -> None:
        """All of them in one transaction. Raises what `is_refused` tells apart."""
        async with asyncio.timeout(self._patience + _PER_ENTRY * len(entries)):
            connection: AsyncConnection
            ready = [self.hidden(entry) for entry in entries]
            async with self.engine.begin() as connection:
                if self._replaced:  # the connection is one to another file, whose schema nobody has seen
                    raise DatabaseReplaced(self._file or Path())
                await write(connection, ready)
        if self._replaced:  # committed, into a file that nobody will find
            raise DatabaseReplaced(self._file or Path())

    def away(self, error: Exception) -> None:
        """It does not take entries; tried again in `retry` seconds."""
        self._again_at = asyncio.get_running_loop().time() + self._retry
        # What comes back may be another one, older or empty: it is prepared like at a start.
        if self.ready or self.away_since is None:
            self.away_since = datetime.now(UTC).timestamp()
        self.ready = False
        log.warning("database_away", error=type(error).__name__)

    def _found_replaced(self) -> None:
        """Told by the database's edge, whichever connection met it first; raised as an alarm once."""
        if not self._replaced:
            self._replaced = True
            self._tell_replaced()

    async def _prepare(self) -> None:
        try:
            self._numbers = self._key()
            await self._found(self._may_create())
        except Exception as error:
            if isinstance(error, KeyMissing):
                log.error("number_key_missing")
            if isinstance(error, journal_file.JournalRefused):
                log.error("journal_refused", why=error.strerror)
            self.away(error)
            return
        self._gone_since = None
        self.ready = True
        self.returns += 1

    async def _found(self, create: bool) -> None:
        another, self._replaced = self._replaced, False
        if another:
            self.replacements += 1
            await self.engine.dispose()
        held, file = self._held, self._file
        if held is not None and await asyncio.to_thread(held.found, create) and not another:
            another = True
            self.replacements += 1
            if not self.returns:  # while no engine ran: nobody has told it yet
                self._tell_replaced()
        if not create or file is None or file.exists():
            async with asyncio.timeout(self._patience), self.engine.begin():
                pass  # locked, or not there, it is away: to migrate it would wait for ten seconds
            if self.returns and not another and await self._has_tables():
                await self._hold()
                return
        async with asyncio.timeout(60):
            await migrate(self._url, create=create)
        await self._hold()

    async def _hold(self) -> None:
        if self._held is not None:
            await asyncio.to_thread(self._held.hold)

    async def _has_tables(self) -> bool:
        try:
            await self.reader.log_place("")
        except DBAPIError:
            return False
        return True

    def _may_create(self) -> bool:
        """At a first start at once; a file that vanished may be on its way back."""
        if self._file is None or self._held is None or self._file.exists():
            return False
        now = asyncio.get_running_loop().time()
        if self._gone_since is None:
            self._gone_since = now
        first = not self.returns and journal_file.JournalIdentity.read(self._file) is None
        return first or now - self._gone_since >= self._gone or self._held.deleted


def is_refused(error: Exception) -> bool:
    """The entry is at fault, not the database: trying again would fail for ever.

    asyncpg's classes 22 and 23 (data, integrity) reach us as plain DBAPIError, values it cannot encode
    as a ValueError below it.
    """
    if isinstance(error, DataError | IntegrityError | ValueError | TypeError | OverflowError):
        return True
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return state[:2] in ("22", "23") or isinstance(getattr(error.orig, "__cause__", None), ValueError)
    return isinstance(error, StatementError)
