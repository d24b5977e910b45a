"""The channel event log followed on disk: stories of calls, those of an engine's absence too."""

import asyncio
import os
from collections.abc import AsyncIterator, Container
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from routing.cel import Row, events, row
from routing.cel_records import Records
from routing.events import ChannelBorn
from routing.live import Live
from routing.story import Story

log = structlog.get_logger()

CHUNK: Final = 32_768  # bytes; about 130 rows, a few milliseconds between two turns of the loop


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read on: which file (inode, for it may be renamed) and which byte of it."""

    inode: int
    offset: int


@dataclass(slots=True)
class CelFile:
    """Reads `path` from the place kept in `mark`; a renamed file is read to its end, then the new one.

    The place kept is that of the oldest call still open, so a restarted reader tells it whole;
    stories may therefore come twice: write them by call id.
    """

    path: Path
    mark: Path
    live: Live = field(default_factory=Live)
    _records: Records = field(default_factory=Records)
    _inode: int = 0
    _descriptor: int | None = None
    _renamed: bool = False
    _open: dict[str, Place] = field(default_factory=dict)  # caller's channel id -> its first row

    async def stories(self) -> AsyncIterator[Story]:
        """Stories of all calls that have ended by now, then stops; never blocks the loop for long."""
        more = True
        while more:
            try:
                more = self._step()
            except FileNotFoundError:  # renamed between two looks: there is a next time
                more = False
            for story in self.live.ended():
                yield story
            await asyncio.sleep(0)
        # Only now: whoever took the stories has written them.
        self._keep()

    async def follow(self, every: float = 1.0) -> AsyncIterator[Story]:
        """Stories for ever, looking again every so many seconds."""
        while True:
            async for story in self.stories():
                yield story
            await asyncio.sleep(every)

    def lose(self, alive: Container[str], at: float) -> None:
        """End the calls Asterisk no longer knows (it was restarted): their stories come with the next."""
        self.live.lose(alive, at)

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
            return self._start(self._inode, 0)  # truncated under us
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

    def _apply(self, told: Row, start: int) -> None:
        for event in events(told):
            self.live.apply(event)
            if isinstance(event, ChannelBorn) and event.id in self.live.calls:
                self._open.setdefault(event.id, Place(self._inode, start))

    def _next_file(self) -> bool:
        later = self._later_files()
        if not later:
            return False
        if not self._renamed:  # a row may still be on its way into the old file: look once more
            self._renamed = True
            return False
        return self._start(later[0].stat().st_ino, 0)

    def _begin(self) -> bool:
        place = self._kept()
        inodes = {file.stat().st_ino for file in self._files()}
        if place is None or place.inode not in inodes:
            oldest = self._files()[:1] if place is None else self._files()[-1:]
            return bool(oldest) and self._start(oldest[0].stat().st_ino, 0)
        return self._start(place.inode, place.offset)

    def _start(self, inode: int, offset: int) -> bool:
        for file in self._files():
            if file.stat().st_ino == inode:
                self.close()
                self._descriptor = os.open(file, os.O_RDONLY)
                # An inode may have been given to another file: a record begins where one has ended.
                if offset and os.pread(self._descriptor, 1, offset - 1) != b"\n":
                    offset = 0
                self._inode, self._renamed = inode, False
                self._records = Records(offset, self._records.broken)
                os.lseek(self._descriptor, self._records.offset, os.SEEK_SET)
                return True
        return False

    def _files(self) -> list[Path]:
        """The log and its renamed predecessors (cel.csv.1 …), oldest first."""
        files = [f for f in self.path.parent.glob(self.path.name + "*") if f.suffix not in (".gz", ".xz")]
        return sorted(files, key=lambda f: (f == self.path, f.stat().st_mtime_ns))

    def _later_files(self) -> list[Path]:
        files = self._files()
        inodes = [file.stat().st_ino for file in files]
        return files[inodes.index(self._inode) + 1 :] if self._inode in inodes else files[-1:]

    def _kept(self) -> Place | None:
        try:
            inode, offset = self.mark.read_text("ascii").split()
            return Place(int(inode), int(offset))
        except (OSError, ValueError):
            return None

    def _keep(self) -> None:
        self._open = {id_: place for id_, place in self._open.items() if id_ in self.live.calls}
        place = next(iter(self._open.values()), Place(self._inode, self._records.offset))
        if self._descriptor is None or place == self._kept():
            return
        new = self.mark.with_suffix(".new")
        new.write_text(f"{place.inode} {place.offset}\n", "ascii")
        new.replace(self.mark)
