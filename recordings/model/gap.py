"""What is wrong between answered conversations and playable recordings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How long a gap must be there before it is an alarm. Rows and files are not read at one moment: a recording
# may be sealed, moved or judged in between, which the next look tells.
AGAIN = timedelta(seconds=10)  # less than between two looks
# Who judges and who seals may have been away, with the line or alone, and needs a while for what waited.
BACKLOG = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Gap:
    """`kind`: missing, orphan, length, hole, unsealed, file_missing, file_size, ...; one gap is one alarm.

    `at` is the conversation's answer (or the file's own time), so that a second look raises no second alarm.
    """

    kind: str
    call_id: str
    recording_id: str  # "" where there is none
    at: datetime
    detail: str  # for a person: "talked 61.2 s, recorded 40.0 s"
    settles: timedelta = AGAIN  # somebody may be at work on it: an alarm when it was there so long


# All kinds there are; the alarm of each is named recording_KIND.
KINDS = ("missing", "orphan", "length", "hole", "unsealed", "file_missing", "file_size")


@dataclass(frozen=True, slots=True)
class DayCount:
    """The nightly statement's figures for one civil day (by the conversation's answer)."""

    day: str
    conversations: int
    recordings: int
    generated: int  # rows of a lab without audio, counted apart
    destroyed: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """As DayCount, over any stretch of time."""

    conversations: int
    recordings: int
    generated: int
    destroyed: int
    gaps: tuple[Gap, ...]
