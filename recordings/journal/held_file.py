"""The journal's SQLite file kept open, whatever happens to its name; edge."""

import time
from pathlib import Path

import structlog

from config import journal_file
from config.database import DatabaseReplaced

log = structlog.get_logger()


class HeldFile:
    """A connection of its own holds the file: who deletes its name has not deleted the journal.

    Every method blocks.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._anchor: journal_file.JournalHandle | None = None
        self._anchored: journal_file.Inode = (0, 0)

    @property
    def deleted(self) -> bool:
        """The file that we hold has no name any more."""
        return self._anchor is not None and journal_file.is_deleted(self._anchored)

    def found(self, create: bool) -> bool:
        """Only the journal stands there afterwards, or nothing that is to be made; whether it is another."""
        if not create:
            found = journal_file.take_in(self._file, time.time(), self._anchor)
            if found is journal_file.FoundFile.SAME:
                return False
            log.error("journal_file", found=found.value)
        elif self._anchor is not None:
            try:
                journal_file.put_back(self._file, self._anchor)
            except journal_file.JournalRefused:
                self.let_go()
                raise
            log.error("journal_file", found=journal_file.FoundFile.PUT_BACK.value)
        else:
            log.warning("journal_created")
            return False
        self._anchor_here()
        return True

    def hold(self) -> None:
        """Keep what stands there open. Raises DatabaseReplaced when it changes under our hands."""
        there = journal_file.seen(self._file)
        if self._anchor is None or there is None or journal_file.inode(there) != self._anchored:
            self._anchor_here()
        assert self._anchor is not None
        self._anchor.look()
        after = journal_file.seen(self._file)
        if after is None or journal_file.inode(after) != self._anchored:
            raise DatabaseReplaced(self._file)
        journal_file.renew(self._file, log=True)

    def let_go(self) -> None:
        """Close it."""
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None

    def _anchor_here(self) -> None:
        """Open before the old one is let go: there is no moment in which all can be deleted."""
        there = journal_file.seen(self._file)
        anchor = journal_file.JournalHandle(self._file)
        self.let_go()
        self._anchor, self._anchored = anchor, (0, 0) if there is None else journal_file.inode(there)
