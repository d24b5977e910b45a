"""Plan of hand-overs as shown before anything leaves: bodies, reasons, moments, words; pure (A10, A16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from appeals.calendar.why import Why
from appeals.calendar.words import words
from appeals.handing_over.composer import BodyMessage, Extra
from appeals.model.body import Body, BodyContact, ChannelKind

BY_HAND: Final = "by_hand"  # in place of a rule: a consultant added the body, with a reason


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a consultant changes of a body's message: other words, more fields with reasons."""

    changes: Mapping[str, str] = field(default_factory=dict)
    extra: Sequence[Extra] = ()


@dataclass(frozen=True, slots=True)
class PlannedHandOver:
    """One body to be told. `contacts` in the order to try; empty: a person must find how it is reached.

    `due_at` in UTC; `why_then` the sentence in the body's language and the asker's may be made of `why`.
    """

    body: Body
    at_once: bool
    rules: tuple[str, ...]
    reasons_kk: tuple[str, ...]
    reasons_ru: tuple[str, ...]
    clauses: tuple[str, ...]
    first: ChannelKind | None
    contacts: tuple[BodyContact, ...]
    due_at: datetime
    why: Why | None
    message: BodyMessage

    def why_then(self, language: str) -> str:
        """Why then, in words; at once where it is (A10, A16)."""
        if self.why is not None:
            return words(self.why, language)
        return "шұғыл: кейінге қалдырылмайды" if language == "kk" else "срочно: не откладывается"


@dataclass(frozen=True, slots=True)
class UnlistedBody:
    """A body that a rule wants and the directory has not: the consultant looks for a way."""

    kind: str
    region: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOverPlan:
    """`ask`: fields that are unknown and may bring in more bodies; `region` among them where it is empty."""

    planned: tuple[PlannedHandOver, ...]
    ask: tuple[str, ...]
    nobody: tuple[UnlistedBody, ...]
