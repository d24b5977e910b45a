"""Another file in the journal's place is taken in as a copy, looked through, and only then named; edge.

The engine alone does it, with its connections closed (decision 0068).
"""

import os
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from config.durable import flush_file, into_place
from config.journal_identity import (
    LOG,
    Inode,
    JournalIdentity,
    free_name,
    inode,
    log_of,
    make_empty,
    may_open,
    names_file,
    renew,
    seen,
    set_aside,
    time_of_birth,
)

__all__ = [  # those of journal_identity that whoever takes a file in needs, too
    "FoundFile",
    "Inode",
    "JournalHandle",
    "JournalIdentity",
    "JournalRefused",
    "JournalUnsettled",
    "inode",
    "is_deleted",
    "may_open",
    "put_back",
    "renew",
    "seen",
    "take_in",
]

SETTLED: Final = 1.0  # seconds without a change: who copies or moves files into place has ended
STEPPED: Final = 60.0  # seconds: a change further in the future is a clock that was set back
COPYING: Final = 600.0  # seconds


class FoundFile(StrEnum):
    """What stood in the journal's place."""

    SAME = "same"  # the journal itself
    PUT_BACK = "put_back"  # it was gone; it was written anew, whole
    ANOTHER = "another"  # the journal is that one now


class JournalUnsettled(OSError):
    """Somebody is still putting a file into the journal's place: it is looked at again in a moment."""


class JournalRefused(OSError):
    """The file in the journal's place is none; it was set aside. `strerror` says why and where it is."""


class JournalHandle:
    """One connection that the engine keeps as long as the file is the journal; it asks nothing.

    While it is open no inode number is given away, nobody's end writes the log into what stands there now,
    and of a file that was deleted everything can still be read.
    """

    def __init__(self, file: Path) -> None:
        """Raises sqlite3.Error."""
        self._database = sqlite3.connect(
            f"{file.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False, timeout=0.2
        )
        self.look()
        self.named = JournalIdentity.now(file)  # what is written beside it may be deleted with it

    def look(self) -> None:
        """Open its log, too, once it has one. Raises sqlite3.Error."""
        self._database.execute("SELECT count(*) FROM sqlite_master").fetchall()

    def save(self, to: Path) -> None:
        """All that was ever committed, into a new file; blocks. Raises sqlite3.Error, OSError."""
        make_empty(to)
        with closing(sqlite3.connect(to)) as copy:
            self._database.backup(copy)
        flush_file(to)

    def close(self) -> None:
        """The journal is another now, or the engine ends."""
        self._database.close()


def is_deleted(held: Inode) -> bool:
    """Whether a file that this process has open has no name any more: it cannot be moved back."""
    for descriptor in Path("/proc/self/fd").iterdir():
        there = seen(descriptor)
        if there is not None and inode(there) == held:
            return there.st_nlink == 0
    return False


def take_in(file: Path, at: float, anchor: JournalHandle | None = None) -> FoundFile:
    """Only the journal stands there afterwards; for the engine alone, whose connections are closed.

    The very file that it was, with its own log, goes on. With an `anchor`, which still has all of the
    journal, another file is refused: set aside, and the journal written back. Without one (the line was
    stopped, or the journal is not whole) it is copied into a new file, which nobody has open, with its log
    only when that cannot be another's. `at`: epoch seconds.
    Raises JournalUnsettled while somebody writes there, JournalRefused, OSError, sqlite3.Error.
    """
    there, named = seen(file), JournalIdentity.read(file) or (anchor.named if anchor else None)
    if there is None:
        raise FileNotFoundError(2, "there is no journal", str(file))
    if named is None:
        if (now := JournalIdentity.now(file)) is not None:
            now.write(file)
        return FoundFile.SAME
    if named.fits(file, held=anchor is not None):
        if named.closed:  # what was put in its place was taken away again
            replace(named, closed=False).write(file)
        return FoundFile.SAME
    same = there.st_ino == named.file[1] and time_of_birth(file) == named.born
    own = not same and (log_of(file) or named.wal)[1] != named.wal[1]
    _close(file, named, at, there.st_ctime, others_log=not same and not own)
    draft = None
    if anchor is not None and not (same and there.st_size < named.size):  # else it was written over
        with suppress(JournalRefused, sqlite3.Error):
            draft = _saved(file, anchor)
    found = FoundFile.ANOTHER if draft is None else FoundFile.PUT_BACK
    draft = draft or _looked_through(file, with_log=own)
    after = seen(file)
    if after is None or (inode(after), after.st_ctime) != (inode(there), there.st_ctime):
        raise JournalUnsettled(11, "somebody writes in the journal's place", str(file))
    if found is FoundFile.PUT_BACK and not same:
        _keep(file)
    _place(draft, file)
    return found


def _close(file: Path, named: JournalIdentity, at: float, changed: float, *, others_log: bool) -> None:
    """Nobody opens it any more; raises JournalUnsettled until that is so, and nobody writes there."""
    if not named.closed:
        replace(named, closed=True).write(file)
        if others_log:
            set_aside(file, *LOG)  # at once: another program would take it for the new file's
    if not named.closed or -STEPPED < at - max(changed, names_file(file).stat().st_ctime) < SETTLED:
        raise JournalUnsettled(11, "somebody writes in the journal's place", str(file))


def put_back(file: Path, anchor: JournalHandle) -> None:
    """Write a file that was deleted or moved away anew, from the connection that still has it open.

    Raises OSError, sqlite3.Error; JournalRefused when it is not whole.
    """
    draft = _saved(file, anchor)
    if file.exists():
        raise JournalUnsettled(11, "another file came into the journal's place", str(file))
    _place(draft, file)


def _place(draft: Path, file: Path) -> None:
    # Killed in between, what is written beside the file does not fit, and all is done again.
    into_place(draft, file)
    set_aside(file, *LOG)
    if (now := JournalIdentity.now(file)) is not None:
        now.write(file)


def _keep(file: Path) -> None:
    """Under another name, too; one that the kernel lets us make no second name of is only renamed."""
    try:
        os.link(file, file.with_name(free_name(file)))
    except OSError:
        set_aside(file, "")


def _saved(file: Path, anchor: JournalHandle) -> Path:
    draft = _draft(file)
    anchor.save(draft)
    if why := _fault(draft):
        raise JournalRefused(22, f"what is left of the journal is {why}", str(file))
    return draft


def _draft(file: Path) -> Path:
    draft = file.with_name(file.name + ".incoming")
    for suffix in ("", *LOG):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
    return draft


def _looked_through(file: Path, *, with_log: bool) -> Path:
    """A copy that is whole, its log written into it; without the log when it is not whole with it."""
    why = ""
    for logs in (True, False) if with_log else (False,):
        draft = _draft(file)
        # By another program: to close the file here would drop the locks that SQLite holds in this process.
        for suffix in ("", "-wal") if logs else ("",):
            _copy(file.with_name(file.name + suffix), draft.with_name(draft.name + suffix))
        why = _fault(draft)
        if not why:
            return draft
    _draft(file)
    aside = set_aside(file, *LOG, "")
    raise JournalRefused(22, f"the file in the journal's place is {why}; it is now {aside}", str(file))


def _copy(this: Path, to: Path) -> None:
    make_empty(to)
    command = ["cp", "--no-preserve=all", "--", str(this), str(to)]
    if subprocess.run(command, capture_output=True, check=False, timeout=COPYING).returncode:
        raise OSError(5, "what stands in the journal's place cannot be copied", str(this))


def _fault(draft: Path) -> str:
    """What else it is than a journal; empty: it is one, or an empty file that becomes one."""
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as database:
            if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                return "malformed"
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
            if tables and "alembic_version" not in tables:
                return "another program's"
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:
        return "malformed"
    flush_file(draft)
    return ""
