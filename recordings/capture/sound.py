"""Sound of recordings on the disk: headers put right, a stereo file written whole or not at all; edge."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from config.durable import into_place
from recordings.capture.files import BARE
from recordings.capture.lost_header import repaired_header
from recordings.capture.placing import NO_TRACK, Track
from recordings.capture.wave_header import WaveHeader, is_true, new_header, sound_bytes, true_header
from recordings.model.leg_levels import Samples
from recordings.model.telephone_audio import RATE

BLOCK = 1 << 16  # samples read at once: 8 s
_HEAD = 1 << 16  # bytes: where a header was lost, sound tells where it begins


def header_of(path: Path) -> tuple[bytes, WaveHeader]:
    """The first bytes of a file and what they say, a damaged header put right (lost_header.py)."""
    with path.open("rb") as file:
        return repaired_header(file.read(_HEAD))


def repair(path: Path) -> bool:
    """Give a header left empty or short by a crash the sizes of what is there; True when it was needed.

    One write inside the file's first sector, flushed: after another crash it is simply done again.
    Not for a file that is still growing. OSError when the disk refuses.
    """
    length = path.stat().st_size
    head, header = header_of(path)
    with path.open("rb") as file:
        on_disk = file.read(len(head))
    if not header.whole or length <= BARE - 1 or (is_true(header, length) and on_disk == head):
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
