"""One person's number however it is written: by an operator's trunk, or in an authority's letter (C6, A19).

A number is kept in the form E.164 (+77010000001). What the trunk sent is never refused; what a person writes
is, when it cannot be one number or can be two: a wrong "not found" is worse than a question.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from config.told import N_

_LONGEST = 15  # digits, E.164
_NATIONAL = 10  # digits of a number of +7 behind it
_WORD_ENDS = r"(?![^\W\d_])"  # "доб12" too
_NAME = (  # (NFKC makes "No" of "№")
    r"(?:тел(?:ефон(?:а|ы|ный)?)?|т|моб(?:ильный)?|сот(?:овый|ка)?|номері?|абонент(?:ский)?|ұялы|нөмір[іи]?|"
    r"байланыс|tel(?:ephone)?|phone|mobile|mob|no|nr|whatsapp|ватсап|вотсап|telegram|телеграм)" + _WORD_ENDS
)
_LABEL = re.compile(rf"^(?:{_NAME}[\s.:]*)+", re.IGNORECASE)
_LABEL_BEHIND = re.compile(rf"\s*\(\s*(?:{_NAME}[\s.:]*)+\)$", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[\s,;(./]*(?:;?ext=|\b(?:доб(?:авочный)?|доп(?:олнительный)?|вн(?:утр(?:енний)?)?|ішкі?|қос(?:ымша)?|"
    rf"ext(?:ension)?){_WORD_ENDS}[\s.:]*(?:(?:номері?|нөмір[іи]?|no|nr){_WORD_ENDS})?|[xхX#])"
    r"[\s.:#=(]*\d{1,5}\s*\)*\s*$",  # more digits can be a second number
    re.IGNORECASE,
)
_TRUNK_ZERO = re.compile(r"^((?:\+|00)[\d\s]+)\(\s*0\s*\)")  # +49 (0) 151…: dialled at home only
_URI = re.compile(r"^<?(?:tel|sips?|callto):", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;\n\r&|]|\b(?:и|или|және|не|немесе|and|or)\b", re.IGNORECASE)
_AROUND = " \t\r\n.,;:'\"«»“”„`"  # pasted along with a number
_LETTER_O = re.compile("[OoОо]")  # Latin and Cyrillic, typed for a zero
# Besides digits, what is written between the digits of one number.
_FILLING = frozenset(" \t-.()/~_'\u2212\u2010\u2011\u2012\u2013\u2014\u2015\u00b7")


class NumberFault(StrEnum):
    """Why a text is not one phone number."""

    NO_DIGITS = "no_digits"
    LETTERS = "letters"  # or signs that no number holds
    SEVERAL = "several"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    IMPOSSIBLE = "impossible"  # no country has such a number
    AMBIGUOUS = "ambiguous"  # a number of two countries, written without + and the country's code


SENTENCES = {
    NumberFault.NO_DIGITS: N_("the phone number has no digit in it: write it as the letter does"),
    NumberFault.LETTERS: N_(
        "the phone number holds letters or signs that are no part of a number: write the number alone"
    ),
    NumberFault.SEVERAL: N_(
        "this is more than one phone number: write one, and register another demand for each other"
    ),
    NumberFault.TOO_SHORT: N_(
        "the phone number is too short to be one: compare it with the letter, digit by digit, "
        "and write it with the area code, for instance 8 727 250 00 01"
    ),
    NumberFault.TOO_LONG: N_(
        "the phone number is too long to be one: look for a digit written twice, or for a second number"
    ),
    NumberFault.IMPOSSIBLE: N_(
        "no such phone number can exist: compare it with the letter, digit by digit; "
        "write a foreign one with + and the country's code"
    ),
    NumberFault.AMBIGUOUS: N_(
        "this can be a number of two countries: write it with + and the country's code, "
        "for instance +7 495 000 00 01 or +49 50 0000001"
    ),
}


class NotAPhoneNumber(ValueError):
    """The text cannot be one phone number; `reason` says why, the message what to do."""

    def __init__(self, reason: NumberFault) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Written:
    """What stands in a text: its digits, whether a plus leads them, what speaks against one number."""

    digits: str
    plus: bool
    problem: NumberFault | None


@lru_cache(maxsize=2048)  # the board asks for every waiting caller each second
def index_form(text: str) -> str:
    """The form a number is indexed in; never refuses. "" for a text without a digit.

    8 701…, +7 701…, 701…: +7701…; 998 90…, 00 998 90…, 8 10 998 90…: +99890….
    What is no public number keeps its digits.
    """
    written = _read(text)
    found = _readings(written.digits, written.plus)
    return found[0] if found else written.digits


def read_number(text: str) -> str:
    """The one number a person wrote, in E.164. Raises NotAPhoneNumber (C6, A19).

    An extension ("доб. 12") is left away, a letter O stands for a zero.
    """
    written = _read(text)
    if written.problem is not None and not (written.problem is NumberFault.LETTERS and not written.digits):
        raise NotAPhoneNumber(written.problem)
    digits, plus = written.digits, written.plus
    if not digits:
        raise NotAPhoneNumber(NumberFault.NO_DIGITS)
    found = _readings(digits, plus)
    if not found:
        raise NotAPhoneNumber(NumberFault.SEVERAL if "/" in text else _why_not(digits, plus))
    if not plus and len(digits) <= _NATIONAL:
        _refuse_doubtful(digits, found)
    return found[0]


def forms(text: str) -> tuple[str, ...]:
    """Every form in which calls of this number may be indexed, the likeliest first. Raises NotAPhoneNumber.

    An operator sends a number with a plus or without, with 8 or as the nation writes it; read alone, some of
    these look like another country's number, or like none.
    """
    first = read_number(text)
    written = _read(text)
    readings = dict.fromkeys((first, *_readings(written.digits, written.plus)))
    return tuple(dict.fromkeys(form for one in readings for form in (one, *map(index_form, _as_sent(one)))))


def _as_sent(number: str) -> tuple[str, ...]:
    """How a trunk may have sent a number of E.164."""
    digits = number[1:]
    sent = (digits, "00" + digits, "810" + digits)
    return (*sent, "8" + digits[1:], digits[1:]) if digits.startswith("7") else sent


def _read(text: str) -> _Written:
    clean = "".join(_plain(sign) for sign in unicodedata.normalize("NFKC", text)).strip(_AROUND)
    if _URI.match(clean):
        clean = _URI.sub("", clean).split("@")[0].rstrip(">")
        clean = re.sub(r";(?!ext=).*", "", clean, flags=re.IGNORECASE)
    clean = _LABEL_BEHIND.sub("", _EXTENSION.sub("", _LABEL.sub("", clean))) or clean
    clean = _TRUNK_ZERO.sub(r"\1", clean)
    digits_alone = _digits(_LETTER_O.sub("0", clean))
    pieces = [piece for piece in _BETWEEN.split(clean) if _digits(piece)]
    several = len(pieces) > 1 or clean.count("+") > 1
    if any(ch.isalpha() for ch in clean):
        if not any(ch.isalpha() for ch in _LETTER_O.sub("0", clean)) and _digits(clean):
            clean = _LETTER_O.sub("0", clean)
        else:
            digits = _digits(clean)
            fault = NumberFault.SEVERAL if several else NumberFault.LETTERS
            return _Written(digits, clean.startswith("+"), fault)
    digits = _digits(clean)
    problem = None
    if several or _two_glued(digits):
        problem = NumberFault.SEVERAL
    elif set(clean) - _FILLING - set("+0123456789") or not _plus_leads(clean):
        problem = NumberFault.LETTERS
    return _Written(digits_alone if problem is None else digits, "+" in clean, problem)


def _plain(sign: str) -> str:
    if unicodedata.category(sign) == "Cf":  # marks of direction, zero-width spaces: pasted along
        return ""
    if unicodedata.category(sign) == "Nd":
        return str(unicodedata.digit(sign))
    return " " if sign in "\u00a0\u2007\u202f" else sign


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch.isascii() and ch.isdigit())


def _plus_leads(clean: str) -> bool:
    return "+" not in clean or not _digits(clean.partition("+")[0])


def _two_glued(digits: str) -> bool:
    """Two numbers in one field, with nothing or only a blank between them."""
    if len(digits) <= _LONGEST:
        return False
    return any(
        _readings(digits[:at], False) and _readings(digits[at:], False) for at in range(9, len(digits) - 8)
    )


def _readings(digits: str, plus: bool) -> list[str]:
    """The numbers these digits can be, the likeliest first; those in use before those only possible."""
    candidates = _with_plus(digits) if plus else _without_plus(digits)
    known = [number for number, _ in candidates if _valid(number)]
    possible = [number for number, surely in candidates if not surely and _possible(number)]
    return list(dict.fromkeys((*known, *possible)))


# A candidate's second value: whether it counts only when libphonenumber knows the range it is in.


def _with_plus(digits: str) -> list[tuple[str, bool]]:
    found = [("+" + digits, False)]
    if digits.startswith("00"):
        found = [("+" + digits[2:], False)]
    elif digits.startswith("810"):
        found.append(("+" + digits[3:], True))
    elif digits.startswith("8") and len(digits) == _NATIONAL + 1:  # +8 701…: the prefix 8 under a plus
        found.append(("+7" + digits[1:], False))
    return [*found, *_both_prefixes(digits)]


def _both_prefixes(digits: str) -> list[tuple[str, bool]]:
    """+7 8 701…: the country's code and the prefix 8 as well."""
    return [("+7" + digits[2:], False)] if digits.startswith("78") and len(digits) == _NATIONAL + 2 else []


def _without_plus(digits: str) -> list[tuple[str, bool]]:
    length = len(digits)
    if digits.startswith("00"):
        return [("+" + digits[2:], False)]
    found = _both_prefixes(digits)
    if digits.startswith("810") and length > _NATIONAL + 1:  # the way out of the country
        found.append(("+" + digits[3:], False))
    if length == _NATIONAL + 1 and digits[0] in "78":
        found.append(("+7" + digits[1:], False))
    if length == _NATIONAL and (digits[0] == "7" or digits.startswith("800")):
        found.append(("+7" + digits, False))
    elif length == _NATIONAL and digits[0] in "3469":
        found.append(("+7" + digits, True))
    # A satellite's 87… without plus is far rarer than a digit too many in 8 7…; from +800… nobody calls.
    if _NATIONAL <= length <= _LONGEST and digits[0] not in "07" and not digits.startswith(("87", "800")):
        # Whole numbers abroad have twelve digits and more, but so has one of ours with a digit too many.
        found.append(("+" + digits, length < _NATIONAL + 2 or digits.startswith("8")))
    return found


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None


def _as_written(number: str) -> phonenumbers.PhoneNumber | None:
    """What the library took digit for digit, prefixes and zeros left where they are."""
    parsed = _parsed(number)
    if parsed is None or phonenumbers.format_number(parsed, PhoneNumberFormat.E164) != number:
        return None
    return parsed


def _valid(number: str) -> bool:
    parsed = _as_written(number)
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def _possible(number: str) -> bool:
    if number.startswith("+7"):  # of one length, and no area begins with 0, 1 or 2
        return len(number) == _NATIONAL + 2 and number[2] in "3456789"
    parsed = _as_written(number)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def _why_not(digits: str, plus: bool) -> NumberFault:
    if len(digits) > _LONGEST:
        return NumberFault.TOO_LONG
    if digits.startswith("7") or (not plus and digits.startswith("8")):
        return _beside(len(digits), _NATIONAL + 1)
    if not plus:
        short = len(digits) < _NATIONAL and not digits.startswith("0")
        return NumberFault.TOO_SHORT if short else NumberFault.IMPOSSIBLE
    parsed = _parsed("+" + digits)
    result = phonenumbers.is_possible_number_with_reason(parsed) if parsed else None
    if result in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return NumberFault.TOO_SHORT
    return NumberFault.TOO_LONG if result == ValidationResult.TOO_LONG else NumberFault.IMPOSSIBLE


def _beside(length: int, whole: int) -> NumberFault:
    if length == whole:
        return NumberFault.IMPOSSIBLE
    return NumberFault.TOO_SHORT if length < whole else NumberFault.TOO_LONG


def _refuse_doubtful(digits: str, found: list[str]) -> None:
    """Ten digits and fewer without a plus: a number whose last digit is missing can look like another one."""
    if digits[0] == "8" and not digits.startswith("800"):  # 8 and nine digits
        raise NotAPhoneNumber(NumberFault.TOO_SHORT)
    if digits.startswith("77") and not _valid(found[0]):  # 7 7… and eight more
        raise NotAPhoneNumber(NumberFault.TOO_SHORT)
    if len(found) > 1:
        raise NotAPhoneNumber(NumberFault.AMBIGUOUS)
