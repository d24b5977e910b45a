"""The channel event log into the journal, from where the journal stands and never from beyond it; edge."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.durable import replace_file
from recordings.journal.journal import Journal
from recordings.model.entries import LogRead
from routing.cel.file import CelFile, FilePosition, place
from routing.live.call_summary import CallSummary
from routing.live.live import Ended

log = structlog.get_logger()

LOG: Final = "channel_events"
AHEAD: Final = 16  # places told and not yet durable; about 200 calls: a catch-up never holds up others' rows


class CelFollower:
    """Reads from where the database itself says that it stands (A19, decision 0068).

    The place goes into the journal behind the calls it follows, by the same queue: whatever is killed,
    restored or replaced, the place in a database is never ahead of its rows. `mark` is a copy for who may
    not ask the database: channel logs behind it may go. `tell` writes a story into the journal;
    `replaced` hears that the database is another one, or older than it was.
    """

    def __init__(
        self,
        journal: Journal,
        path: Path,
        mark: Path,
        tell: Callable[[CallSummary], object],
        replaced: Callable[[], object],
    ) -> None:
        self._journal = journal
        self._path = path
        self._mark = mark
        self._tell = tell
        self._replaced = replaced
        self._reader: CelFile | None = None
        self._returns = self._replacements = 0
        self._told: str | None = None  # the place submitted last
        self._kept: str | None = None  # the place that is durable
        self._marked: str | None = None
        self._behind: deque[tuple[asyncio.Future[None], str]] = deque()
        self._lock = asyncio.Lock()

    async def follow(self, every: float = 1.0) -> None:
        """Until cancelled, looking again every so many seconds."""
        while True:
            await self.look()
            await asyncio.sleep(every)

    async def look(self) -> None:
        """All that is in the log and not yet in the journal; nothing while nobody knows what is in it."""
        async with self._lock:
            if self._reader is None or self._returns != self._journal.returns:
                await self._seat()
            if self._reader is not None:
                await self._reader.poll(self._tell, self._keep)
                self._acknowledged()
                await self._publish()

    async def lose(self, alive: Iterable[str], at: float, ended: Ended | None = None) -> None:
        """End the calls that Asterisk, restarted before `at`, knows no more: no row will tell their end.

        They end when `ended` says, else `at`.
        """
        await self.look()
        if self._reader is not None:
            calls = self._reader.live.calls
            born_since = {id_ for id_, call in calls.items() if (call.born_at or at) >= at}
            self._reader.lose(born_since.union(alive), at, ended)

    async def settled(self) -> bool:
        """Wait until all that was told is durable; whether the log was read at all."""
        async with self._lock:
            while self._behind:
                await self._behind[0][0]
                self._acknowledged()
            return self._reader is not None

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()

    async def _seat(self) -> None:
        """Begin, or go back to, where the database stands; the present reader goes on until that is known."""
        while self._behind:
            await self._behind[0][0]
            self._acknowledged()
        returns, replacements = self._journal.returns, self._journal.replacements
        if self._journal.place != "database":
            return
        try:
            stands = await self._journal.log_place(LOG)
        except (SQLAlchemyError, OSError) as why:
            log.warning("log_place_unknown", why=type(why).__name__)
            return
        another = stands != self._told or replacements != self._replacements
        self._returns, self._replacements = returns, replacements
        if self._reader is not None and not another:
            return
        if self._reader is not None:
            log.error("journal_is_another", stands=stands, stood=self._told)
            self._reader.close()
            self._replaced()
        log.info("channel_log_read_from", place=stands)
        self._reader = CelFile(self._path, place(stands))
        self._told = self._kept = stands

    async def _keep(self, at: FilePosition) -> None:
        text = str(at)
        if text != self._told:
            step = LogRead(LOG, self._told, text, datetime.now(UTC))
            self._behind.append((self._journal.keep(step), text))
            self._told = text
        self._acknowledged()
        while len(self._behind) > AHEAD:
            await self._behind[0][0]
            self._acknowledged()

    def _acknowledged(self) -> None:
        while self._behind and self._behind[0][0].done():
            self._kept = self._behind.popleft()[1]

    async def _publish(self) -> None:
        if self._kept is None or self._kept == self._marked:
            return
        try:
            await asyncio.to_thread(replace_file, self._mark, f"{self._kept}\n".encode("ascii"))
        except OSError as why:  # a disk that is full: logs stay longer
            log.warning("mark_not_written", why=type(why).__name__)
            return
        self._marked = self._kept
