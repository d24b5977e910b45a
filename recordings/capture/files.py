"""Recordings' files on the disk: which there are, how far they have grown, empty ones removed; edge.

Their sound is read in `sound.py`: the engine, which only looks at them, does not wait for numpy.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dialplan.recording_names import SECOND, Leg, RecordingFile, parse_file
from recordings.model.telephone_audio import RATE

_TAIL = 1 << 17  # bytes of a growing file worth looking at
BARE = 44  # bytes of a file in which nothing was recorded


def scan(audio: Path, since: str = "") -> list[RecordingFile]:
    """All recordings' files in the day folders (YYYY-MM-DD) from `since` on; other files are passed over.

    Those on the second volume too, as v2/YYYY-MM-DD/….
    """
    found = []
    for volume, folder in _day_folders(audio):
        if folder.name < since or not folder.is_dir():
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                parsed = parse_file(entry.name)
                if parsed is None or not entry.is_file(follow_symlinks=False):
                    continue
                try:
                    stat = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                modified = datetime.fromtimestamp(stat.st_mtime, UTC)
                name = f"{volume}{folder.name}/{entry.name}"
                found.append(RecordingFile(*parsed, name, stat.st_size, modified))
    return sorted(found, key=lambda file: file.path)


def _day_folders(audio: Path) -> Iterator[tuple[str, Path]]:
    for volume, place in (("", audio), (f"{SECOND}/", audio / SECOND)):
        try:
            folders = sorted(place.iterdir())
        except OSError:  # not there (yet), or a volume that is gone: the other one goes on
            continue
        yield from ((volume, folder) for folder in folders if folder.name != SECOND)


def last_segment(folder: Path, first: str) -> int:
    """The newest segment of a recording whose files lie in a day folder; 0 where there is none.

    `first` is the stem of its first segment. An OSError other than a missing folder is the disk's.
    """
    return max((segment for _, segment, _, _ in _legs(folder, frozenset({first}))), default=0)


@dataclass(frozen=True, slots=True)
class GrowingAudio:
    """What lies in a growing file, and when it was written to last (epoch seconds)."""

    size: int
    at: float


def lengths(folder: Path, recordings: frozenset[str]) -> dict[tuple[str, int, Leg], GrowingAudio]:
    """Each leg's file of these recordings in a day folder, by recording, segment and leg."""
    found: dict[tuple[str, int, Leg], GrowingAudio] = {}
    for recording, segment, leg, entry in _legs(folder, recordings):
        with contextlib.suppress(FileNotFoundError):  # sealed and taken away meanwhile
            stat = entry.stat()
            found[recording, segment, leg] = GrowingAudio(stat.st_size, stat.st_mtime)
    return found


def _legs(folder: Path, recordings: frozenset[str]) -> Iterator[tuple[str, int, Leg, os.DirEntry[str]]]:
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            parsed = parse_file(entry.name)
            if parsed and parsed[1] in ("caller", "consultant") and parsed[0].recording in recordings:
                yield parsed[0].recording, parsed[0].segment, parsed[1], entry


def silent_tail(path: Path, read: int) -> tuple[int, float, float]:
    """What was added to a growing mono file since `read` bytes of it were read.

    The bytes read by now, the seconds added, and how many of them, at the end, are digital silence.
    """
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            read = max(read, 44, end - _TAIL)
            file.seek(read)
            added = file.read()
    except FileNotFoundError:
        return 0, 0.0, 0.0
    silent = len(added) - len(added.rstrip(b"\0"))
    return read + len(added), len(added) / (2 * RATE), silent / (2 * RATE)


def remove(audio: Path, paths: Iterable[str]) -> list[str]:
    """Delete files without sound; those that stay, for they hold more than a header, are given back."""
    left = []
    for path in paths:
        one = audio / path
        try:
            if one.stat().st_size > BARE:
                left.append(path)
            else:
                one.unlink()
        except FileNotFoundError:  # as good
            continue
    return left
