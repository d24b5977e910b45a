"""One sealed recording as its row has it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """`path` relative to home/recordings; `frames` stereo samples at 8000 Hz; hashes in hex.

    `audio_sha256` is over the PCM frames (16 bit little endian, left and right interleaved), whatever
    file they lie in: the data of a WAV gives the same.
    """

    recording_id: str
    call_id: str
    path: str
    key_id: int
    wrapped_key: str | None
    size: int
    frames: int
    audio_sha256: str
    sealed_sha256: str
    marks: tuple[str, ...]
    sealed_at: datetime
    seq: int
    destroyed_at: datetime | None

    @property
    def seconds(self) -> float:
        """Length of the conversation as recorded."""
        return self.frames / 8000
