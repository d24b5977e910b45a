"""One recording as it is read back: what was intended, what the disk was found to hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from recordings.model.entries import PLAYABLE, RecordingState
from recordings.model.spans import Span


@dataclass(frozen=True, slots=True)
class KnownSegment:
    """A stretch between two holds; files relative to the audio folder, None until found."""

    stem: str
    number: int
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    caller_file: str | None
    consultant_file: str | None


@dataclass(frozen=True, slots=True)
class Recording:
    """A conversation's recording; levels and silences as in entries.RecordingChecked."""

    id: str
    call_id: str
    connection: int | None
    state: RecordingState
    intended_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    stereo_file: str | None
    caller_level: float | None
    consultant_level: float | None
    caller_silence: float | None
    consultant_silence: float | None
    caller_longest: float | None
    consultant_longest: float | None
    checks: tuple[str, ...]
    size: int
    checked_at: datetime | None
    segments: tuple[KnownSegment, ...]

    @property
    def of_a_conversation(self) -> bool:
        """Somebody answered, as far as is known: a ring that nobody answered leaves an empty recording."""
        return self.state is not RecordingState.EMPTY

    @property
    def pieces(self) -> list[Span]:
        """From when to when each segment lasts that has sound."""
        return [
            (part.started_at, part.started_at + timedelta(seconds=part.seconds))
            for part in self.segments
            if part.started_at is not None and part.seconds
        ]

    @property
    def playable(self) -> bool:
        """There is a stereo file to listen to."""
        return self.state in PLAYABLE
