"""A piece of a recording as WAV bytes, header first: what a player or a file gets."""

from collections.abc import Iterable, Iterator

from recordings.audio import RATE, Samples
from recordings.wave_header import new_header


def frame_of(seconds: float) -> int:
    """The frame that sounds at `seconds`."""
    return max(0, round(seconds * RATE))


def wav(blocks: Iterable[Samples], frames: int) -> Iterator[bytes]:
    """PCM 16 bit stereo at 8000 Hz, its length stated before the first sample: it streams."""
    yield new_header(2, RATE, frames * 4)
    for block in blocks:
        yield block.astype("<i2", copy=False).tobytes()
