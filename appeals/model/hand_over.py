"""Hand-over: what one body is told of one appeal, each attempt, and what came back; pure (A9, A10, A17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appeals.model.body import ChannelKind


class HandOverState(StrEnum):
    """Where a hand-over stands; the allowed moves are data in handing_over/status.py."""

    WAITING = "waiting"  # for the body's working hours (A16); never an urgent one
    SENDING = "sending"
    SENT = "sent"  # a channel accepted it; no receipt yet
    RECEIVED = "received"  # somebody said that they have it
    ANSWERED = "answered"
    ESCALATED = "escalated"  # went to a deputy or the body above, which has a hand-over of its own
    FAILED = "failed"  # every channel refused; a person must act
    WITHDRAWN = "withdrawn"


OPEN = frozenset(
    {
        HandOverState.WAITING,
        HandOverState.SENDING,
        HandOverState.SENT,
        HandOverState.RECEIVED,
        HandOverState.FAILED,
    }
)


class BodyAnswer(StrEnum):
    """What a body says of the matter (A17)."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    PARTLY = "partly"


class AttemptState(StrEnum):
    """One try by one channel."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"  # begun; after a crash it is asked of the channel, never blindly repeated
    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good
    FAILED = "failed"  # for now: tried again
    UNKNOWN = "unknown"  # begun, and nobody can say how it ended: a person decides
    NOT_NEEDED = "not_needed"  # the body had it by another way before this began


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """`message_id` is made before the first byte leaves, and stays through every repeat."""

    id: int
    hand_over_id: int
    channel: ChannelKind
    contact_id: int
    message_id: str
    state: AttemptState
    tries: int
    result: str  # what the channel said: SMTP answer, HTTP status, call id; no personal data
    planned_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None
    committed: bool = False  # the bytes that cannot be called back were begun


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a body answered (A17): `by` who says so, as typed; `measures` the primary measures taken."""

    answer: BodyAnswer
    measures: str
    by: str
    channel: str  # receipt_page | telephone | letter | email
    at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """One body, one appeal. `text` to the byte as it leaves, `sha256` of its UTF-8 bytes."""

    id: int
    appeal_id: int
    number: str  # the appeal's registration number
    body: str
    rules: tuple[str, ...]  # ids of the rules that chose the body
    urgent: bool
    state: HandOverState
    due_at: datetime  # when it is to leave
    why_then: Mapping[str, str]  # by language: why then, in words (A16)
    language: str
    text: str
    sha256: str
    source: int | None  # the hand-over it follows from: escalated, confirmed
    created_by: str  # system user
    created_person: str
    created_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    received_by: str
    given: GivenAnswer | None
    steps_done: int  # of its escalation
    attempts: tuple[DeliveryAttempt, ...]

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN
