"""Marks in free text on what looks like other people's data: nothing leaves unseen; pure (A18).

A mark is a question to the consultant (take it out, or say why it stays), never a refusal.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stdnum import luhn
from stdnum.exceptions import ValidationError

from appeals.form.checks import check_digit

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS: Final = re.compile(r"\+?\d(?:[\s().\-–—/]{0,3}\d){5,18}")
_MOMENT: Final = re.compile(  # days and times are nobody's number
    r"(?<!\d)(?<!\d[./-])(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?|"
    r"(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])(?:[./](?:19|20)\d\d)?|"
    r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)(?![./-]\d)"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_SENTENCE_ENDS: Final = frozenset('.!?…\n:;«"“(')
_CARD: Final = 16
_IIN: Final = 12
_SHORT_PHONE: Final = 6
_ABBREVIATION: Final = 4  # letters
_NAME: Final = 2  # letters of the shortest name
# Ends that names have and ordinary words hardly ever, in both languages; folded.
_NAME_ENDS: Final = re.compile(
    r"(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ский|ская|ұлы|қызы|улы|кызы|ович|овна|евич|евна|бек|бай|гүл|хан|жан)"
    r"(?:а|у|ом|ой|ым|ы|е|ның|нің|дың|дің|тың|тің|ға|ге|қа|ке|ды|ді|ты|ті|ны|ні)?$"
)
_PATRONYMIC: Final = re.compile(r"(?:ұлы|қызы|улы|кызы|ович|овна|евич|евна)\w{0,3}$")


class MarkKind(StrEnum):
    """What a piece of text looks like."""

    PHONE = "phone"
    IIN = "iin"
    CARD = "card"
    EMAIL = "email"
    NUMBER = "number"  # of a document, an account, a flat: long enough to name somebody
    KNOWN_NAME = "known_name"  # it stands in the appeal, and not among what may leave
    NAME_LIKE = "name_like"


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[begins:ends]` looks like data of a third party."""

    kind: MarkKind
    begins: int
    ends: int
    text: str


def marks(text: str, withheld: Iterable[str] = (), allowed: Iterable[str] = ()) -> tuple[Mark, ...]:
    """All marks, in their order, none inside another.

    `withheld`: names and words of the appeal that may not leave; `allowed`: such that may (they are not
    marked as names).
    """
    found = [*_contacts(text), *_names(text, words_of(withheld), words_of(allowed))]
    found.sort(key=lambda mark: (mark.begins, -mark.ends))
    kept: list[Mark] = []
    for mark in found:
        if not kept or mark.begins >= kept[-1].ends:
            kept.append(mark)
    return tuple(kept)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Folded words of names, each by itself: how people are called in free text."""
    return frozenset(
        folded(word[0]) for text in texts for word in _WORD.finditer(text) if len(word[0]) >= _NAME
    )


def folded(word: str) -> str:
    """Small letters, Latin look-alikes of Kazakh text as the Cyrillic ones they stand for, ё as е."""
    return word.casefold().translate(_LOOK_ALIKES)


_LOOK_ALIKES: Final = str.maketrans("iіaeocpxyhёүұқғңөә", "ііаеосрхуһеуукгнөә") | str.maketrans(
    {"ү": "у", "ұ": "у", "қ": "к", "ғ": "г", "ң": "н", "ө": "о", "ә": "а"}
)


def _contacts(text: str) -> Iterator[Mark]:
    for match in _EMAIL.finditer(text):
        yield Mark(MarkKind.EMAIL, *match.span(), match[0])
    for match in _DIGITS.finditer(_MOMENT.sub(lambda one: "x" * len(one[0]), text)):
        yield Mark(_number_kind(match[0]), *match.span(), match[0])


def _number_kind(text: str) -> MarkKind:
    digits = re.sub(r"\D", "", text)
    if len(digits) == _IIN and is_iin(digits):
        return MarkKind.IIN
    if len(digits) == _CARD and _is_card(digits):
        return MarkKind.CARD
    if (
        text.startswith("+")
        or (len(digits) == 11 and digits[0] in "78")
        or (len(digits) == 10 and digits[0] == "7")
    ):
        return MarkKind.PHONE
    return MarkKind.PHONE if len(digits) == _SHORT_PHONE and re.search(r"\D", text) else MarkKind.NUMBER


def is_iin(digits: str) -> bool:
    """Whether twelve digits are an individual's or a company's number: a date and the check digit."""
    checked = check_digit([int(digit) for digit in digits[:11]])
    return 1 <= int(digits[2:4]) <= 12 and checked == int(digits[11])


def _is_card(digits: str) -> bool:
    try:
        luhn.validate(digits)
    except ValidationError:
        return False
    return True


def _names(text: str, withheld: frozenset[str], allowed: frozenset[str]) -> Iterator[Mark]:
    for match in _WORD.finditer(text):
        word = folded(match[0])
        if len(match[0]) < _NAME or _is_one_of(word, allowed):
            continue
        if _is_one_of(word, withheld):
            yield Mark(MarkKind.KNOWN_NAME, *match.span(), match[0])
        elif _looks_like_a_name(text, match):
            yield Mark(MarkKind.NAME_LIKE, *match.span(), match[0])


def _looks_like_a_name(text: str, word: re.Match[str]) -> bool:
    """Capitals in mid-sentence; at its beginning, or all in capitals, only with what else names have."""
    if not word[0][0].isupper():
        return False
    small = word[0].casefold()
    if word[0].isupper():
        return len(small) > _ABBREVIATION and bool(_NAME_ENDS.search(small))
    if not _begins_sentence(text, word.start()):
        return True
    behind = _WORD.match(text, word.end() + 1)
    return bool(_PATRONYMIC.search(small)) or (behind is not None and behind[0][0].isupper())


def _is_one_of(word: str, names: frozenset[str]) -> bool:
    """By its stem: both languages put endings onto names."""
    return word in names or any(
        len(name) > _NAME and word.startswith(name[: max(3, len(name) - 1)]) and len(word) <= len(name) + 5
        for name in names
    )


def _begins_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \t–—-")
    return not before or before[-1] in _SENTENCE_ENDS
