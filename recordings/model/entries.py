"""All that can be written into the journal, as plain values; each may be written twice without harm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recordings.model.access_entry import Access
from recordings.model.call_record import CallRecord
from recordings.model.link_quality import LinkHeard


class RecordingState(StrEnum):
    """What is known of one conversation's audio."""

    INTENDED = "intended"  # about to be recorded; nothing seen on the disk yet
    FINISHED = "finished"  # checked: both sides are there
    REPAIRED = "repaired"  # as finished, after a header left behind by a crash was put right
    SILENT_LEG = "silent_leg"  # playable, but one side is digital silence: alarm
    MISSING = "missing"  # answered, and no playable audio: alarm
    EMPTY = "empty"  # nobody answered: nothing was to be recorded
    GENERATED = "generated"  # a row of `lab fill` without audio: counted apart


PLAYABLE = frozenset({RecordingState.FINISHED, RecordingState.REPAIRED, RecordingState.SILENT_LEG})
OPEN = frozenset({RecordingState.INTENDED})


@dataclass(frozen=True, slots=True)
class RecordingIntended:
    """Written before the first sound of a segment; `stem` as dialplan/recording_names.py makes it."""

    stem: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SegmentSeen:
    """At `at` the growing files of a segment held so many seconds: where its sound begins, whatever follows.

    A full volume takes no more, and the header written when the recorder stops makes the file look younger.
    """

    stem: str
    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a recording, as found on the disk; paths relative to the audio folder."""

    stem: str
    number: int
    started_at: datetime
    ended_at: datetime
    seconds: float
    caller_file: str | None
    consultant_file: str | None


@dataclass(frozen=True, slots=True)
class RecordingChecked:
    """What the disk holds of one recording: the last word on it until its files change.

    Levels are RMS in dBFS over the whole leg (None without audio), silence is the share of digital
    silence from 0 to 1, `longest` its longest run in seconds. `size` is the bytes of all segment files.
    """

    recording_id: str
    call_id: str
    connection: int | None
    state: RecordingState
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float
    stereo_file: str | None
    caller_level: float | None
    consultant_level: float | None
    caller_silence: float | None
    consultant_silence: float | None
    caller_longest: float | None
    consultant_longest: float | None
    checks: tuple[str, ...]
    size: int
    checked_at: datetime
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must look at; the same `kind`, `about` and `at` is one alarm."""

    kind: str
    about: str
    at: datetime


CALL_REFUSED = "call_refused"  # kind: Asterisk answered a caller 503, so there is no call and no row of it
ENDED = "_ended"  # behind an alarm's kind: what it warned of is over


def standing(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Those whose end is not among them, in the order given."""
    every = list(alarms)
    over = {(one.kind, one.about, one.at) for one in every}
    return [
        one
        for one in every
        if not one.kind.endswith(ENDED) and (one.kind + ENDED, one.about, one.at) not in over
    ]


@dataclass(frozen=True, slots=True)
class ConsultantState:
    """One thing the engine remembers of a consultant over its restart; `value` None forgets it."""

    consultant: str
    name: str
    value: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsultantStint:
    """What a consultant did from when to when; written at its begin and again at its end."""

    consultant: str
    began_at: datetime
    state: str
    reason: str | None = None
    call_id: str | None = None
    missed: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogRead:
    """All that `log` tells up to `place` stands in the journal; submitted behind all of it.

    It counts only where the journal stands at `after`: in an older copy of the database, or in another
    one, it changes nothing, and the log is read again from where that one stands.
    """

    log: str
    after: str | None
    place: str
    at: datetime


Entry = (
    CallRecord
    | RecordingIntended
    | SegmentSeen
    | RecordingChecked
    | LinkHeard
    | Alarm
    | ConsultantState
    | ConsultantStint
    | LogRead
    | Access
)
