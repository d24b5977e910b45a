"""Receipt page's values: what a link shows, what opens by the code, why something is refused; pure (A17)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReceiptFault(StrEnum):
    """Why a link or what was sent by its page is refused; the page has the words."""

    NO_SUCH_LINK = "no_such_link"  # guessed, cut short, another's
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # the hand-over was taken back
    NOT_YET = "not_yet"  # it has not left: nobody can have this link
    WRONG_CODE = "wrong_code"
    LOCKED = "locked"  # too many wrong codes: for a while none is looked at
    FORM_OLD = "form_old"  # the page was open too long, or the form is another's
    EMPTY = "empty"  # who it is was not written
    TOO_LONG = "too_long"


class ReceiptRefused(ValueError):
    """`until`: where a lock ends."""

    def __init__(self, fault: ReceiptFault, until: datetime | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.until = until


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What the link alone shows: nothing of people. `form` goes back with what is sent."""

    number: str  # in groups
    body_kk: str
    body_ru: str
    language: str
    urgent: bool
    told_at: datetime
    expires_at: datetime
    received_at: datetime | None
    answered_at: datetime | None
    answer: str  # "" while there is none
    form: str


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """What the code opens. `opened`: shows that the code was right, goes back with the answer."""

    view: ReceiptView
    text: str
    sha256: str
    received_by: str
    measures: str
    answered_by: str
    opened: str


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """What the consultant tells by telephone; `wrong` codes were tried since the last right one."""

    code: str
    wrong: int
    locked_until: datetime | None
