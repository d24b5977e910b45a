"""Lines that could not go into the database yet: flushed to the disk, loaded when it is back; edge."""

import os
from collections.abc import Sequence
from pathlib import Path

from config.durable import flush_folder


class Spool:
    """One append-only file and a place in it up to which it has been loaded.

    The place is not stored: after a crash the file is loaded again from its beginning, which
    every entry allows. All methods block; OSError when the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "journal.jsonl"
        self._rejected = folder / "rejected.jsonl"
        self._loaded = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._size = self._file.stat().st_size if self._file.exists() else 0

    @property
    def empty(self) -> bool:
        """Nothing waits."""
        return self._loaded >= self._size

    @property
    def waiting(self) -> int:
        """Bytes that have yet to be loaded."""
        return self._size - self._loaded

    def append(self, lines: Sequence[bytes]) -> None:
        """On the disk when it returns; where the disk refuses, no half line stays behind."""
        self._size = _append(self._file, b"".join(lines))

    def peek(self, most: int) -> list[bytes]:
        """The next `most` lines, oldest first."""
        if self.empty:
            return []
        lines = []
        with self._file.open("rb") as file:
            file.seek(self._loaded)
            for line in file:
                lines.append(line)
                if len(lines) == most:
                    break
        return lines

    def loaded(self, lines: Sequence[bytes]) -> None:
        """These, as `peek` gave them, are in the database; once all are, the file is emptied."""
        self._loaded += sum(len(line) for line in lines)
        if self._size and self.empty:
            with self._file.open("r+b") as file:
                file.truncate(0)
                os.fsync(file.fileno())
            self._loaded = self._size = 0

    def reject(self, lines: Sequence[bytes]) -> None:
        """Lines that the database will never take are kept for a person to look at."""
        _append(self._rejected, b"".join(lines))


def _append(path: Path, data: bytes) -> int:
    """Append and flush `data`; the file's size afterwards."""
    new = not path.exists()
    # No buffer of Python's own: after a failed write it would try again behind our back.
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        if before and not _ends_whole(path):
            data = b"\n" + data  # a line torn by a power cut stays one bad line, not two
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            os.truncate(path, before)
            raise
    if new:
        path.chmod(0o600)
        flush_folder(path.parent)
    return before + len(data)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
