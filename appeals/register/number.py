"""Registration number of an appeal: made, read out in groups, read back from what people type; pure (A12).

Nine digits: two of the year, six running, one check digit (Damm), which finds every single wrong digit and
every swap of two neighbours.
"""

import unicodedata
from typing import Final

from stdnum import damm

from config.told import told

LENGTH: Final = 9
MOST_IN_A_YEAR: Final = 999_999
_BETWEEN: Final = frozenset(" \t-._/\u00a0\u2007\u202f\u2010\u2011\u2012\u2013\u2014\u2212")
_LABELS: Final = ("№", "no", "nr", "n", "#")


class WrongNumber(ValueError):
    """The text is no registration number; the message says what to do."""


class MisheardNumber(WrongNumber):
    """Nine digits, and the check says that one is wrong or two are swapped."""


class NumbersUsedUp(Exception):
    """A year has no number left."""


def number_of(year: int, running: int) -> str:
    """`running` from 1. Raises NumbersUsedUp."""
    if not 1 <= running <= MOST_IN_A_YEAR:
        raise NumbersUsedUp(told("the year {year} has no registration number left", year=year))
    digits = f"{year % 100:02d}{running:06d}"
    return digits + damm.calc_check_digit(digits)


def in_groups(number: str) -> str:
    """As it is written and read out: 26 000 417 5."""
    return " ".join((number[:2], number[2:5], number[5:8], number[8:]))


def read_number(text: str) -> str:
    """The nine digits a person typed, whatever stands between them. Raises WrongNumber."""
    clean = "".join(map(_plain, text)).strip().lower()
    for label in _LABELS:
        if clean.startswith(label):
            clean = clean[len(label) :].lstrip(" .:")
            break
    digits = "".join(sign for sign in clean if sign not in _BETWEEN)
    if not (digits.isascii() and digits.isdigit()):
        raise WrongNumber(told("a registration number has nine digits and nothing else: 26 000 417 5"))
    if len(digits) != LENGTH:
        raise WrongNumber(
            told("a registration number has nine digits, this one has {count}: ask again", count=len(digits))
        )
    if not damm.is_valid(digits):
        raise MisheardNumber(
            told("this number was misheard or mistyped: a digit is wrong or two are swapped; ask again")
        )
    return digits


def _plain(sign: str) -> str:
    if unicodedata.category(sign) == "Cf":  # marks of direction, zero-width spaces: pasted along
        return ""
    return str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign
