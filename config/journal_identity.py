"""Which file is the journal: named by the engine beside it (`journal.sqlite.is`), opened by the others; edge.

SQLite's write-ahead log and its index belong to a name, not to a file. A file that is renamed, replaced or
written over under open connections and then opened anew meets another's log: its pages come out mixed. So
the engine names the journal, and nobody opens another file (decision 0068).
"""

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from config.durable import replace_file

LOG: Final = ("-wal", "-shm")
NONE: Final = (0, 0)
Inode = tuple[int, int]


@dataclass(frozen=True, slots=True)
class JournalIdentity:
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
            words = names_file(file).read_text("ascii").split()
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
        return (
            None
            if there is None
            else cls(inode(there), there.st_size, log_of(file) or NONE, time_of_birth(file))
        )

    def write(self, file: Path) -> None:
        """Durably, beside `file`. Raises OSError."""
        folder = file.parent.stat().st_ino
        words = (folder, *self.file, self.size, *self.wal, self.born, "closed" if self.closed else "open")
        replace_file(names_file(file), (" ".join(map(str, words)) + "\n").encode("ascii"), 0o660)

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
        if time_of_birth(file) != self.born:
            return False
        wal = log_of(file)
        if self.wal == NONE or (wal is not None and wal[1] == self.wal[1]):
            return True
        # A question asked while the line is down leaves an empty log behind: it may not take it away.
        return not held and (wal is None or _empty_log(file))


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


def log_of(file: Path) -> Inode | None:
    """The write-ahead log beside `file`."""
    there = seen(file.with_name(file.name + "-wal"))
    return None if there is None else inode(there)


def may_open(file: Path) -> bool:
    """Whether what stands there is the file that the engine named, or it named none."""
    named = JournalIdentity.read(file)
    return named is None or named.opens(file)


def set_aside(file: Path, *suffixes: str) -> str:
    """Out of the way, not away; the last one's new name, without folder.

    `journal.sqlite.replaced`, `journal.sqlite.replaced.1`; a log is `journal.sqlite-wal.replaced`, so that it
    is not taken for the log of any file.
    """
    aside = ""
    for suffix in suffixes:
        there = file.with_name(file.name + suffix)
        aside = free_name(there)
        with suppress(FileNotFoundError):
            there.rename(there.with_name(aside))
    return aside


def free_name(there: Path) -> str:
    number, aside = 0, f"{there.name}.replaced"
    while there.with_name(aside).exists():
        number += 1
        aside = f"{there.name}.replaced.{number}"
    return aside


def renew(file: Path, *, log: bool) -> None:
    """Write down how far the named file has grown and, for who holds it open, its `log`. Raises OSError."""
    there = seen(file)
    named = JournalIdentity.read(file) or JournalIdentity.now(file)
    if named is None or there is None or there.st_ino != named.file[1]:
        return
    wal = (log_of(file) or NONE) if log else named.wal
    now = replace(named, size=max(named.size, there.st_size), wal=wal)
    if now != named or not names_file(file).exists():
        now.write(file)


def make(file: Path) -> None:
    """A new journal's empty file, and its name; nothing where one stands. Raises OSError."""
    if file.exists():
        return
    set_aside(file, *LOG)  # another file's log would be taken for this one's
    try:
        make_empty(file)
    except FileExistsError:
        return
    if (now := JournalIdentity.now(file)) is not None:
        now.write(file)


def make_empty(file: Path) -> None:
    """For owner and group, whatever our umask: SQLite gives -wal and -shm the file's own mode."""
    made = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o660)
    os.fchmod(made, 0o660)
    os.close(made)


def time_of_birth(file: Path) -> str:
    """Tells a file from an earlier one with the same inode; "-" where the file system does not know."""
    said = subprocess.run(
        ["stat", "--format=%.9W", "--", str(file)], capture_output=True, check=False, text=True, timeout=10
    )
    return said.stdout.strip() or "-"


def names_file(file: Path) -> Path:
    return file.with_name(file.name + ".is")
