"""The channel event log followed on disk: stories of calls, those of an engine's absence too; edge."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

import structlog

from routing.cel.records import CelRecords
from routing.cel.rows import CelRow, events, row
from routing.live.call_summary import CallSummary
from routing.live.events import ChannelBorn
from routing.live.live import Ended, Live

log = structlog.get_logger()

CHUNK: Final = 32_768  # bytes; about 130 rows, a few milliseconds between two turns of the loop


BEFORE: Final = 512  # bytes before a place that tell it from the same place in another file


@dataclass(frozen=True, slots=True)
class FilePosition:
    """Where to read on: which file, and which byte of it.

    The file may be renamed (its inode stays), copied to another machine (the inode does not), or its
    inode given to another file: `before`, a digest of the bytes before the place, tells which it is.
    """

    inode: int
    offset: int
    before: str = ""

    def __str__(self) -> str:
        return f"{self.inode} {self.offset} {self.before}".rstrip()


def place(text: str | None) -> FilePosition | None:
    """The place that `str` wrote; None for anything else."""
    try:
        inode, offset, *before = (text or "").split()
        return FilePosition(int(inode), int(offset), *before[:1])
    except ValueError:
        return None


@dataclass(slots=True)
class CelFile:
    """Reads `path` from `begin`, or from the oldest file there is; a renamed file is read to its end first.

    The place handed to `keep` is that of the oldest call still open, so a reader begun there tells it
    whole; stories may therefore come twice: write them by call id.
    """

    path: Path
    begin: FilePosition | None = None
    live: Live = field(default_factory=Live)
    _records: CelRecords = field(default_factory=CelRecords)
    _inode: int = 0
    _descriptor: int | None = None
    _renamed: bool = False
    _open: dict[str, FilePosition] = field(default_factory=dict)  # caller's channel id -> its first row

    async def poll(
        self, tell: Callable[[CallSummary], object], keep: Callable[[FilePosition], Awaitable[object]]
    ) -> None:
        """Tell all calls that have ended by now; never holds the loop for long.

        `keep` gets the place behind which everything was told: whoever keeps it does so only when what
        was told is durable, or a crash in between loses calls for good. It may make the reader wait.
        """
        more = True
        while more:
            try:
                more = self._step()
            except FileNotFoundError:  # renamed between two looks: there is a next time
                more = False
            for story in self.live.ended():
                tell(story)
            if self._descriptor is not None:
                self._open = {id_: at for id_, at in self._open.items() if id_ in self.live.calls}
                await keep(next(iter(self._open.values()), None) or self._place(self._records.offset))
            await asyncio.sleep(0)

    def lose(self, alive: Container[str], at: float, ended: Ended | None = None) -> None:
        """End the calls Asterisk no longer knows (it was restarted): their stories come with the next."""
        self.live.lose(alive, at, ended)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _step(self) -> bool:
        """Read one chunk; False at the end of what there is."""
        if self._descriptor is None and not self._begin():
            return False
        assert self._descriptor is not None
        if os.fstat(self._descriptor).st_size < self._position():
            return self._start(self._inode, 0) or self._next_file()  # truncated under us
        data = os.read(self._descriptor, CHUNK)
        if data:
            self._take(data)
            return True
        return self._next_file()

    def _position(self) -> int:
        assert self._descriptor is not None
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def _take(self, data: bytes) -> None:
        for start, fields in self._records.feed(data):
            if (told := row(fields)) is None:
                self._records.broken += 1
                continue
            try:
                self._apply(told, start)
            except Exception:  # a row nobody foresaw must not cost the calls behind it
                log.exception("cel_row_unread")
                self._records.broken += 1

    def _apply(self, told: CelRow, start: int) -> None:
        for event in events(told):
            self.live.apply(event)
            if isinstance(event, ChannelBorn) and event.id in self.live.calls:
                self._open.setdefault(event.id, self._place(start))

    def _next_file(self) -> bool:
        later = self._later_files()
        if not later:
            return False
        if not self._renamed:  # a row may still be on its way into the old file: look once more
            self._renamed = True
            return False
        return self._start(later[0].stat().st_ino, 0)

    def _place(self, offset: int) -> FilePosition:
        assert self._descriptor is not None
        return FilePosition(self._inode, offset, _before(self._descriptor, offset))

    def _begin(self) -> bool:
        files = self._files()
        if self.begin is not None:
            wanted = self.begin.inode
            for file in sorted(files, key=lambda file: file.stat().st_ino != wanted):
                if self._open_at(file, self.begin):
                    return True
            # Whatever was there is not there any more: told twice is no harm, left out is.
        return bool(files) and self._start(files[0].stat().st_ino, 0)

    def _start(self, inode: int, offset: int) -> bool:
        return any(
            self._open_at(file, FilePosition(inode, offset))
            for file in self._files()
            if file.stat().st_ino == inode
        )

    def _open_at(self, file: Path, at: FilePosition) -> bool:
        """Whether `file` is the one of that place, and is open there now."""
        descriptor = os.open(file, os.O_RDONLY)
        here = os.fstat(descriptor)
        if not _fits(descriptor, here, at):
            os.close(descriptor)
            return False
        self.close()
        self._descriptor, self._inode, self._renamed = descriptor, here.st_ino, False
        self._records = CelRecords(at.offset, self._records.broken)
        os.lseek(descriptor, at.offset, os.SEEK_SET)
        return True

    def _files(self) -> list[Path]:
        """The log and its renamed predecessors (cel.csv.1 …), oldest first."""
        files = [f for f in self.path.parent.glob(self.path.name + "*") if f.suffix not in (".gz", ".xz")]
        return sorted(files, key=lambda f: (f == self.path, f.stat().st_mtime_ns))

    def _later_files(self) -> list[Path]:
        files = self._files()
        inodes = [file.stat().st_ino for file in files]
        return files[inodes.index(self._inode) + 1 :] if self._inode in inodes else files[-1:]


def _fits(descriptor: int, here: os.stat_result, at: FilePosition) -> bool:
    if not at.offset:
        return here.st_ino == at.inode
    if at.before:
        return here.st_size >= at.offset and _before(descriptor, at.offset) == at.before
    # A place of another make: the inode alone, and a record begins where one has ended.
    return here.st_ino == at.inode and os.pread(descriptor, 1, at.offset - 1) == b"\n"


def _before(descriptor: int, offset: int) -> str:
    length = min(offset, BEFORE)
    if not length:
        return ""
    return blake2b(os.pread(descriptor, length, offset - length), digest_size=8).hexdigest()
