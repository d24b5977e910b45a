"""Composer of what a body is told: white-listed fields, in its language, as they leave; pure (A18, B2).

The text stands by itself: whoever gets it can pass it on as it is.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from appeals.handing_over.third_parties import Mark, marks

NAMES: Final = ("applicant_name", "concerned_name", "violator_name", "organisation_name")
STORIES: Final = frozenset({"matter", "wanted", "urgent_why", "help_scope", "help_given"})
FREE: Final = STORIES | {"complained_body", "place_address"}  # where somebody else's data may stand
ANONYMOUS_NEVER: Final = frozenset(
    {"applicant_name", "applicant_iin", "applicant_phone", "applicant_email", "applicant_address"}
)

Label = Callable[[str, str, str], tuple[str, str]]
"""(field, value, language) -> (label, value in words): of the form."""


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One field as it leaves; `marks` on what of it may be somebody else's."""

    field: str
    label: str
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """A field beyond the white-list, which a consultant adds; needs a reason, kept beside the sent text."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the fields; `clauses` of the rules that chose the body."""

    number: str  # in groups
    registered_at: datetime  # local
    urgent: bool
    body: str
    rules: Sequence[str]  # sentences, in the body's language
    confirmed: str = ""  # who confirmed and when (B5)


@dataclass(frozen=True, slots=True)
class BodyMessage:
    """A text as it would leave, line by line; `data` the same for machines; `left_out` fields withheld."""

    language: str
    text: str
    lines: tuple[MessageLine, ...]
    data: Mapping[str, str]
    left_out: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Of the UTF-8 bytes that leave."""
        return sha256_of(self.text)

    @property
    def marked(self) -> tuple[tuple[str, Mark], ...]:
        """Every mark with its field: each is to be taken out, or to be given a reason."""
        return tuple((line.field, mark) for line in self.lines for mark in line.marks)


def sha256_of(text: str) -> str:
    """Hex, of the UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def compose(
    values: Mapping[str, str],
    allowed: Collection[str],
    order: Sequence[str],
    heading: Heading,
    label: Label,
    language: str,
    *,
    changes: Mapping[str, str] | None = None,
    extra: Sequence[Extra] = (),
) -> BodyMessage:
    """The message of one body.

    `order`: the form's fields in their order. `changes`: other words for a field, "" to leave it out.
    An anonymous applicant's name, number and address never leave, whatever is allowed or added.
    """
    may = (set(allowed) | {one.field for one in extra}) - _never(values)
    told = {
        field: (changes or {}).get(field, values.get(field, "")).strip() for field in order if field in may
    }
    told = {field: text for field, text in told.items() if text}
    withheld = [values.get(name, "") for name in NAMES if name not in told]
    known = [label(field, text, language)[1] for field, text in told.items() if field not in STORIES]
    lines = tuple(_line(field, text, label, language, withheld, known) for field, text in told.items())
    left_out = tuple(field for field in order if values.get(field, "").strip() and field not in told)
    return BodyMessage(language, _text(heading, lines, language), lines, told, left_out)


def _never(values: Mapping[str, str]) -> frozenset[str]:
    return ANONYMOUS_NEVER if values.get("applicant_kind") == "anonymous" else frozenset()


def _line(
    field: str, text: str, label: Label, language: str, withheld: Sequence[str], known: Sequence[str]
) -> MessageLine:
    name, words = label(field, text, language)
    found = marks(words, withheld, known) if field in FREE else ()
    return MessageLine(field, name, words, found)


_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "kk": {
        "from": "«111» байланыс орталығы: отбасы, әйелдер мен балалардың құқықтарын қорғау",
        "to": "Кімге",
        "number": "Өтініштің тіркеу нөмірі",
        "registered": "Тіркелген уақыты",
        "urgent": "ШҰҒЫЛ. Тексеріп, дереу шара қолдануыңызды сұраймыз",
        "why": "Негіздеме",
        "confirmed": "Расталды",
        "answer": "Расталды ма (иә / жоқ) және қандай алғашқы шаралар қабылданды — хабарлауыңызды сұраймыз",
    },
    "ru": {
        "from": "Контакт-центр «111» по вопросам семьи, защиты прав женщин и детей",
        "to": "Кому",
        "number": "Регистрационный номер обращения",
        "registered": "Зарегистрировано",
        "urgent": "СРОЧНО. Просим проверить и немедленно принять меры",
        "why": "Основание",
        "confirmed": "Подтверждено",
        "answer": "Просим сообщить, подтвердилось ли это (да / нет), и принятые первичные меры",
    },
}  # fmt: skip


def _text(heading: Heading, lines: Sequence[MessageLine], language: str) -> str:
    words = _WORDS[language]
    head = [
        words["from"],
        f"{words['to']}: {heading.body}",
        f"{words['number']}: {heading.number}",
        f"{words['registered']}: {heading.registered_at:%d.%m.%Y %H:%M}",
    ]
    if heading.urgent:
        head.insert(0, words["urgent"])
    if heading.confirmed:
        head.append(f"{words['confirmed']}: {heading.confirmed}")
    why = [f"{words['why']}: {rule}" for rule in heading.rules]
    body = [f"{line.label}: {line.text}" for line in lines]
    return "\n".join([*head, *why, "", *body, "", words["answer"]]) + "\n"
