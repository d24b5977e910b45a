"""Criteria of a search, and what was found; pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from recordings.model.call_record import CallRecord
from recordings.model.entries import PLAYABLE, RecordingState
from recordings.model.recording import Recording
from recordings.model.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Criteria:
    """None means any. `day` is a civil day of the centre's zone; a call over midnight belongs to both.

    `number` however it is written; `withheld` finds those without. `since`/`until` as `day`, by moments.
    `longer`, `shorter`: seconds of a conversation.
    """

    number: str | None = None
    withheld: bool = False
    day: date | None = None
    since: datetime | None = None
    until: datetime | None = None
    consultant: str | None = None
    language: str | None = None
    longer: float | None = None
    shorter: float | None = None
    registration: str | None = None
    call_id: str | None = None
    limit: int = 1000

    def __post_init__(self) -> None:
        """A registration number is one however its digits are grouped."""
        if self.registration is not None:
            object.__setattr__(self, "registration", one_registration(self.registration))


def one_registration(number: str) -> str:
    """Nine digits, without the blanks or dashes between; another register's number stays as it is."""
    bare = re.sub(r"[\s-]", "", number)
    return bare if re.fullmatch(r"[0-9]{9}", bare) else number


def masked(wanted: Criteria) -> str:
    """The search in words, for the access log: no number in it."""
    words = []
    for field in Criteria.__dataclass_fields__:
        value = getattr(wanted, field)
        if value in (None, False) or field == "limit":
            continue
        words.append("number ***" if field == "number" else f"{field} {value}")
    return "search: " + (", ".join(words) or "everything")


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """A conversation's recording; `sealed` None while it waits for sealing or is missing."""

    recording: Recording
    sealed: Sealed | None


def state_of(kept: FoundRecording | None) -> str:
    """What became of a conversation's recording: sealed, waiting, destroyed, generated or missing."""
    if kept is None:
        return "missing"
    if kept.sealed is not None:
        return "destroyed" if kept.sealed.destroyed_at else "sealed"
    if kept.recording.state is RecordingState.GENERATED:
        return "generated"
    return "waiting" if kept.recording.state in PLAYABLE else "missing"


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call with its conversations' recordings (those nobody answered left out), by connection."""

    call: CallRecord
    recordings: tuple[FoundRecording, ...]
    registrations: tuple[str, ...] = ()
