"""What the joining process is asked and answers, as values and as JSON; pure, without its numpy."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from recordings.model.telephone_audio import Silence


@dataclass(frozen=True, slots=True)
class JoinSegment:
    """One segment: `start` in seconds from the first one's start; files relative to the audio folder."""

    start: float
    caller: str | None
    consultant: str | None


@dataclass(frozen=True, slots=True)
class JoinJob:
    """A recording to look at, its pieces in order; the stereo file is written to `into` if there is sound."""

    audio: str
    into: str
    pieces: tuple[JoinSegment, ...]


@dataclass(frozen=True, slots=True)
class LegFigures:
    """As entries.RecordingChecked has them."""

    level: float | None
    silence: float
    longest: float


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What was found; `error` when it failed.

    `seconds` of the stereo file, `sound` of what was recorded in it (what lies between two pieces is silence
    that nobody recorded), `pieces` of each piece, `starts` where each begins in the stereo file.
    `faults` as audio.LegReport, and: header_wrong, header_lost (a file that begins with its sound, for the
    volume was full), hole (more than a second between two pieces). `silences` in the stereo file's seconds.
    """

    seconds: float = 0.0
    sound: float = 0.0
    pieces: tuple[float, ...] = ()
    starts: tuple[float, ...] = ()
    repaired: bool = False
    faults: tuple[str, ...] = ()
    lost_at: float | None = None
    silences: tuple[Silence, ...] = ()
    caller: LegFigures | None = None
    consultant: LegFigures | None = None
    error: str | None = None


JOB: TypeAdapter[JoinJob] = TypeAdapter(JoinJob)
REPORT: TypeAdapter[JoinReport] = TypeAdapter(JoinReport)
