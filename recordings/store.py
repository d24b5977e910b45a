"""The journal: one task writes all entries in batches, and a database that is away blocks no call."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import open_database
from recordings import lines
from recordings.entries import Alarm, ConsultantState, Entry, RecordingFinished, RecordingIntended
from recordings.hiding import hidden
from recordings.keys import KeyMissing
from recordings.migrating import migrate
from recordings.numbers import Numbers
from recordings.reading import Reader
from recordings.record import CallRecord
from recordings.spool import Spool
from recordings.writing import write

log = structlog.get_logger()

_ALL = 1_000_000  # lines
Item = tuple[Entry, asyncio.Future[None] | None]


class Journal:
    """The only writer of the journal (A19); made, started and stopped by the engine.

    An entry is kept as soon as it is in the database or, after `patience` seconds without one, in the
    flushed spool; `most` entries share a transaction: few enough not to keep the loop from a call.
    `retry` seconds lie between two tries at a database that is away, and what was spooled goes in
    first, so that order is kept. `numbers` gives the keys that hide callers' numbers (KeyMissing: all
    entries wait in the spool until it does; a number never lies in the database in clear).
    """

    def __init__(
        self,
        url: str,
        spool: Path,
        numbers: Callable[[], Numbers],
        *,
        patience: float = 0.3,
        retry: float = 1.0,
        most: int = 250,
        linger: float = 0.15,
    ) -> None:
        self._url = url
        self._spool = Spool(spool)
        self._key = numbers
        self._numbers: Numbers | None = None
        self._patience = patience
        self._retry = retry
        self._most = most
        self._linger = linger  # seconds for others to share the transaction, unless somebody waits for it
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue()
        self._database: AsyncEngine | None = None
        self._ready = False
        self._again_at = 0.0
        self._held: list[Entry] = []  # neither database nor spool took them
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring the schema up to date, load what an earlier run spooled; a database away is no error."""
        # SQLite's own wait ends before ours, so that its thread is free again when we give up.
        self._database = open_database(self._url, busy_seconds=self._patience * 0.7)
        await self._load()
        self._task = asyncio.create_task(self._run(), name="journal")

    async def stop(self) -> None:
        """Keep all that was submitted, then close."""
        self._queue.put_nowait(None)
        if self._task is not None:
            await self._task
        if self._database is not None:
            await self._database.dispose()

    @property
    def place(self) -> str:
        """Where entries go now: "database", "spool", or "memory" (alarm: a crash would lose them)."""
        if self._held:
            return "memory"
        return "database" if self._ready and self._spool.empty else "spool"

    @property
    def reader(self) -> Reader:
        """Questions over the same database; callers accept that it may be away (SQLAlchemyError, OSError)."""
        assert self._database is not None, "start() comes first"
        return Reader(self._database, self._numbers)

    async def spooled(self) -> list[Entry]:
        """What waits for the database, oldest first: newer than all that is in it. Raises OSError."""
        entries, _ = lines.from_lines(await asyncio.to_thread(self._spool.peek, _ALL))
        return entries

    def submit(self, entry: Entry) -> None:
        """Write `entry` soon; never blocks, never raises."""
        self._queue.put_nowait((self._hidden(lines.cleaned(entry)), None))

    async def write(self, entry: Entry) -> None:
        """As `submit`, and returns when `entry` would outlive a crash; after two seconds in any case."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((self._hidden(lines.cleaned(entry)), done))
        try:
            async with asyncio.timeout(2.0):
                await asyncio.shield(done)
        except TimeoutError:
            log.warning("journal_slow", place=self.place)

    async def recording_intended(self, stem: str, at: datetime) -> None:
        """Before the first sound of a segment: no audio later is then known to be a loss."""
        await self.write(RecordingIntended(stem, at))

    def recording_finished(self, stem: str, at: datetime) -> None:
        """The recorder of this segment was stopped."""
        self.submit(RecordingFinished(stem, at))

    def alarm(self, kind: str, about: str, at: datetime) -> None:
        """Keep an alarm; `about` is an id of ours, never a number."""
        log.error("alarm_raised", kind=kind, about=about)
        self.submit(Alarm(kind, about, at))

    def remember(self, consultant: str, name: str, value: str | None, at: datetime) -> None:
        """Keep one thing about a consultant over a restart (pause, end of wrap-up); None forgets it."""
        self.submit(ConsultantState(consultant, name, value, at))

    async def _run(self) -> None:
        while True:
            batch, closing = await self._gather()
            entries = self._held + [entry for entry, _ in batch]
            self._held = []
            try:
                await self._keep(entries)
            except Exception:
                # The last line of defence: a fault of ours costs no entry and no later one.
                log.exception("journal_failed")
                self._held = entries
                await asyncio.sleep(self._patience)
            for _, done in batch:
                if done is not None and not done.done():
                    done.set_result(None)
            if closing:
                if self._held:
                    log.error("entries_lost", entries=len(self._held))
                return

    async def _gather(self) -> tuple[list[Item], bool]:
        """The next entry and all that wait behind it; nothing when it is time to try the database again."""
        waiting = self._held or not self._ready or not self._spool.empty
        loop = asyncio.get_running_loop()
        seconds = max(0.0, self._again_at - loop.time()) if waiting else None
        first: Item | None
        if self._queue.empty():
            try:
                first = await asyncio.wait_for(self._queue.get(), seconds)
            except TimeoutError:
                return [], False
        else:
            first = self._queue.get_nowait()
        if first is not None and first[1] is None and self._queue.empty():
            await asyncio.sleep(self._linger)
        batch: list[Item] = []
        while first is not None:
            batch.append(first)
            if len(batch) == self._most or self._queue.empty():
                return batch, False
            first = self._queue.get_nowait()
        return batch, True

    async def _keep(self, entries: list[Entry]) -> None:
        if entries and self._ready and self._spool.empty and await self._to_database(entries):
            return
        if entries:
            await self._to_spool(entries)
        if asyncio.get_running_loop().time() >= self._again_at:
            await self._load()

    async def _to_spool(self, entries: list[Entry]) -> None:
        try:
            await asyncio.to_thread(self._spool.append, [lines.to_line(entry) for entry in entries])
        except OSError as error:
            log.error("spool_refused", reason=error.strerror, entries=len(entries))
            self._held = entries

    async def _load(self) -> None:
        """Prepare the database when that is due, then one batch of the spool: new entries come in between."""
        if not self._ready and not await self._prepare():
            return
        spooled = await asyncio.to_thread(self._spool.peek, self._most)
        entries, torn = lines.from_lines(spooled)
        if torn:
            await asyncio.to_thread(self._spool.reject, torn)
            log.error("spool_lines_rejected", lines=len(torn))
        if not entries or await self._to_database(entries):
            await asyncio.to_thread(self._spool.loaded, spooled)

    async def _prepare(self) -> bool:
        assert self._database is not None
        try:
            self._numbers = self._key()
            async with asyncio.timeout(self._patience), self._database.connect():
                pass
            async with asyncio.timeout(60):
                await migrate(self._url)
        except Exception as error:
            if isinstance(error, KeyMissing):
                log.error("number_key_missing")
            self._away(error)
            return False
        self._ready = True
        return True

    def _hidden(self, entry: Entry) -> Entry:
        if isinstance(entry, CallRecord) and self._numbers is not None:
            return hidden(entry, self._numbers)
        return entry  # written only when the key is there, and hidden then

    async def _to_database(self, entries: Sequence[Entry]) -> bool:
        """False when the database is away; entries it will never take are set aside."""
        assert self._database is not None
        try:
            await self._transact(self._database, entries)
        except Exception as error:
            if not _refused(error):
                self._away(error)
                return False
            if len(entries) > 1:
                for entry in entries:
                    if not await self._to_database([entry]):
                        return False
                return True
            log.error("entry_rejected", entry=type(entries[0]).__name__, error=type(error).__name__)
            await asyncio.to_thread(self._spool.reject, [lines.to_line(entries[0])])
        return True

    async def _transact(self, database: AsyncEngine, entries: Sequence[Entry]) -> None:
        async with asyncio.timeout(self._patience + 0.002 * len(entries)):
            connection: AsyncConnection
            ready = [self._hidden(entry) for entry in entries]
            async with database.begin() as connection:
                await write(connection, ready)

    def _away(self, error: Exception) -> None:
        self._again_at = asyncio.get_running_loop().time() + self._retry
        log.warning("database_away", error=type(error).__name__)


def _refused(error: Exception) -> bool:
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
