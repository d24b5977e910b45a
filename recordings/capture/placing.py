"""Segments of a conversation in their places in time: none doubled, none cut, silence where nothing is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recordings.model.leg_levels import Samples
from recordings.model.telephone_audio import RATE

HOLE = RATE  # samples between two segments that nobody recorded, and that are told
_WINDOW = RATE // 10  # samples that must be the same to the last bit where two recorders heard the same
_SLACK = 3 * RATE  # samples by which the clocks may be wrong about where they overlap
_TRIES = 50  # places in a sound that repeats itself, as a tone does


@dataclass(frozen=True, slots=True)
class Track:
    """One leg of a segment: `read(first, count)` gives what there is of these samples.

    `whole` is False where the file's first bytes were lost.
    """

    samples: int
    read: Callable[[int, int], Samples]
    whole: bool = True

    def blocks(self, size: int) -> Iterator[Samples]:
        """All of it in order."""
        for first in range(0, self.samples, size):
            yield self.read(first, size)


NO_TRACK = Track(0, lambda first, count: np.zeros(0, np.int16))


@dataclass(frozen=True, slots=True)
class PlacedSegment:
    """One segment: `start` in samples from the recording's begin, each leg so many samples into it."""

    start: int
    caller: Track
    consultant: Track

    @property
    def legs(self) -> tuple[tuple[int, Track], tuple[int, Track]]:
        """Where each leg begins. One that lost its begin ends with the other: both were closed at once."""
        longest = self.samples
        return (
            (0 if self.caller.whole else longest - self.caller.samples, self.caller),
            (0 if self.consultant.whole else longest - self.consultant.samples, self.consultant),
        )

    @property
    def samples(self) -> int:
        """Of the longer leg."""
        return max(self.caller.samples, self.consultant.samples)

    @property
    def end(self) -> int:
        """One past its last sample."""
        return self.start + self.samples

    def side(self, side: int, first: int, count: int) -> Samples:
        """Samples of a leg (0 caller, 1 consultant) at a place of the recording; zeros where it has none."""
        offset, track = self.legs[side]
        at = self.start + offset
        result = np.zeros(count, np.int16)
        begin, end = max(first, at), min(first + count, at + track.samples)
        if begin < end:
            result[begin - first : end - first] = track.read(begin - at, end - begin)
        return result


def place_segments(stretches: Sequence[PlacedSegment]) -> list[PlacedSegment]:
    """The same, in the order given, each at its true start.

    Where the clocks say that two overlap, the later one lies over the earlier only if what they share is the
    same to the last bit (a new recorder begins before the old one stops); else a clock was set, and it
    follows: no sound is ever cut.
    """
    result: list[PlacedSegment] = []
    end = 0
    for one in stretches:
        start = one.start
        if result and start < end:
            start = _shared(_Laid(tuple(result)), one)
        result.append(replace(one, start=start))
        end = max(end, result[-1].end)
    return result


def stereo_blocks(stretches: Sequence[PlacedSegment], size: int) -> Iterator[Samples]:
    """The whole conversation, caller left and consultant right, in blocks (n x 2); `stretches` as placed.

    Where two overlap the first is kept, except where it is digital silence (a recorder that went deaf).
    """
    end = max((one.end for one in stretches), default=0)
    for first in range(0, end, size):
        count = min(size, end - first)
        yield np.stack([_laid(stretches, side, first, count) for side in (0, 1)], axis=1)


def covered(stretches: Sequence[PlacedSegment]) -> int:
    """Samples in which any of them has sound: the sum of the pieces, shared ones once."""
    holes = sum(last - first for first, last in gaps(stretches))
    return max((one.end for one in stretches), default=0) - holes


def gaps(stretches: Sequence[PlacedSegment]) -> list[tuple[int, int]]:
    """First and one past the last sample of all that lies between the segments, or before the first."""
    found, end = [], 0
    for one in sorted(stretches, key=lambda each: each.start):
        if one.start > end:
            found.append((end, one.start))
        end = max(end, one.end)
    return found


@dataclass(frozen=True, slots=True)
class _Laid:
    """All segments before the next one, over each other as they will be heard."""

    stretches: tuple[PlacedSegment, ...]

    @property
    def end(self) -> int:
        return max(one.end for one in self.stretches)

    @property
    def unbroken(self) -> int:
        """Since when there is sound up to the end, without a gap."""
        return max((last for _, last in gaps(self.stretches)), default=0)

    def side(self, side: int, first: int, count: int) -> Samples:
        return _laid(self.stretches, side, first, count)


def _laid(stretches: Sequence[PlacedSegment], side: int, first: int, count: int) -> Samples:
    found = np.zeros(count, np.int16)
    for one in stretches:
        if one.start < first + count and one.end > first:
            found = np.where(found == 0, one.side(side, first, count), found)
    return found


def _shared(before: _Laid, one: PlacedSegment) -> int:
    """Where `one` begins so that what it shares is the same; the end of those before if it shares nothing.

    It is compared with all of them: a short one between two others may lie wholly where these overlap.
    """
    wanted, end = max(one.start, before.unbroken), before.end
    met = set(_meeting(before, one, one.start))
    for start in sorted({wanted, *met}, key=lambda at: abs(at - one.start))[:_TRIES]:
        # Over a gap anything fits: what begins there must meet sound that is the same.
        begins = 0 if start in met else before.unbroken
        if begins <= start < end and _alike(before, one, start):
            return start
    return end


def _meeting(before: _Laid, one: PlacedSegment, wanted: int) -> Iterator[int]:
    """Starts of `one` that bring a telling tenth of a second of it onto the same sound.

    Looked for are the last of those before (a recorder that was deaf, or lost its begin, has others), and the
    first of `one`: a short segment may end before they end.
    """
    until = min(before.end, wanted + one.samples)
    for side in (0, 1):
        for back in range(_WINDOW, min(until - wanted, 4 * RATE) + 1, _WINDOW):
            at = until - back
            first = max(0, at - wanted - _SLACK)
            around = one.side(side, one.start + first, 2 * _SLACK + _WINDOW)
            places = _places(before.side(side, at, _WINDOW), around)
            yield from (at - first - place for place in places)
            if places:
                break
        for first in range(0, min(one.samples, 4 * RATE) - _WINDOW + 1, _WINDOW):
            begin = max(0, wanted + first - _SLACK)
            around = before.side(side, begin, 2 * _SLACK + _WINDOW)
            places = _places(one.side(side, one.start + first, _WINDOW), around)
            yield from (begin + place - first for place in places)
            if places:
                break


def _places(window: Samples, around: Samples) -> list[int]:
    """Where `window` stands in `around`, to the last bit; nowhere if it is one value, as silence is."""
    if np.all(window == window[0]):
        return []
    sound, wanted, found = around.tobytes(), window.tobytes(), list[int]()
    at = sound.find(wanted)
    while at >= 0:
        if at % 2 == 0:
            found.append(at // 2)
        at = sound.find(wanted, at + 1)
    return found


def _alike(before: _Laid, one: PlacedSegment, start: int) -> bool:
    """Nothing is lost by laying `one` over those before from `start` on: zeros on either side give way."""
    moved = replace(one, start=start)
    for side in (0, 1):
        until = min(before.end, moved.end)
        for first in range(start, until, 1 << 16):
            count = min(1 << 16, until - first)
            old, new = before.side(side, first, count), moved.side(side, first, count)
            if not np.all((old == new) | (old == 0) | (new == 0)):
                return False
    return True
