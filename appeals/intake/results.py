"""Results and refusals of intake: frozen values that can be made into JSON; pure (A7, C2)."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IntakeCode(StrEnum):
    """Why a request is refused as a whole; single fields have the form's codes."""

    NOT_A_SENDER = "not_a_sender"  # no token, a wrong one, revoked or expired
    NO_KEY = "no_key"  # the idempotency key is missing or unfit
    KEY_REUSED = "key_reused"  # the same key with another body
    NOT_JSON = "not_json"
    FIELDS_UNFIT = "fields_unfit"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field of a request: the form's code, and what its sentence needs."""

    field: str
    code: str
    detail: Mapping[str, object] = dataclasses.field(default_factory=dict)


class IntakeRefused(ValueError):
    """`faults`: every field that is unfit, at once."""

    def __init__(self, code: IntakeCode, faults: tuple[FieldFault, ...] = ()) -> None:
        super().__init__(code.value)
        self.code = code
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a sender is told, the same at each repeat."""

    number: str
    registered_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Token:
    """Who may send appeals in writing; the token itself is nowhere."""

    id: int
    name: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of an appeal; `kind` by its content."""

    id: int
    appeal_id: int
    name: str
    kind: str
    size: int
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered in writing, to the byte; `in_time`: within its term."""

    seq: int
    appeal_id: int
    at: datetime
    person: str
    channel: str
    text: str
    sha256: str
    due_at: datetime | None
    in_time: bool
