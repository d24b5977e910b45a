"""Comparison of a raw file's sound with the sealed copy, to the sample; asks nothing of who joined it; edge.

What the joining takes for no sound it also leaves out, and would then call superfluous: so the raw bytes
themselves are looked for (A19).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dialplan.recording_names import parse_file
from recordings.model.leg_levels import Samples
from recordings.sealing.service import SealedAudio

_HEADER = 44  # bytes at a file's begin that may be no sound; less than 3 ms where they are
_WINDOW = 800  # samples that are looked for first
_NEAR = 16000  # samples around the place where it should lie
_BLOCK = 1 << 16
_TRIES = 1000  # places in a sound that repeats itself
_MIX_LONGER = 16000  # bytes by which a mix may be longer than its legs


@dataclass(frozen=True, slots=True)
class RawSound:
    """Samples of a file from one byte on."""

    path: Path
    begin: int

    @property
    def samples(self) -> int:
        """How many."""
        return max(0, self.path.stat().st_size - self.begin) // 2

    def read(self, first: int, count: int) -> Samples:
        """At most `count` of them."""
        with self.path.open("rb") as file:
            file.seek(self.begin + 2 * first)
            return np.fromfile(file, "<i2", count).astype(np.int16, copy=False)


def files_with_unsealed_sound(
    sealed: SealedAudio, found: list[Path], places: Mapping[Path, float]
) -> list[Path]:
    """Those of the raw files that hold sound which the sealed copy has not. Raises RecordingAltered, OSError.

    `places`: seconds at which a leg should lie; where it does not, it is looked for everywhere.
    """
    return [path for path in found if not _is_heard(sealed, path, found, places)]


def _is_heard(sealed: SealedAudio, path: Path, found: list[Path], places: Mapping[Path, float]) -> bool:
    parsed = parse_file(path.name)
    size = path.stat().st_size
    if parsed is None or size <= _HEADER:
        return True
    stem, leg = parsed
    if leg == "stereo":  # the joined file: its sound was compared as it was sealed
        return size - _HEADER <= 4 * sealed.frames
    if leg == "mixed":  # both legs in one: what is longer than both is in neither
        named = [path.with_name(f"{stem.text}-{one}.wav") for one in ("caller", "consultant")]
        # Legs that have gone were found in the sealed copy before.
        longest = max((one.stat().st_size for one in named if one in found), default=2 * sealed.frames)
        return size - longest <= _MIX_LONGER
    side, place = (0 if leg == "caller" else 1), round(places.get(path, 0.0) * 8000)
    return any(_lies_in(sealed, RawSound(path, _HEADER + odd), side, place) for odd in (0, 1))


def _lies_in(sealed: SealedAudio, raw: RawSound, side: int, place: int) -> bool:
    telling = _telling(raw)
    if telling is None:
        return _is_silent(raw) or _same(sealed, raw, side, place)
    at, window = telling
    wanted = place + at
    near = range(max(0, wanted - _NEAR), wanted + _NEAR)
    for where in (near, range(0, sealed.frames)):
        hits = sorted(_hits(sealed, side, window, where), key=lambda hit: abs(hit - wanted))
        if any(_same(sealed, raw, side, hit - at) for hit in hits[:_TRIES]):
            return True
    return False


def _telling(raw: RawSound) -> tuple[int, Samples] | None:
    """The first stretch that is no constant, and where it begins."""
    for first in range(0, raw.samples, _BLOCK):
        block = raw.read(first, _BLOCK + _WINDOW)
        for at in range(0, min(len(block), _BLOCK), _WINDOW):
            window = block[at : at + _WINDOW]
            if window.any() and (len(window) < _WINDOW or np.any(window != window[0])):
                return first + at, window
    return None


def _is_silent(raw: RawSound) -> bool:
    return not any(raw.read(first, _BLOCK).any() for first in range(0, raw.samples, _BLOCK))


def _hits(sealed: SealedAudio, side: int, window: Samples, where: range) -> Iterator[int]:
    """Frames at which the window begins."""
    wanted = window.tobytes()
    for first in range(where.start, where.stop, _BLOCK):
        count = min(_BLOCK, where.stop - first) + len(window) - 1
        block = _frames(sealed, side, first, count).tobytes()
        found = block.find(wanted)
        while found >= 0:
            if found % 2 == 0:
                yield first + found // 2
            found = block.find(wanted, found + 1)


def _same(sealed: SealedAudio, raw: RawSound, side: int, place: int) -> bool:
    """All of it lies there; a raw zero may have given way to another recorder's sound."""
    for first in range(0, raw.samples, _BLOCK):
        mine = raw.read(first, _BLOCK)
        theirs = _frames(sealed, side, place + first, len(mine))
        if not np.all((mine == theirs) | (mine == 0)):
            return False
    return True


def _frames(sealed: SealedAudio, side: int, first: int, count: int) -> Samples:
    """One side of the sealed copy, zeros where it has none."""
    result = np.zeros(count, np.int16)
    begin, at = max(first, 0), 0
    for block in sealed.blocks(begin, max(0, min(first + count, sealed.frames) - begin)):
        at = begin - first
        result[at : at + len(block)] = block[:, side]
        begin += len(block)
    return result
