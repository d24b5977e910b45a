"""Where the sound begins in a leg whose WAV header was lost, whole or in part (A19).

Asterisk writes the header with the first sound; on a full volume both are refused, and what follows, once
there is room, begins the file. Then it is sound from its first byte, and nothing in it says so.
"""

import numpy as np

from recordings.capture.wave_header import WaveHeader, new_header, read_header

SIZE = 44  # bytes of Asterisk's header: PCM, 16 bits, 8000 Hz, mono
_FORM = new_header(1, 8000, 0)
_SIZES = frozenset((*range(4, 8), *range(40, 44)))  # anything may stand there
_CHANCE = 3  # bytes, no zeros, that sound does not have by chance in one place
_IN_PLACE = 24  # of 36: a header with damage in it
_ALMOST = 33  # of 36: as above, where what is read from it makes no sense


def repaired_header(head: bytes) -> tuple[bytes, WaveHeader]:
    """The first bytes of a leg, with a damaged header put right, and what they say.

    `whole` is False where there is no header in its place: sound begins at `start`, which may be 0.
    """
    header = read_header(head)
    sensible = header is not None and (
        (header.channels, header.rate) == (1, 8000) or _alike(head) < _ALMOST  # of another kind, not damaged
    )
    if header is not None and sensible and (header.start != SIZE or _agrees(header)):
        return head, header
    start = SIZE if sensible or _in_place(head) else _start(head)
    start = _even(head, start)
    if start != SIZE:
        return head, WaveHeader(1, 8000, 16, start, 0, 0, whole=False)
    head = head if sensible else _FORM + head[SIZE:]
    header = read_header(head)
    assert header is not None
    return head, header


def _agrees(header: WaveHeader) -> bool:
    """Its two sizes were written together: the last bytes are no sound that took their place."""
    return header.riff_stated - header.stated == SIZE - 8 or header.stated in (0, 0xFFFFFFFF)


def _in_place(head: bytes) -> bool:
    """The first 44 bytes are Asterisk's header, zeros (lost with the power), or nearly that."""
    first = head[:SIZE]
    if all(byte in (0, _FORM[at]) for at, byte in enumerate(first) if at not in _SIZES):
        return True
    return _alike(head) >= _IN_PLACE and sum(map(int.__eq__, head[36:40], b"data")) >= 3


def _alike(head: bytes) -> int:
    return sum(byte == _FORM[at] for at, byte in enumerate(head[:SIZE]) if at not in _SIZES)


def _start(head: bytes) -> int:
    """Bytes that are left of a header out of which some stretch is missing; 0 where nothing of it is left."""
    best = (0, 0)
    for kept in range(SIZE + 1):  # the header's first bytes that are there
        for again in range(max(kept, 1), SIZE + 1):  # and those from here on, right behind them
            left = _FORM[:kept] + _FORM[again:]
            places = [*range(kept), *range(again, SIZE)]
            told = 0
            for byte, wanted, place in zip(head, left, places, strict=False):
                if place in _SIZES:
                    continue
                if byte != wanted:
                    told = -1
                    break
                told += wanted != 0
            if told >= _CHANCE and (told, -len(left)) > best:
                best = (told, -len(left))
    return -best[1]


def _even(head: bytes, start: int) -> int:
    """One byte less (or more) where samples read from `start` are noise, and those beside it are sound."""
    other = start - 1 if start else 1
    low = head[start::2]
    if low.count(0) > 0.9 * len(low):  # sound of 8 bits: read beside its place it is but quieter
        return start
    here, there = _roughness(head, start), _roughness(head, other)
    return other if 2 * there < here else start


def _roughness(head: bytes, start: int) -> float:
    samples = np.frombuffer(head[start : len(head) - (len(head) - start) % 2], "<i2").astype(np.int32)
    return float(np.abs(np.diff(samples)).mean()) if len(samples) > 1 else 0.0
