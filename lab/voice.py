"""What a lab phone says: endless 20 ms frames of a tone, of something like speech, or of a recording."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from lab.g711 import Samples, encode

RATE: Final = 8000  # samples a second
FRAME: Final = 160  # samples in 20 ms
ROWS: Final = (697, 770, 852, 941)  # Hz
COLUMNS: Final = (1209, 1336, 1477, 1633)


@dataclass(frozen=True, slots=True)
class Voice:
    """Frames by codec, repeated for ever. `frequency` names the voice for the listener, in Hz."""

    frequency: int
    samples: bytes  # 16-bit samples of the loop, a whole number of frames

    def frames(self, codec: int) -> tuple[bytes, ...]:
        """The encoded loop, computed once for all phones that speak with this voice."""
        return _encoded(self, codec)


@lru_cache(maxsize=512)
def _encoded(voice: Voice, codec: int) -> tuple[bytes, ...]:
    payload = encode(np.frombuffer(voice.samples, np.int16), codec)
    return tuple(payload[i : i + FRAME] for i in range(0, len(payload), FRAME))


@lru_cache(maxsize=512)
def tone(frequency: int, level: float = -10.0) -> Voice:
    """A steady tone, peak `level` in dBFS. Multiples of 50 Hz can be told apart in one 20 ms frame."""
    seconds = np.arange(RATE) / RATE  # whole Hz: one second joins its own beginning without a click
    wave = 32767 * 10 ** (level / 20) * np.sin(2 * np.pi * frequency * seconds)
    return Voice(frequency, wave.astype(np.int16).tobytes())


@lru_cache(maxsize=16)
def key(digit: str, level: float = -10.0) -> Voice:
    """A key as its two tones (ITU-T Q.23), each of peak `level` in dBFS. Raises ValueError for no key."""
    row, column = divmod("123A456B789C*0#D".index(digit), 4)
    pair = np.frombuffer(tone(ROWS[row], level).samples, np.int16).astype(np.float64)
    pair += np.frombuffer(tone(COLUMNS[column], level).samples, np.int16)
    return Voice(ROWS[row], pair.astype(np.int16).tobytes())


@lru_cache(maxsize=512)
def speech_like(frequency: int, level: float = -10.0, seconds: int = 12) -> Voice:
    """Syllables of 120-260 ms and short pauses on `frequency` with two overtones: loud, soft, loud."""
    random = np.random.default_rng(frequency)
    envelope = np.zeros(RATE * seconds)
    at = 0
    while at < len(envelope):
        length = int(random.uniform(0.12, 0.26) * RATE)
        syllable = envelope[at : at + length]
        syllable += random.uniform(0.5, 1.0) * np.hanning(length)[: len(syllable)]
        at += length + int(random.choice([0.0, 0.0, 0.02, 0.2], p=[0.4, 0.3, 0.2, 0.1]) * RATE)
    phase = 2 * np.pi * frequency * np.arange(len(envelope)) / RATE
    wave = envelope * (np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.15 * np.sin(3 * phase)) / 1.45
    return Voice(frequency, (32767 * 10 ** (level / 20) * wave).astype(np.int16).tobytes())


def recording(samples: Samples, frequency: int = 0) -> Voice:
    """A sound of one's own, 8,000 samples a second, filled up to a whole frame and repeated."""
    padded = np.pad(samples.astype(np.int16), (0, -len(samples) % FRAME))
    return Voice(frequency, padded.tobytes())


SILENCE: Final = Voice(0, bytes(2 * FRAME))
