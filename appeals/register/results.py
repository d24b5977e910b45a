"""Results of the register's operations: frozen values that can be made into JSON; pure (A11, A12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from appeals.model.appeal import Appeal, AppealOutcome, AppealState, Channel, FieldValue, NoCase


class NoSuchAppeal(LookupError):
    """The register has no such appeal."""


class AppealRefused(ValueError):
    """What was asked cannot be done with this appeal; the text says what to do."""


class FieldsMissing(AppealRefused):
    """`fields`: ids of what must be filled in before."""

    def __init__(self, text: str, fields: tuple[str, ...]) -> None:
        super().__init__(text)
        self.fields = fields


class AppealUnreadable(Exception):
    """A row of an appeal was altered by another's hand, or its key is another; `appeal_id` names it."""

    def __init__(self, appeal_id: int) -> None:
        super().__init__(f"the rows of appeal {appeal_id} cannot be read: see ivr111 audit verify")
        self.appeal_id = appeal_id


@dataclass(frozen=True, slots=True)
class Saved:
    """A field was saved as `version`; `now`: what stands in it (of a repeat it may be a later one)."""

    field: str
    version: int
    now: FieldValue
    appeal_version: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field was not saved: somebody else wrote it since `base_version`. `theirs` None: it is empty."""

    field: str
    theirs: FieldValue | None
    appeal_version: int


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody else who has the appeal open; `at`: when they last said so."""

    person: str
    system_user: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallOfAppeal:
    """One call of an appeal as the journal tells it; all but the first three None while it is under way.

    `pii_caller` None: withheld, let go or not known yet. `path`: the moments of the call in order, in words.
    """

    call_id: str
    kind: str
    at: datetime
    language: str | None = None
    pii_caller: str | None = None
    arrived_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    served_by: str | None = None
    outcome: str | None = None
    path: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoCaseContact:
    """A call that was no appeal; its recording stays as long as any other."""

    call_id: str
    kind: NoCase
    at: datetime
    person: str
    system_user: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; all that is named must hold. `since`, `until`: when it was made, the end left out.

    `number`, `phone`, `person`, `word`: as a person typed them. `due_before`: terms that end before it.
    """

    number: str = ""
    phone: str = ""
    person: str = ""
    word: str = ""
    states: tuple[AppealState, ...] = ()
    owner: str = ""
    topic: str = ""
    region: str = ""
    kind: str = ""
    urgent: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    due_before: datetime | None = None
    by_term: bool = False  # nearest term first, only those that have one; else the newest first

    def of_people(self) -> bool:
        """It asks by a name or by a word of the matter: a right of its own."""
        return bool(self.person.strip() or self.word.strip())


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: nothing personal in it."""

    id: int
    number: str
    state: AppealState
    channel: Channel
    language: str
    kind: str
    topic: str
    region: str
    urgent: bool
    owner: str
    owner_person: str
    created_at: datetime
    registered_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    due_at: datetime | None
    outcome: AppealOutcome | None


@dataclass(frozen=True, slots=True)
class Page:
    """`cursor` "" on the last page; otherwise what the next one is asked with."""

    lines: tuple[Listed, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another appeal that may be the same matter, and why: number, person, text."""

    appeal: Listed
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusTold:
    """What may be read out to the applicant, sentence by sentence, in `language` (A12)."""

    number: str
    language: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenedAppeal:
    """An appeal as somebody opened it: who else has it open, what it still lacks by moment."""

    appeal: Appeal
    others: tuple[Present, ...]
    missing: Mapping[str, tuple[str, ...]]
