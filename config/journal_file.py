"""Which file is the journal: named by the engine, opened by the others; another is taken in as a copy; edge.

SQLite's write-ahead log and its index belong to a name, not to a file. A file that is renamed, replaced or
written over under open connections and then opened anew meets another's log: its pages come out mixed. So
the engine names the journal (`journal.sqlite.is`), nobody opens another file, and what was put in its place
is copied into a new file, looked through, and only then given the name. See decision 0068.
"""

import os
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from config.durable import flush_file, into_place, replace_file

SETTLED: Final = 1.0  # seconds without a change: who copies or moves files into place has ended
STEPPED: Final = 60.0  # seconds: a change further in the future is a clock that was set back
COPYING: Final = 600.0  # seconds
LOG: Final = ("-wal", "-shm")
NONE: Final = (0, 0)
Inode = tuple[int, int]


class Found(StrEnum):
    """What stood in the journal's place."""

    SAME = "same"  # the journal itself
    PUT_BACK = "put_back"  # it was gone; it was written anew, whole
    ANOTHER = "another"  # the journal is that one now


class JournalUnsettled(OSError):
    """Somebody is still putting a file into the journal's place: it is looked at again in a moment."""


class JournalRefused(OSError):
    """The file in the journal's place is none; it was set aside. `strerror` says why and where it is."""


@dataclass(frozen=True, slots=True)
class Named:
    """The journal as the engine knows it: (device, inode) of file and log, least size, time of birth.

    `closed`: nobody opens it, for another file is about to be taken in.
    """

    file: Inode
    size: int = 0
    wal: Inode = NONE
    born: str = "-"
    closed: bool = False

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """What was written beside `file`; None where nothing is: any file is the journal then."""
        try:
            words = _names(file).read_text("ascii").split()
            folder, one, two, size, three, four, born, closed = words
            if int(folder) != file.parent.stat().st_ino:
                return None  # a copy of a home: in it are other files
            return cls((int(one), int(two)), int(size), (int(three), int(four)), born, closed == "closed")
        except (OSError, ValueError):
            return None

    @classmethod
    def now(cls, file: Path) -> Self | None:
        """As the files stand under their names; blocks."""
        there = seen(file)
        return None if there is None else cls(inode(there), there.st_size, log_of(file) or NONE, _born(file))

    def write(self, file: Path) -> None:
        """Durably, beside `file`. Raises OSError."""
        folder = file.parent.stat().st_ino
        words = (folder, *self.file, self.size, *self.wal, self.born, "closed" if self.closed else "open")
        replace_file(_names(file), (" ".join(map(str, words)) + "\n").encode("ascii"), 0o660)

    def opens(self, file: Path) -> bool:
        """Whether any process may open what stands there. A device's number may differ after a restart."""
        there = seen(file)
        return not self.closed and (
            there is None or (there.st_ino == self.file[1] and there.st_size >= self.size)
        )

    def fits(self, file: Path, *, held: bool) -> bool:
        """Whether it is the very file, with its own log; blocks.

        `held`: somebody has it open, so that no clean end can have taken its log away.
        """
        there = seen(file)
        if there is None or there.st_ino != self.file[1] or there.st_size < self.size:
            return False
        if _born(file) != self.born:
            return False
        wal = log_of(file)
        if self.wal == NONE or (wal is not None and wal[1] == self.wal[1]):
            return True
        # A question asked while the line is down leaves an empty log behind: it may not take it away.
        return not held and (wal is None or _empty_log(file))


class Anchor:
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
        self.named = Named.now(file)  # what is written beside it may be deleted with it

    def look(self) -> None:
        """Open its log, too, once it has one. Raises sqlite3.Error."""
        self._database.execute("SELECT count(*) FROM sqlite_master").fetchall()

    def save(self, to: Path) -> None:
        """All that was ever committed, into a new file; blocks. Raises sqlite3.Error, OSError."""
        _make(to)
        with closing(sqlite3.connect(to)) as copy:
            self._database.backup(copy)
        flush_file(to)

    def close(self) -> None:
        """The journal is another now, or the engine ends."""
        self._database.close()


def seen(file: Path) -> os.stat_result | None:
    """What the name leads to; None: nothing."""
    try:
        return file.stat()
    except OSError:
        return None


def inode(there: os.stat_result) -> Inode:
    """Device and inode."""
    return there.st_dev, there.st_ino


def _empty_log(file: Path) -> bool:
    there = seen(file.with_name(file.name + LOG[0]))
    return there is not None and there.st_size == 0


def deleted(held: Inode) -> bool:
    """Whether a file that this process has open has no name any more: it cannot be moved back."""
    for descriptor in Path("/proc/self/fd").iterdir():
        there = seen(descriptor)
        if there is not None and inode(there) == held:
            return there.st_nlink == 0
    return False


def log_of(file: Path) -> Inode | None:
    """The write-ahead log beside `file`."""
    there = seen(file.with_name(file.name + "-wal"))
    return None if there is None else inode(there)


def may_open(file: Path) -> bool:
    """Whether what stands there is the file that the engine named, or it named none."""
    named = Named.read(file)
    return named is None or named.opens(file)


def set_aside(file: Path, *suffixes: str) -> str:
    """Out of the way, not away; the last one's new name, without folder.

    `journal.sqlite.replaced`, `journal.sqlite.replaced.1`; a log is `journal.sqlite-wal.replaced`, so that it
    is not taken for the log of any file.
    """
    aside = ""
    for suffix in suffixes:
        there = file.with_name(file.name + suffix)
        aside = _free(there)
        with suppress(FileNotFoundError):
            there.rename(there.with_name(aside))
    return aside


def _free(there: Path) -> str:
    number, aside = 0, f"{there.name}.replaced"
    while there.with_name(aside).exists():
        number += 1
        aside = f"{there.name}.replaced.{number}"
    return aside


def renew(file: Path, *, log: bool) -> None:
    """Write down how far the named file has grown and, for who holds it open, its `log`. Raises OSError."""
    there = seen(file)
    named = Named.read(file) or Named.now(file)
    if named is None or there is None or there.st_ino != named.file[1]:
        return
    wal = (log_of(file) or NONE) if log else named.wal
    now = replace(named, size=max(named.size, there.st_size), wal=wal)
    if now != named or not _names(file).exists():
        now.write(file)


def make(file: Path) -> None:
    """A new journal's empty file, and its name; nothing where one stands. Raises OSError."""
    if file.exists():
        return
    set_aside(file, *LOG)  # another file's log would be taken for this one's
    try:
        _make(file)
    except FileExistsError:
        return
    if (now := Named.now(file)) is not None:
        now.write(file)


def take_in(file: Path, at: float, anchor: Anchor | None = None) -> Found:
    """Only the journal stands there afterwards; for the engine alone, whose connections are closed.

    The very file that it was, with its own log, goes on. With an `anchor`, which still has all of the
    journal, another file is refused: set aside, and the journal written back. Without one (the line was
    stopped, or the journal is not whole) it is copied into a new file, which nobody has open, with its log
    only when that cannot be another's. `at`: epoch seconds.
    Raises JournalUnsettled while somebody writes there, JournalRefused, OSError, sqlite3.Error.
    """
    there, named = seen(file), Named.read(file) or (anchor.named if anchor else None)
    if there is None:
        raise FileNotFoundError(2, "there is no journal", str(file))
    if named is None:
        if (now := Named.now(file)) is not None:
            now.write(file)
        return Found.SAME
    if named.fits(file, held=anchor is not None):
        if named.closed:  # what was put in its place was taken away again
            replace(named, closed=False).write(file)
        return Found.SAME
    same = there.st_ino == named.file[1] and _born(file) == named.born
    own = not same and (log_of(file) or named.wal)[1] != named.wal[1]
    _close(file, named, at, there.st_ctime, others_log=not same and not own)
    draft = None
    if anchor is not None and not (same and there.st_size < named.size):  # else it was written over
        with suppress(JournalRefused, sqlite3.Error):
            draft = _saved(file, anchor)
    found = Found.ANOTHER if draft is None else Found.PUT_BACK
    draft = draft or _looked_through(file, with_log=own)
    after = seen(file)
    if after is None or (inode(after), after.st_ctime) != (inode(there), there.st_ctime):
        raise JournalUnsettled(11, "somebody writes in the journal's place", str(file))
    if found is Found.PUT_BACK and not same:
        _keep(file)
    _place(draft, file)
    return found


def _close(file: Path, named: Named, at: float, changed: float, *, others_log: bool) -> None:
    """Nobody opens it any more; raises JournalUnsettled until that is so, and nobody writes there."""
    if not named.closed:
        replace(named, closed=True).write(file)
        if others_log:
            set_aside(file, *LOG)  # at once: another program would take it for the new file's
    if not named.closed or -STEPPED < at - max(changed, _names(file).stat().st_ctime) < SETTLED:
        raise JournalUnsettled(11, "somebody writes in the journal's place", str(file))


def put_back(file: Path, anchor: Anchor) -> None:
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
    if (now := Named.now(file)) is not None:
        now.write(file)


def _keep(file: Path) -> None:
    """Under another name, too; one that the kernel lets us make no second name of is only renamed."""
    try:
        os.link(file, file.with_name(_free(file)))
    except OSError:
        set_aside(file, "")


def _saved(file: Path, anchor: Anchor) -> Path:
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
    _make(to)
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


def _make(file: Path) -> None:
    """For owner and group, whatever our umask: SQLite gives -wal and -shm the file's own mode."""
    made = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o660)
    os.fchmod(made, 0o660)
    os.close(made)


def _born(file: Path) -> str:
    """Tells a file from an earlier one with the same inode; "-" where the file system does not know."""
    said = subprocess.run(
        ["stat", "--format=%.9W", "--", str(file)], capture_output=True, check=False, text=True, timeout=10
    )
    return said.stdout.strip() or "-"


def _names(file: Path) -> Path:
    return file.with_name(file.name + ".is")
