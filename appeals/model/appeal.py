"""Appeal as the register has it: channel, kind, state, contacts and history; pure (A6, A12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recordings.model.access_entry import Actor


class Channel(StrEnum):
    """How an appeal came: five by order 378, clause 2(7) (A6)."""

    PHONE = "phone"
    PAPER = "paper"
    ELECTRONIC = "electronic"
    ORAL = "oral"
    VIDEO = "video"


class Kind(StrEnum):
    """Application or complaint (A6)."""

    APPLICATION = "application"
    COMPLAINT = "complaint"


class ApplicantKind(StrEnum):
    """Who turns to 111 (A2); anonymity was promised and is kept."""

    NATURAL = "natural"
    LEGAL = "legal"
    ANONYMOUS = "anonymous"


class HelpKind(StrEnum):
    """The three kinds of help of clauses 4 and 6 (A3)."""

    CONSULTATION = "consultation"
    ORGANISATIONAL = "organisational"
    PSYCHOLOGICAL = "psychological"


class AppealState(StrEnum):
    """Where an appeal stands (A12); the allowed moves are data in register/status.py."""

    DRAFT = "draft"
    REGISTERED = "registered"
    IN_WORK = "in_work"
    HANDED_OVER = "handed_over"
    ANSWERED = "answered"
    CLOSED = "closed"


class AppealOutcome(StrEnum):
    """How an appeal ended."""

    HELPED = "helped"  # consultation or help was enough
    CONFIRMED = "confirmed"  # a body confirmed it and took measures (A17)
    NOT_CONFIRMED = "not_confirmed"
    REFERRED = "referred"  # told whom to turn to (A15)
    UNIFIED_CONTACT_CENTRE = "unified_contact_centre"  # went to 1414 (A14)
    PREVENTIVE_TALK = "preventive_talk"  # (B4)
    WITHDRAWN = "withdrawn"  # by the applicant
    UNREACHABLE = "unreachable"  # nobody to answer to
    JOINED = "joined"  # into another appeal, by a person


class NoCase(StrEnum):
    """A contact that is no appeal: one tap, its recording stays."""

    SILENT = "silent"
    HUNG_UP = "hung_up"
    WRONG_NUMBER = "wrong_number"
    JOKE = "joke"
    ABUSIVE = "abusive"
    THANKS = "thanks"
    TEST = "test"


class ContactKind(StrEnum):
    """What a contact about an appeal was."""

    CALL = "call"
    OUTBOUND_CALL = "outbound_call"
    LETTER = "letter"
    VISIT = "visit"
    VIDEO = "video"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class AppealContact:
    """One contact about an appeal; `call_id` "" where it was no call."""

    id: int
    appeal_id: int
    kind: ContactKind
    call_id: str
    at: datetime
    by: str  # system user


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What stands in a field: its words, the version it was saved as (of this field), by whom, when."""

    text: str
    version: int
    by: str  # system user
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AppealEvent:
    """One change: append-only. `before` and `after` in clear here, hidden in the table.

    `field` "" where it is no field's change; `facts` plain values without personal data.
    """

    seq: int
    at: datetime
    who: Actor
    step: str
    field: str
    before: str
    after: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Appeal:
    """One matter of one applicant; times aware, UTC. `number` "" until it is registered."""

    id: int
    number: str
    state: AppealState
    version: int  # grows by every change of anything
    language: str  # kk | ru: the applicant's (A2)
    channel: Channel
    owner: str  # system user
    owner_person: str
    created_at: datetime
    registered_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None  # when an answer is owed (A23, C2)
    due_source: str  # id of the term in settings
    outcome: AppealOutcome | None
    joined_to: int | None
    values: Mapping[str, FieldValue]
    contacts: tuple[AppealContact, ...]

    def text(self, field: str) -> str:
        """What stands in a field; "" where nothing does."""
        value = self.values.get(field)
        return value.text if value is not None else ""
