"""The access log: who heard, saw or took what, and why, each entry bound to the one before (A5, A18)."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from config.reasons import LONGEST, ReasonRefused, kept_whole
from config.refusals import Code, refused
from config.told import told
from recordings.model.hash_chain import beginning
from recordings.model.timestamps import hash_text

NOTED: Final[ContextVar[list["Access"] | None]] = ContextVar("NOTED", default=None)  # by this command
START = beginning("ivr111 access log")


class Action(StrEnum):
    """What was done with what the line keeps of people."""

    SEARCHED = "searched"
    LISTENED = "listened"
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"
    UNMASKED = "unmasked"
    READ_LOG = "read_log"
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    CHANGED = "changed"
    LINKED = "linked"  # a call and a registration number
    DEMAND = "demand"  # a step in the register of demands; the subject says which
    APPEAL = "appeal"  # a step in the register of appeals; the subject says which
    HELD = "held"
    LIFTED = "lifted"  # a hold
    PLANNED = "planned"  # what retention would take
    DESTROYED = "destroyed"
    ROTATED = "rotated"  # the master key
    LISTENED_LIVE = "listened_live"  # a supervisor, to a conversation under way
    WHISPERED = "whispered"
    BARGED = "barged"
    STEERED = "steered"  # an order about the live line; the reason says which
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    ACCOUNT = "account"  # made, changed, closed; the reason says what
    VIEWED = "viewed"  # a recording's facts, a demand, its letter, holds, accounts: no number unmasked
    STATED = "stated"  # a statement asked for by a person: made, signed
    LATE = "late"  # the entry of this subject before it was written after its act; the reason says which
    NOT_DONE = "not_done"  # what the entry before it says was refused or failed after it was written
    RENDERED = "rendered"  # Asterisk's configuration, which holds all passwords


class Result(StrEnum):
    """How an act ended; what nothing else is said of was done."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"  # it did not come to its end; a part of it may have been


REASON_NEEDED = frozenset(
    {
        Action.SEARCHED,
        Action.LISTENED,
        Action.DOWNLOADED,
        Action.EXPORTED,
        Action.UNMASKED,
        Action.HELD,
        Action.LIFTED,
        Action.DESTROYED,
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the system user, and the person and role that the settings give them."""

    person: str
    role: str
    system_user: str


@dataclass(frozen=True, slots=True)
class Access:
    """One act as it stands in the log; made by `act`, read back even where somebody altered it.

    `at` is text (UTC, ISO 8601, microseconds), so that what is hashed is what is stored, to the byte.
    """

    entry_id: str
    at: str
    person: str
    role: str
    system_user: str
    action: str
    subject: str
    reason: str

    def fields(self) -> tuple[str, ...]:
        """All that is hashed."""
        return (
            self.entry_id,
            self.at,
            self.person,
            self.role,
            self.system_user,
            self.action,
            self.subject,
            self.reason,
        )


class ReasonMissing(ReasonRefused):
    """This action is not allowed without saying why."""


def new_access(
    entry_id: str,
    at: datetime,
    who: Actor,
    action: Action,
    subject: str,
    reason: str = "",
) -> Access:
    """An entry to be written before the act is allowed; what was said stands in it whole, or is refused.

    Raises ReasonMissing where one is required, ReasonRefused for words that could not be kept as they are.

    `entry_id`: a UUID made once per act, so that a repeated report stays single.
    `subject`: call id, recording id, or a search as text with numbers masked.
    """
    if action in REASON_NEEDED and not reason.strip():
        raise ReasonMissing(refused(Code.ACTION_NEEDS_REASON, action=told(action.value)))
    kept_whole(reason)
    kept_whole(subject, "subject")
    if at.tzinfo is None:
        raise ValueError("a time without its zone is not logged")
    moment = hash_text(at)
    return Access(entry_id, moment, who.person, who.role, who.system_user, action.value, subject, reason)


def result_entry(of: Access, at: datetime, result: Result, why: str) -> Access:
    """The entry that says an act already in the log was refused or failed (decision 0096)."""
    said = f"{of.action}: {why}"
    if len(said) > LONGEST:  # a program's words, not a person's
        said = f"{said[: LONGEST - 1]}…"
    who = Actor(of.person, of.role, of.system_user)
    return new_access(outcome_id(of.entry_id, result), at, who, Action.NOT_DONE, of.subject, said)


def outcome_id(entry_id: str, result: Result) -> str:
    """Made from the act's own id: so it is found without a column of its own, and is written once."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{entry_id} {result}"))
