"""Results and refusals of hand-overs: frozen values that can be made into JSON; pure (A9, A10, A17)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from recordings.model.access_entry import Actor


class HandOverRefused(ValueError):
    """It cannot be done so; the text says what to do."""


class Changed(HandOverRefused):
    """What would leave is not what was shown: look at it again; `bodies` names whose text is another."""

    def __init__(self, text: str, bodies: tuple[str, ...]) -> None:
        super().__init__(text)
        self.bodies = bodies


class Unexplained(HandOverRefused):
    """Marks in free text, or bodies left out, that need a word; `what`: "body: field" or "body"."""

    def __init__(self, text: str, what: tuple[str, ...]) -> None:
        super().__init__(text)
        self.what = what


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One body as its consultant confirms it: `sha256` of the text that was shown.

    `changes`: other words by field, "" takes it out; `extra`: reasons by added field; `kept`: by field, why
    marks stay; `added`: why a body beyond the rules.
    """

    body: str
    sha256: str
    changes: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    added: str = ""


@dataclass(frozen=True, slots=True)
class HandOverEvent:
    """One step of a hand-over, by whom and when; `words` as somebody said or wrote them."""

    seq: int
    at: datetime
    who: Actor
    step: str
    before: str
    after: str
    facts: Mapping[str, object]
    words: str


@dataclass(frozen=True, slots=True)
class WaitingHandOver:
    """A hand-over that somebody should look at; nothing personal in it. `owner`: who made it."""

    id: int
    appeal_id: int
    number: str
    body: str
    urgent: bool
    state: str
    since: datetime
    owner: str
