"""Form of an appeal: what is shown, what is missing at a moment, what contradicts; pure (A2-A8, A10, A22).

Values are texts by field id, as the register has them; a field without a value is not in the mapping or "".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appeals.model.words import BilingualText
from config.rights import Right, may

Values = Mapping[str, str]


class FieldType(StrEnum):
    """What a field holds, and so how it is checked and drawn."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    TEXT = "text"
    LONG_TEXT = "long_text"
    PHONE = "phone"
    NUMBER = "number"
    IIN = "iin"  # a person's number, 12 digits
    BIN = "bin"  # an organisation's, 12 digits
    EMAIL = "email"
    REGION = "region"
    TOPIC = "topic"
    REASON = "reason"
    BODY = "body"  # id of the directory, or words


class Search(StrEnum):
    """How an appeal is found by a field."""

    NONE = "none"
    NAME = "name"
    PHONE = "phone"
    WORDS = "words"


class Needed(StrEnum):
    """The moment that needs a field, in their order; nothing is needed in the middle of a call."""

    REGISTER = "register"
    HAND_OVER = "hand_over"
    CLOSE = "close"


MOMENTS = tuple(Needed)


@dataclass(frozen=True, slots=True)
class Choice(BilingualText):
    """One value of a field, with its words."""

    id: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of another field; each part that is given must hold."""

    field: str
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    filled: bool | None = None
    below: int | None = None
    at_least: int | None = None

    def holds(self, text: str) -> bool:
        """Whether it holds of what stands in the field, "" for nothing."""
        number = int(text) if text.isdecimal() else None
        return (
            (not self.one_of or text in self.one_of)
            and text not in self.none_of
            and (self.filled is None or self.filled == bool(text))
            and (self.below is None or (number is not None and number < self.below))
            and (self.at_least is None or (number is not None and number >= self.at_least))
        )


@dataclass(frozen=True, slots=True)
class FormSection:
    """A part of the page."""

    id: str
    label: BilingualText
    help: BilingualText


@dataclass(frozen=True, slots=True)
class FormField:
    """One field; `choices` whole for choices, yes and no, and regions; topics and reasons live in their room.

    `most` letters; `least` and `greatest` of a number; `urgent`: needed even for an urgent hand-over.
    """

    id: str
    section: str
    type: FieldType
    label: BilingualText
    help: BilingualText
    choices: tuple[Choice, ...]
    personal: bool
    search: Search
    needed: Needed | None
    urgent: bool
    when: tuple[Condition, ...]
    needed_when: tuple[Condition, ...]
    topics: frozenset[str]  # empty: all
    seen_by: Right
    most: int
    least: int
    greatest: int

    def seen(self, role: str) -> bool:
        """Whether somebody in `role` sees what stands in it (A5, A18)."""
        return may(role, self.seen_by)

    def word(self, value: str, language: str) -> str:
        """A value as people read it: a choice in its words, everything else as it is."""
        return next((one.of(language) for one in self.choices if one.id == value), value)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Values that contradict each other: said beside `fields`, never in the way."""

    id: str
    fields: tuple[str, ...]
    label: BilingualText
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form, in the order of the page."""

    sections: tuple[FormSection, ...]
    fields: Mapping[str, FormField]
    every_doubt: tuple[Doubt, ...]
    regions: tuple[Choice, ...]

    def visible(self, values: Values) -> tuple[str, ...]:
        """Ids of the fields that are shown; what depends on a hidden field is hidden, too."""
        known: dict[str, bool] = {}
        return tuple(one for one in self.fields if self._is_visible(one, values, known))

    def shown(self, values: Values) -> dict[str, str]:
        """Values of shown fields that hold something: all that counts, and all that may ever leave (A18)."""
        return {one: values[one] for one in self.visible(values) if values.get(one)}

    def missing(self, values: Values, before: Needed) -> tuple[str, ...]:
        """Ids of shown fields that this moment, or one before it, needs and that hold nothing.

        An urgent appeal is registered and handed over with next to nothing (A10); its rest is due at closing.
        """
        moments = MOMENTS[: MOMENTS.index(before) + 1]
        shown = self.shown(values)
        hurried = shown.get("urgent") == "yes" and before is not Needed.CLOSE
        return tuple(
            one.id
            for one in map(self.fields.__getitem__, self.visible(values))
            if one.needed in moments
            and one.id not in shown
            and (one.urgent or not hurried)
            and _all(one.needed_when, shown)
        )

    def doubts(self, values: Values) -> tuple[Doubt, ...]:
        """What contradicts, of all values, also of hidden fields."""
        return tuple(one for one in self.every_doubt if _all(one.when, values))

    def seen(self, role: str) -> frozenset[str]:
        """Ids of the fields that somebody in `role` may see (A5)."""
        return frozenset(one.id for one in self.fields.values() if one.seen(role))

    def personal(self) -> frozenset[str]:
        """Ids of the fields that are hidden at rest."""
        return frozenset(one.id for one in self.fields.values() if one.personal)

    def _is_visible(self, field: str, values: Values, known: dict[str, bool]) -> bool:
        if field not in known:
            one, topic = self.fields[field], values.get("topic", "")
            known[field] = (not one.topics or not topic or topic in one.topics) and all(
                condition.holds(
                    values.get(condition.field, "")
                    if self._is_visible(condition.field, values, known)
                    else ""
                )
                for condition in one.when
            )
        return known[field]


def _all(conditions: tuple[Condition, ...], values: Values) -> bool:
    return all(one.holds(values.get(one.field, "")) for one in conditions)
