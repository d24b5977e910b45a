"""State of sealing: what waits, what was done, why it does not get on; pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SealFault:
    """Why sealing does not get on: `kind` for programs, `words` with what to do for people."""

    kind: str  # key_missing | disk_full | disk | database_away | unreadable | grown | altered | unheard
    about: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SealState:
    """For doctor: how many wait, since when, and why."""

    waiting: int
    oldest: datetime | None
    fault: SealFault | None
    sealed: int  # since the start


@dataclass(frozen=True, slots=True)
class SealReport:
    """One pass: how many were sealed, whose raw files went, and what could not be done."""

    sealed: int
    removed: int
    faults: tuple[SealFault, ...]
