"""Audio on the disk: what is there, headers put right, a stereo file written whole or not at all; edge."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from config.durable import into_place
from dialplan.recording_names import SECOND, Leg, RecordingFile, parse_file
from recordings.capture.lost_header import understood
from recordings.capture.placing import NO_TRACK, Track
from recordings.capture.wave_header import WaveHeader, is_true, new_header, sound_bytes, true_header
from recordings.model.leg_levels import RATE, Samples

BLOCK = 1 << 16  # samples read at once: 8 s
_TAIL = 1 << 17  # bytes of a growing file worth looking at
_HEAD = 1 << 16  # bytes: where a header was lost, sound tells where it begins
_BARE = 44  # bytes of a file in which nothing was recorded


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
class Written:
    """What lies in a growing file, and when it was written to last (epoch seconds)."""

    size: int
    at: float


def lengths(folder: Path, recordings: frozenset[str]) -> dict[tuple[str, int, Leg], Written]:
    """Each leg's file of these recordings in a day folder, by recording, segment and leg."""
    found: dict[tuple[str, int, Leg], Written] = {}
    for recording, segment, leg, entry in _legs(folder, recordings):
        with contextlib.suppress(FileNotFoundError):  # sealed and taken away meanwhile
            stat = entry.stat()
            found[recording, segment, leg] = Written(stat.st_size, stat.st_mtime)
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


def header_of(path: Path) -> tuple[bytes, WaveHeader]:
    """The first bytes of a file and what they say, a damaged header put right (lost_header.py)."""
    with path.open("rb") as file:
        return understood(file.read(_HEAD))


def repair(path: Path) -> bool:
    """Give a header left empty or short by a crash the sizes of what is there; True when it was needed.

    One write inside the file's first sector, flushed: after another crash it is simply done again.
    Not for a file that is still growing. OSError when the disk refuses.
    """
    length = path.stat().st_size
    head, header = header_of(path)
    with path.open("rb") as file:
        on_disk = file.read(len(head))
    if not header.whole or length <= _BARE - 1 or (is_true(header, length) and on_disk == head):
        return False
    handle = os.open(path, os.O_WRONLY)
    try:
        times = os.fstat(handle)
        os.pwrite(handle, true_header(head, header, length), 0)
        os.utime(handle, ns=(times.st_atime_ns, times.st_mtime_ns))  # tells when the sound ended
        os.fsync(handle)
    finally:
        os.close(handle)
    return True


def sound_length(path: Path) -> int:
    """Samples in a mono file by its length, whatever its header claims; one without header is all sound."""
    _, header = header_of(path)
    return sound_bytes(header, path.stat().st_size) // 2


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


def track(path: Path | None) -> Track:
    """A mono file's samples, read where they are wanted; an empty one for no file."""
    if path is None:
        return NO_TRACK
    _, header = header_of(path)
    if header.channels != 1 or header.rate != RATE:
        return NO_TRACK
    length = sound_bytes(header, path.stat().st_size) // 2

    def read(first: int, count: int) -> Samples:
        count = max(0, min(count, length - first))
        with path.open("rb") as file:
            file.seek(header.start + 2 * first)
            return np.fromfile(file, "<i2", count).astype(np.int16, copy=False)

    return Track(length, read, header.whole)


def write_stereo(path: Path, sound: Iterable[Samples]) -> int:
    """Write blocks of stereo samples (n x 2) as a WAV at `path`; samples written.

    Under another name until it is whole and flushed: whoever sees `path` can play all of it.
    """
    part = path.with_suffix(".part")
    try:
        written = _write_part(part, sound)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()  # on a full volume it would take the room of what is being recorded
        raise
    into_place(part, path)
    return written


def _write_part(part: Path, sound: Iterable[Samples]) -> int:
    written = 0
    with part.open("wb") as file:
        file.write(new_header(2, RATE, 0))
        for block in sound:
            file.write(np.ascontiguousarray(block, "<i2").tobytes())
            written += len(block)
        file.seek(0)
        file.write(new_header(2, RATE, written * 4))
    return written


def remove(audio: Path, paths: Iterable[str]) -> list[str]:
    """Delete files without sound; those that stay, for they hold more than a header, are given back."""
    left = []
    for path in paths:
        one = audio / path
        try:
            if one.stat().st_size > _BARE:
                left.append(path)
            else:
                one.unlink()
        except FileNotFoundError:  # as good
            continue
    return left
