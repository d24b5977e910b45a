"""SQLite's file behind a pool: no connection is used on whose file is not the one the path names; edge.

SQLite writes on into a file that was deleted or renamed and calls it committed (decision 0068).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from errno import EIO, ENOENT
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine

from config import journal_identity
from config.told import N_


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


@dataclass(frozen=True, slots=True)
class OpenFiles:
    """The files a connection has open: (device, inode) of the database and of its write-ahead log."""

    file: journal_identity.Inode | None
    size: int
    wal: journal_identity.Inode | None = None  # known once used: until then another's end may take it away

    @classmethod
    def now(cls, file: Path) -> "OpenFiles":
        """As the path names it; made just after it was opened."""
        seen = journal_identity.seen(file)
        return cls(None, 0) if seen is None else cls(journal_identity.inode(seen), seen.st_size)

    def stands(self, file: Path) -> bool:
        """Whether the path still names the same files, and they are the journal's.

        One that shrank was written over by another.
        """
        seen = journal_identity.seen(file)
        if seen is None or journal_identity.inode(seen) != self.file or seen.st_size < self.size:
            return False
        return journal_identity.may_open(file) and self.wal in (None, journal_identity.log_of(file))

    def lost_its_log(self, file: Path) -> bool:
        """Whether the file stands there with another log than the one that is open, or none."""
        seen = journal_identity.seen(file)
        return (
            seen is not None
            and journal_identity.inode(seen) == self.file
            and self.wal not in (None, journal_identity.log_of(file))
        )

    def used(self, file: Path) -> "OpenFiles":
        """After a transaction: the log is open, and nobody's end takes it away any more."""
        seen = journal_identity.seen(file)
        return replace(
            self,
            size=self.size if seen is None else max(self.size, seen.st_size),
            wal=self.wal or journal_identity.log_of(file),
        )


class FileGuard:
    """Hears of each connection of a pool to `file`; `create` makes a file that is not there.

    `replaced` is called once for each file that was deleted, moved or replaced while it was open.
    """

    def __init__(self, file: Path, create: bool, replaced: Callable[[], object] | None) -> None:
        self._file = file
        self._create = create
        self._replaced = replaced
        self._before: journal_identity.Inode | None = None
        self._latest: OpenFiles | None = None
        # A log that went, alone.
        self._lost: tuple[journal_identity.JournalIdentity, journal_identity.Inode | None] | None = None

    def listen(self, engine: AsyncEngine) -> None:
        """To all connections from now on."""
        event.listen(engine.sync_engine, "do_connect", self._connecting)
        event.listen(engine.sync_engine, "connect", self._connected)
        event.listen(engine.sync_engine, "checkout", self._given)
        event.listen(engine.sync_engine, "checkin", self._returned)
        event.listen(engine.sync_engine, "commit", self._committing)

    def _connecting(self, *_: Any) -> None:
        if self._create:
            with suppress(OSError):  # not ours to make: SQLite says so
                journal_identity.make(self._file)
        there = journal_identity.seen(self._file)
        if there is None:
            if not self._create:
                raise DatabaseMissing(self._file)
        elif not journal_identity.may_open(self._file) or self._would_lose_a_log():
            raise DatabaseReplaced(self._file)
        self._before = None if there is None else journal_identity.inode(there)

    def _would_lose_a_log(self) -> bool:
        """With a new log we would lose what others write into the old one."""
        if self._lost is None:
            return False
        named, wal = self._lost
        return named == journal_identity.JournalIdentity.read(self._file) and wal != journal_identity.log_of(
            self._file
        )

    def _connected(self, _connection: Any, record: Any) -> None:
        opened = OpenFiles.now(self._file)
        if self._before is not None and opened.file != self._before:
            raise DatabaseReplaced(self._file)  # exchanged while we opened it: nobody knows which it is
        self._latest = opened
        record.info["opened"] = opened

    def _tell(self, opened: OpenFiles) -> None:
        """Once: connections to the file before the last one are no news when they come back."""
        if self._replaced is not None and self._latest is not None and self._latest.file == opened.file:
            self._replaced()

    def _given(self, _connection: Any, record: Any, _fairy: Any) -> None:
        opened: OpenFiles = record.info["opened"]
        if opened.stands(self._file):
            return
        self._tell(opened)
        named = journal_identity.JournalIdentity.read(self._file)
        if named is not None and opened.lost_its_log(self._file):
            self._lost = (named, opened.wal)
        raise DisconnectionError("the journal's file was replaced")  # the pool opens the new one

    def _returned(self, connection: Any, record: Any) -> None:
        opened: OpenFiles | None = record.info.get("opened")
        if opened is None or connection is None:
            return
        if not opened.stands(self._file):
            self._tell(opened)
        else:
            record.info["opened"] = opened.used(self._file)

    def _committing(self, connection: Any) -> None:
        opened: OpenFiles | None = connection.connection.info.get("opened")
        if opened is not None and not opened.stands(self._file):
            raise DatabaseReplaced(self._file)
