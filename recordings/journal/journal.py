"""The journal: one task writes all entries in batches, and a database that is away blocks no call; edge."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config import journal_file
from config.database import DatabaseReplaced, database_file, open_database
from recordings.journal import spool_lines as lines
from recordings.journal.migrating import migrate
from recordings.journal.reading import Reader
from recordings.journal.spool import Spool
from recordings.journal.writing import write
from recordings.model.call_record import CallRecord
from recordings.model.entries import (
    Alarm,
    ConsultantState,
    Entry,
    LogRead,
    RecordingFinished,
    RecordingIntended,
)
from recordings.privacy.hiding import hidden
from recordings.privacy.keyring import KeyMissing
from recordings.privacy.numbers import Numbers
from recordings.rows.service import keyed

log = structlog.get_logger()

_ALL = 1_000_000  # lines
LOOK = 1.0  # seconds between two looks whether the database is still the one whose name it bears
RETURN = 10.0  # seconds that a database file which went away has to come back before a new one is made
START = 5.0  # seconds that the start waits for a schema to be brought up to date; calls come first


@dataclass(frozen=True, slots=True)
class Item:
    """An entry on its way; `kept` is done when it would outlive a crash, `tried` at the first try, too."""

    entry: Entry
    kept: asyncio.Future[None] | None = None
    tried: asyncio.Future[None] | None = None  # somebody waits for it


class Journal:
    """The only writer of the journal (A19); made, started and stopped by the engine.

    An entry is kept as soon as it is in the database or, after `patience` seconds without one, in the
    flushed spool; `most` entries share a transaction: few enough not to keep the loop from a call.
    `retry` seconds lie between two tries at a database that is away, and what was spooled goes in
    first, so that order is kept. A database file that vanished has `gone` seconds to come back before a new
    one is made. `numbers` gives the keys that hide callers' numbers (KeyMissing: all
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
        gone: float = RETURN,
    ) -> None:
        self._url = url
        self._spool = Spool(spool)
        self._key = numbers
        self._numbers: Numbers | None = None
        self._patience = patience
        self._retry = retry
        self._most = most
        self._linger = linger  # seconds for others to share the transaction, unless somebody waits for it
        self._gone = gone
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue()
        self._database: AsyncEngine | None = None
        self._file = database_file(url)
        self._ready = False
        self._preparing: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()
        self._again_at = 0.0
        self._returns = self._replacements = 0
        self._replaced = False
        self._away_since: float | None = None
        self._gone_since: float | None = None
        self._anchor: journal_file.Anchor | None = None
        self._anchored: journal_file.Inode = (0, 0)
        self._held: list[Item] = []  # neither database nor spool took them
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring the schema up to date, load what an earlier run spooled; a database away is no error.

        A schema that takes long is waited for a moment only: entries go into the spool meanwhile.
        """
        # SQLite's own wait ends before ours, so that its thread is free again when we give up.
        database = open_database(self._url, busy_seconds=self._patience * 0.7, replaced=self._file_replaced)
        self._database = keyed(database, self._key)
        self._task = asyncio.create_task(self._run(), name="journal")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), START)

    async def stop(self) -> None:
        """Keep all that was submitted, then close."""
        self._queue.put_nowait(None)
        if self._task is not None:
            await self._task
        if self._preparing is not None:
            self._preparing.cancel()
            await asyncio.wait((self._preparing,))
        if self._database is not None:
            await self._database.dispose()
        if self._anchor is not None and not self._replaced:
            # Of a file that was written over, the last connection's end would write the log into it.
            await asyncio.to_thread(self._anchor.close)

    @property
    def place(self) -> str:
        """Where entries go now: "database", "spool", or "memory" (alarm: a crash would lose them)."""
        if self._held:
            return "memory"
        return "database" if self._ready and self._spool.empty else "spool"

    @property
    def away_since(self) -> float | None:
        """Epoch seconds since when entries go past the database; None when it takes them."""
        return None if self.place == "database" else self._away_since

    @property
    def returns(self) -> int:
        """How often the database was found, again or for the first time: it may be another one now."""
        return self._returns

    @property
    def replacements(self) -> int:
        """How often another file was found under the database's name."""
        return self._replacements

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
        self._queue.put_nowait(Item(self._hidden(lines.cleaned(entry))))

    def keep(self, entry: Entry) -> asyncio.Future[None]:
        """As `submit`; done when `entry`, and all that was submitted before it, would outlive a crash."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(Item(self._hidden(lines.cleaned(entry)), kept))
        return kept

    async def write(self, entry: Entry) -> bool:
        """As `submit`, and returns whether `entry` would outlive a crash; after two seconds in any case."""
        loop = asyncio.get_running_loop()
        item = Item(self._hidden(lines.cleaned(entry)), loop.create_future(), loop.create_future())
        assert item.kept is not None and item.tried is not None
        self._queue.put_nowait(item)
        await asyncio.wait((item.tried,), timeout=2.0)
        if not item.kept.done():
            log.warning("journal_slow", place=self.place)
        return item.kept.done()

    async def log_place(self, name: str) -> str | None:
        """Up to where a log's entries are in the database or in the spool; None: nothing of it is.

        Raises SQLAlchemyError or OSError while that cannot be known.
        """
        spooled = await self.spooled()  # first: what is loaded meanwhile is found in the database
        place = await self.reader.log_place(name)
        for entry in spooled:
            if isinstance(entry, LogRead) and (entry.log, entry.after) == (name, place):
                place = entry.place
        return place

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
            items = self._held + batch
            self._held = []
            try:
                await self._keep(items)
            except Exception:
                # The last line of defence: a fault of ours costs no entry and no later one.
                log.exception("journal_failed")
                self._held = items
                await asyncio.sleep(self._patience)
            for item in items:
                if not self._held:
                    _done(item.kept)
                _done(item.tried)
            if closing:
                if self._held:
                    log.error("entries_lost", entries=len(self._held))
                return

    async def _gather(self) -> tuple[list[Item], bool]:
        """The next entry and all that wait behind it; nothing when it is time to look at the database."""
        waiting = self._held or not self._ready or not self._spool.empty
        loop = asyncio.get_running_loop()
        seconds = max(0.0, self._again_at - loop.time()) if waiting else LOOK
        first: Item | None
        if self._queue.empty():
            try:
                first = await asyncio.wait_for(self._queue.get(), seconds)
            except TimeoutError:
                return [], False
        else:
            first = self._queue.get_nowait()
        if first is not None and first.tried is None and self._queue.empty():
            await asyncio.sleep(self._linger)
        batch: list[Item] = []
        while first is not None:
            batch.append(first)
            if len(batch) == self._most or self._queue.empty():
                return batch, False
            first = self._queue.get_nowait()
        return batch, True

    async def _keep(self, items: list[Item]) -> None:
        entries = [item.entry for item in items]
        if not entries:
            await self._look()
        if entries and self._ready and self._spool.empty and await self._to_database(entries):
            return
        if entries:
            await self._to_spool(items)
        if asyncio.get_running_loop().time() >= self._again_at:
            await self._load()

    async def _to_spool(self, items: list[Item]) -> None:
        try:
            await asyncio.to_thread(self._spool.append, [lines.to_line(item.entry) for item in items])
        except OSError as error:
            log.error("spool_refused", reason=error.strerror, entries=len(items))
            self._held = items

    async def _look(self) -> None:
        """Whether the file is still the one that the path names: who asks for a connection asks that."""
        if self._ready and self._file is not None:
            assert self._database is not None
            try:
                async with asyncio.timeout(self._patience), self._database.connect():
                    pass
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                self._away(error)
            if self._replaced:
                self._away(DatabaseReplaced(self._file))
            elif self._ready:
                with suppress(OSError):  # a disk that is full
                    await asyncio.to_thread(journal_file.renew, self._file, log=False)

    def _file_replaced(self) -> None:
        """Told by the database's edge, whichever connection met it first; raised as an alarm once."""
        if not self._replaced:
            self._replaced = True
            self.alarm("journal_replaced", "journal", datetime.now(UTC))

    async def _load(self) -> None:
        """Prepare the database when that is due, then one batch of the spool: new entries come in between."""
        if not self._ready:
            if self._preparing is None:
                self._preparing = asyncio.create_task(self._prepare())
            # Not here, for entries go on into the spool meanwhile; what is quickly done is waited for.
            await asyncio.wait((self._preparing,), timeout=0.1)
            if not self._preparing.done():
                return
            self._preparing = None
            if not self._ready:
                self._looked.set()
                return
        if not self._spool.empty:
            await self._load_spooled()
        self._looked.set()

    async def _load_spooled(self) -> None:
        spooled = await asyncio.to_thread(self._spool.peek, self._most)
        entries, torn = lines.from_lines(spooled)
        if torn:
            await asyncio.to_thread(self._spool.reject, torn)
            log.error("spool_lines_rejected", lines=len(torn))
        if not entries or await self._to_database(entries):
            await asyncio.to_thread(self._spool.loaded, spooled)

    async def _prepare(self) -> None:
        """Ready afterwards, or away; in a task of its own, for a locked database may take its time."""
        try:
            self._numbers = self._key()
            await self._open(self._may_create())
        except Exception as error:
            if isinstance(error, KeyMissing):
                log.error("number_key_missing")
            if isinstance(error, journal_file.JournalRefused):
                log.error("journal_refused", why=error.strerror)
            self._away(error)
            return
        self._gone_since = None
        self._ready = True
        self._returns += 1

    async def _open(self, create: bool) -> None:
        assert self._database is not None
        another, self._replaced = self._replaced, False
        if another:
            self._replacements += 1
            await self._database.dispose()
        file = self._file
        if file is not None and await asyncio.to_thread(self._file_found, file, create) and not another:
            another = True
            self._replacements += 1
            if not self._returns:  # while no engine ran: nobody has told it yet
                self.alarm("journal_replaced", "journal", datetime.now(UTC))
        if not create or file is None or file.exists():
            async with asyncio.timeout(self._patience), self._database.begin():
                pass  # locked, or not there, it is away: to migrate it would wait for ten seconds
            if self._returns and not another and await self._has_tables():
                await asyncio.to_thread(self._hold)
                return
        async with asyncio.timeout(60):
            await migrate(self._url, create=create)
        await asyncio.to_thread(self._hold)

    def _file_found(self, file: Path, create: bool) -> bool:
        """Only the journal stands there afterwards, or nothing that is to be made; whether it is another."""
        if not create:
            found = journal_file.take_in(file, time.time(), self._anchor)
            if found is journal_file.Found.SAME:
                return False
            log.error("journal_file", found=found.value)
        elif self._anchor is not None:
            try:
                journal_file.put_back(file, self._anchor)
            except journal_file.JournalRefused:
                self._let_go()
                raise
            log.error("journal_file", found=journal_file.Found.PUT_BACK.value)
        else:
            log.warning("journal_created")
            return False
        self._anchor_at(file)
        return True

    def _anchor_at(self, file: Path) -> None:
        """Open before the old one is let go: there is no moment in which all can be deleted."""
        there = journal_file.seen(file)
        anchor = journal_file.Anchor(file)
        self._let_go()
        self._anchor, self._anchored = anchor, (0, 0) if there is None else journal_file.inode(there)

    def _let_go(self) -> None:
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None

    def _hold(self) -> None:
        """Keep the journal's file open, whatever happens to its name."""
        if self._file is None:
            return
        there = journal_file.seen(self._file)
        if self._anchor is None or there is None or journal_file.inode(there) != self._anchored:
            self._anchor_at(self._file)
        assert self._anchor is not None
        self._anchor.look()
        after = journal_file.seen(self._file)
        if after is None or journal_file.inode(after) != self._anchored:
            raise DatabaseReplaced(self._file)
        journal_file.renew(self._file, log=True)

    async def _has_tables(self) -> bool:
        try:
            await self.reader.log_place("")
        except DBAPIError:
            return False
        return True

    def _may_create(self) -> bool:
        """At a first start at once; a file that vanished may be on its way back."""
        if self._file is None or self._file.exists():
            return False
        now = asyncio.get_running_loop().time()
        if self._gone_since is None:
            self._gone_since = now
        first = not self._returns and journal_file.Named.read(self._file) is None
        if first or now - self._gone_since >= self._gone:
            return True
        return self._anchor is not None and journal_file.deleted(self._anchored)

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
        async with asyncio.timeout(self._patience + 0.005 * len(entries)):
            connection: AsyncConnection
            ready = [self._hidden(entry) for entry in entries]
            async with database.begin() as connection:
                if self._replaced:  # the connection is one to another file, whose schema nobody has seen
                    raise DatabaseReplaced(self._file or Path())
                await write(connection, ready)
        if self._replaced:  # committed, into a file that nobody will find
            raise DatabaseReplaced(self._file or Path())

    def _away(self, error: Exception) -> None:
        self._again_at = asyncio.get_running_loop().time() + self._retry
        # What comes back may be another one, older or empty: it is prepared like at a start.
        if self._ready or self._away_since is None:
            self._away_since = datetime.now(UTC).timestamp()
        self._ready = False
        log.warning("database_away", error=type(error).__name__)


def _done(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


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
