"""Stages of a call as values: each stage returns the next one, None when nothing is left to say; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Welcome:
    """The language, and that the conversation is recorded (A2)."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The queue; `kept`: the consultant who stayed reserved while 1414 was tried."""

    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A ring at this consultant's phone and the conversation (A19)."""

    consultant: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """The notice, then 1414 (A14, C4)."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """The consultant's phone died, or answered and was gone at once: an apology, then the queue."""


@dataclass(frozen=True, slots=True)
class After:
    """The rating (C5)."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last words."""


Stage = Welcome | Wait | Talk | Transfer | Reconnect | After | Goodbye
