"""Keys in 8 kHz sound as two tones (ITU-T Q.23), told apart from voices and music (Q.24); pure."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]  # 8,000 a second

RATE: Final = 8000
ROWS: Final = (697.0, 770.0, 852.0, 941.0)  # Hz
COLUMNS: Final = (1209.0, 1336.0, 1477.0, 1633.0)
NAMES: Final = "123A456B789C*0#D"
MEANT: Final = frozenset("0123456789*#")  # A-D are on no caller's phone

BLOCK: Final = 160  # samples looked at at once: 20 ms, 50 Hz apart
HOP: Final = 40  # samples from one block to the next
BLOCKS: Final = 4  # one after the other with the same key: 35 ms; each 40 ms of tone hold so many (Q.24)
MISSES: Final = 5  # blocks without it, and a key is over
SHIFTS: Final = (-0.012, 0.0, 0.012)  # of a frequency: a key's may be 1.5 % away
PURE: Final = 0.85  # share of the block's energy in the two tones; a voice has more of them
LOUD: Final = 10 ** (-36 / 20) * 32767  # RMS of a block
TWIST: Final = (10 ** (-8 / 10), 10 ** (8 / 10))  # the column's power by the row's
STEADY: Final = 10 ** (3 / 10)  # the loudest block's energy by the softest one's: a key does not swell
LONGEST_GAP: Final = 800  # samples that may be lost within one key

_PHASE = np.outer(
    np.arange(BLOCK), [2 * np.pi * f * (1 + shift) / RATE for f in (*ROWS, *COLUMNS) for shift in SHIFTS]
)
_WAVES: Final = np.hstack([np.cos(_PHASE), np.sin(_PHASE)]).astype(np.float32)


@dataclass(slots=True)
class DtmfDetector:
    """One stream; `take` gives each key once, as soon as it has lasted long enough."""

    _rest: Samples = field(default_factory=lambda: np.zeros(0, np.int16))
    _run: int = -1  # the key of the last blocks
    _energies: list[float] = field(default_factory=list)  # of the run's blocks
    _key: int = -1  # told already, and not over
    _missed: int = 0

    def take(self, samples: Samples) -> str:
        """The keys that have become known by these samples, which follow those before."""
        sound = np.concatenate((self._rest, samples))
        if len(sound) < BLOCK:
            self._rest = sound
            return ""
        blocks = np.lib.stride_tricks.sliding_window_view(sound, BLOCK)[::HOP].astype(np.float32)
        self._rest = sound[len(blocks) * HOP :]
        keys, energies = _keys(blocks)
        return "".join(self._block(int(key), float(e)) for key, e in zip(keys, energies, strict=True))

    def gap(self, missing: int) -> None:
        """So many samples are not there; a key goes on over a lost packet, and is not told twice."""
        self._rest = self._rest[:0]
        self._run, self._energies = -1, []
        if missing > LONGEST_GAP:
            self._key = -1

    def _block(self, key: int, energy: float) -> str:
        if key == self._key and key >= 0:
            self._missed = 0
            return ""
        self._missed += 1
        if self._missed >= MISSES:
            self._key = -1
        if key < 0 or key != self._run:
            self._run, self._energies = key, []
        if key < 0:
            return ""
        self._energies = [*self._energies[1 - BLOCKS :], energy]
        if len(self._energies) < BLOCKS or max(self._energies) > STEADY * min(self._energies):
            return ""
        self._key, self._missed = key, 0
        return NAMES[key] if NAMES[key] in MEANT else ""


def _keys(blocks: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Of each block the key's place in NAMES, -1 for none, and its energy."""
    energies = np.einsum("ij,ij->i", blocks, blocks)
    parts = (blocks @ _WAVES) ** 2
    each = len(SHIFTS)
    powers = (parts[:, : 8 * each] + parts[:, 8 * each :]).reshape(-1, 8, each).max(axis=2)
    row, column = powers[:, :4].argmax(axis=1), powers[:, 4:].argmax(axis=1)
    at = np.arange(len(blocks))
    low, high = powers[at, row], powers[at, 4 + column]
    loud = energies >= BLOCK * LOUD**2
    pure = (low + high) * (2 / BLOCK) >= PURE * energies
    even = (high >= TWIST[0] * low) & (high <= TWIST[1] * low)
    return np.where(loud & pure & even, row * 4 + column, -1), energies
