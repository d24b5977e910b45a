"""Rules of who must be told, as data: all that hold, each with its clause; pure (A10, A20, B3-B6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from appeals.model.body import BodyKind, ChannelKind

Values = Mapping[str, str]
Competent = Callable[[Values], Sequence[BodyKind]]

COMPETENT: Final = "competent"  # by topic and reason
ABOVE: Final = "above"  # the body above the one complained of
CONFIRMED: Final = "confirmed_by_internal_affairs"  # (B5)
UNKNOWN: Final = frozenset({"", "unknown"})


class AtOnce(StrEnum):
    """Whether a row's bodies are told now, or in their working hours (A16)."""

    YES = "yes"
    NO = "no"
    URGENT = "urgent"  # now when the appeal is urgent


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. It holds when each field of `when` has one of its values and no field of `unless` has.

    `ask`: a field that decides it and may still be unknown; then nobody is told by this row, and it is asked.
    `after`: it is no row of the first look, but of what came back.
    """

    id: str
    tell: tuple[str, ...]  # kinds of bodies, COMPETENT, ABOVE
    at_once: AtOnce
    clause: str
    kk: str
    ru: str
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unless: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ask: str = ""
    after: str = ""
    first: ChannelKind | None = None

    def holds(self, values: Values) -> bool:
        """Whether its bodies are told."""
        return all(values.get(name, "") in wanted for name, wanted in self.when.items()) and not any(
            values.get(name, "") in barred for name, barred in self.unless.items()
        )

    def waits(self, values: Values) -> bool:
        """Whether it would hold but for a field nobody has asked about."""
        if not self.ask or values.get(self.ask, "") not in UNKNOWN:
            return False
        return self.holds({**values, self.ask: min(self.when[self.ask])})

    def text(self, language: str) -> str:
        """Why, in Kazakh or Russian."""
        return self.ru if language == "ru" else self.kk


@dataclass(frozen=True, slots=True)
class Recipient:
    """One kind of body to be told; `above`: the one above what is complained of, whatever its kind."""

    kind: BodyKind | None
    at_once: bool
    rules: tuple[Rule, ...]

    @property
    def above(self) -> bool:
        """Whether it is found by the body complained of."""
        return self.kind is None

    @property
    def first(self) -> ChannelKind | None:
        """The channel to begin with, where a row says so."""
        return next((rule.first for rule in self.rules if rule.first is not None), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is told; `ask`: fields that may bring in more bodies and are unknown."""

    recipients: tuple[Recipient, ...]
    ask: tuple[str, ...]


def decide(values: Values, rules: Sequence[Rule], competent: Competent, after: str = "") -> Decision:
    """All rows that hold, by body: at once as soon as one row says so; at once first, then as written."""
    rows = [rule for rule in rules if rule.after == after]
    chosen: dict[BodyKind | None, list[Rule]] = {}
    for rule in rows:
        if rule.holds(values):
            for kind in _kinds(rule, values, competent):
                chosen.setdefault(kind, []).append(rule)
    urgent = values.get("urgent") == "yes"
    recipients = [
        Recipient(kind, any(_now(rule, urgent) for rule in of_kind), tuple(of_kind))
        for kind, of_kind in chosen.items()
    ]
    ask = dict.fromkeys(rule.ask for rule in rows if rule.waits(values))
    return Decision(tuple(sorted(recipients, key=lambda one: not one.at_once)), tuple(ask))


def _kinds(rule: Rule, values: Values, competent: Competent) -> list[BodyKind | None]:
    kinds: list[BodyKind | None] = []
    for name in rule.tell:
        if name == COMPETENT:
            kinds.extend(competent(values))
        else:
            kinds.append(None if name == ABOVE else BodyKind(name))
    return kinds


def _now(rule: Rule, urgent: bool) -> bool:
    return rule.at_once is AtOnce.YES or (rule.at_once is AtOnce.URGENT and urgent)
