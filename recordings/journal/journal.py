"""The journal: one task writes all entries in batches, and a database that is away blocks no call; edge."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from recordings.journal import spool_lines as lines
from recordings.journal.journal_database import JournalDatabase, is_refused
from recordings.journal.reading import Reader
from recordings.journal.spool import Spool
from recordings.model.entries import (
    Alarm,
    ConsultantState,
    Entry,
    LogRead,
)
from recordings.privacy.numbers import Numbers

log = structlog.get_logger()

_ALL = 1_000_000  # lines
LOOK = 1.0  # seconds between two looks whether the database is still the one whose name it bears
RETURN = 10.0  # seconds that a database file which went away has to come back before a new one is made
START = 5.0  # seconds that the start waits for a schema to be brought up to date; calls come first


@dataclass(frozen=True, slots=True)
class QueuedEntry:
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
        self._spool = Spool(spool)
        self._database = JournalDatabase(
            url, numbers, self._replaced, patience=patience, retry=retry, gone=gone
        )
        self._patience = patience
        self._most = most
        self._linger = linger  # seconds for others to share the transaction, unless somebody waits for it
        self._queue: asyncio.Queue[QueuedEntry | None] = asyncio.Queue()
        self._looked = asyncio.Event()
        self._held: list[QueuedEntry] = []  # neither database nor spool took them
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring the schema up to date, load what an earlier run spooled; a database away is no error.

        A schema that takes long is waited for a moment only: entries go into the spool meanwhile.
        """
        self._database.open()
        self._task = asyncio.create_task(self._run(), name="journal")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), START)

    async def stop(self) -> None:
        """Keep all that was submitted, then close."""
        self._queue.put_nowait(None)
        if self._task is not None:
            await self._task
        await self._database.close()

    @property
    def place(self) -> str:
        """Where entries go now: "database", "spool", or "memory" (alarm: a crash would lose them)."""
        if self._held:
            return "memory"
        return "database" if self._database.ready and self._spool.empty else "spool"

    @property
    def away_since(self) -> float | None:
        """Epoch seconds since when entries go past the database; None when it takes them."""
        return None if self.place == "database" else self._database.away_since

    @property
    def returns(self) -> int:
        """How often the database was found, again or for the first time: it may be another one now."""
        return self._database.returns

    @property
    def replacements(self) -> int:
        """How often another file was found under the database's name."""
        return self._database.replacements

    @property
    def reader(self) -> Reader:
        """Questions over the same database; callers accept that it may be away (SQLAlchemyError, OSError)."""
        return self._database.reader

    async def spooled(self) -> list[Entry]:
        """What waits for the database, oldest first: newer than all that is in it. Raises OSError."""
        entries, _ = lines.from_lines(await asyncio.to_thread(self._spool.peek, _ALL))
        return entries

    def submit(self, entry: Entry) -> None:
        """Write `entry` soon; never blocks, never raises."""
        self._queue.put_nowait(QueuedEntry(self._database.hidden(lines.cleaned(entry))))

    def keep(self, entry: Entry) -> asyncio.Future[None]:
        """As `submit`; done when `entry`, and all that was submitted before it, would outlive a crash."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(QueuedEntry(self._database.hidden(lines.cleaned(entry)), kept))
        return kept

    async def write(self, entry: Entry) -> bool:
        """As `submit`, and returns whether `entry` would outlive a crash; after two seconds in any case."""
        loop = asyncio.get_running_loop()
        item = QueuedEntry(
            self._database.hidden(lines.cleaned(entry)), loop.create_future(), loop.create_future()
        )
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

    def alarm(self, kind: str, about: str, at: datetime) -> None:
        """Keep an alarm; `about` is an id of ours, never a number."""
        log.error("alarm_raised", kind=kind, about=about)
        self.submit(Alarm(kind, about, at))

    def remember(self, consultant: str, name: str, value: str | None, at: datetime) -> None:
        """Keep one thing about a consultant over a restart (pause, end of wrap-up); None forgets it."""
        self.submit(ConsultantState(consultant, name, value, at))

    def _replaced(self) -> None:
        """Another file was found under the database's name."""
        self.alarm("journal_replaced", "journal", datetime.now(UTC))

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

    async def _gather(self) -> tuple[list[QueuedEntry], bool]:
        """The next entry and all that wait behind it; nothing when it is time to look at the database."""
        waiting = self._held or not self._database.ready or not self._spool.empty
        seconds = self._database.due_in if waiting else LOOK
        first: QueuedEntry | None
        if self._queue.empty():
            try:
                first = await asyncio.wait_for(self._queue.get(), seconds)
            except TimeoutError:
                return [], False
        else:
            first = self._queue.get_nowait()
        if first is not None and first.tried is None and self._queue.empty():
            await asyncio.sleep(self._linger)
        batch: list[QueuedEntry] = []
        while first is not None:
            batch.append(first)
            if len(batch) == self._most or self._queue.empty():
                return batch, False
            first = self._queue.get_nowait()
        return batch, True

    async def _keep(self, items: list[QueuedEntry]) -> None:
        entries = [item.entry for item in items]
        if not entries:
            await self._database.look()
        if entries and self._database.ready and self._spool.empty and await self._to_database(entries):
            return
        if entries:
            await self._to_spool(items)
        if not self._database.due_in:
            await self._load()

    async def _to_spool(self, items: list[QueuedEntry]) -> None:
        try:
            await asyncio.to_thread(self._spool.append, [lines.to_line(item.entry) for item in items])
        except OSError as error:
            log.error("spool_refused", reason=error.strerror, entries=len(items))
            self._held = items

    async def _load(self) -> None:
        """Prepare the database when that is due, then one batch of the spool: new entries come in between."""
        if not self._database.ready:
            # Not here, for entries go on into the spool meanwhile; what is quickly done is waited for.
            if not await self._database.prepare(0.1):
                return
            if not self._database.ready:
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

    async def _to_database(self, entries: Sequence[Entry]) -> bool:
        """False when the database is away; entries it will never take are set aside."""
        try:
            await self._database.write(entries)
        except Exception as error:
            if not is_refused(error):
                self._database.away(error)
                return False
            if len(entries) > 1:
                for entry in entries:
                    if not await self._to_database([entry]):
                        return False
                return True
            log.error("entry_rejected", entry=type(entries[0]).__name__, error=type(error).__name__)
            await asyncio.to_thread(self._spool.reject, [lines.to_line(entries[0])])
        return True


def _done(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
