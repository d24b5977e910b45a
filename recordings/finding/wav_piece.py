"""Piece of a recording as WAV bytes, header first: what a player or a file gets; pure."""

from collections.abc import Iterable, Iterator

from recordings.capture.wave_header import new_header
from recordings.model.leg_levels import Samples
from recordings.model.telephone_audio import RATE


def frame_of(seconds: float) -> int:
    """The frame that sounds at `seconds`."""
    return max(0, round(seconds * RATE))


def place(frame: int) -> str:
    """A frame as minutes and seconds, 0:20.5, or h:mm:ss; tenths where there are any."""
    tenths = frame * 10 // RATE
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 10:02}" + (f".{rest % 10}" if rest % 10 else "")
    return f"{hours}:{minutes:02}:{seconds}" if hours else f"{minutes}:{seconds}"


def wav(blocks: Iterable[Samples], frames: int) -> Iterator[bytes]:
    """PCM 16 bit stereo at 8000 Hz, its length stated before the first sample: it streams."""
    yield new_header(2, RATE, frames * 4)
    for block in blocks:
        yield block.astype("<i2", copy=False).tobytes()
