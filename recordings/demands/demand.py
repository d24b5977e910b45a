"""Demand, as the register has it, and the events of its life; pure (A19, C6)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from recordings.finding.criteria import Criteria
from recordings.model.access_entry import Actor


class DemandState(StrEnum):
    """Where a demand stands; the allowed moves are data in steps.py."""

    RECEIVED = "received"
    SEARCHING = "searching"
    READY = "ready"  # found, waits for the second person
    APPROVED = "approved"
    HANDED_OVER = "handed_over"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"  # lacks what its basis requires; the reply letter is made
    REFUSED = "refused"
    NOT_FOUND = "not_found"  # an answer too, with proof of the search


CLOSED = frozenset(
    {DemandState.ACKNOWLEDGED, DemandState.RETURNED, DemandState.REFUSED, DemandState.NOT_FOUND}
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the administrator types in; `asked` in the letter's words, `criteria` what to search by.

    `due_at` None where the letter names no term: then the basis has one.
    """

    authority: str
    basis: str
    number: str
    date: date
    asked: str
    criteria: Criteria
    received_at: datetime
    due_at: datetime | None
    responsible: str  # system user


@dataclass(frozen=True, slots=True)
class DemandEvent:
    """One step, by whom and when; `facts` plain values without personal data."""

    seq: int
    at: datetime
    who: Actor
    step: str
    before: str
    after: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """A conversation the demand covers; `recording_id` "" when none exists (gap or destroyed)."""

    call_id: str
    recording_id: str


@dataclass(frozen=True, slots=True)
class Demand:
    """One demand with its life so far; times aware, UTC."""

    id: int
    letter: Letter
    due_at: datetime
    term_source: str  # letter | basis
    registered_by: str  # system user
    registered_at: datetime
    state: DemandState
    events: tuple[DemandEvent, ...]
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """How people and files call it: 111-D-000042."""
        return name_of(self.id)

    @property
    def came_in(self) -> datetime:
        """From when on nothing it asks for may go."""
        return min(self.letter.received_at, self.registered_at)

    @property
    def searched(self) -> bool:
        """Whether a search was made by what it names now."""
        steps = [event.step for event in self.events if event.step in ("searched", "corrected")]
        return steps[-1:] == ["searched"]


def name_of(demand_id: int) -> str:
    """As Demand.name, where only its number is known."""
    return f"111-D-{demand_id:06d}"
