"""Checks of what is typed into a field: one tidy form of it, or the code why it is unfit; pure (A11).

Unfit never means lost: the draft keeps what was typed, and a person sees what is wrong with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from appeals.form.form import FieldType, Form, FormField
from config.told import N_, LocalizedText, told
from recordings.privacy.phone_number import NotAPhoneNumber, NumberFault, read_number


class UnfitCode(StrEnum):
    """Why a text does not fit its field."""

    UNKNOWN_FIELD = "unknown_field"
    TOO_LONG = "too_long"
    NO_TEXT = "no_text"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    NOT_TWELVE_DIGITS = "not_twelve_digits"
    CHECK_DIGIT = "check_digit"
    IIN_DATE = "iin_date"
    BIN_KIND = "bin_kind"
    PHONE_SEVERAL = "phone_several"
    PHONE_UNFIT = "phone_unfit"
    EMAIL_UNFIT = "email_unfit"
    TOPIC_UNKNOWN = "topic_unknown"
    REASON_UNFIT = "reason_unfit"


SENTENCES: Final[Mapping[UnfitCode, str]] = {
    UnfitCode.UNKNOWN_FIELD: N_("the form has no field {field}"),
    UnfitCode.TOO_LONG: N_("too long: {count:,} letters, at most {most:,}"),
    UnfitCode.NO_TEXT: N_("this holds signs that are no text: write it anew"),
    UnfitCode.NOT_A_CHOICE: N_("choose one of: {choices}"),
    UnfitCode.NOT_A_NUMBER: N_("write a whole number, in digits"),
    UnfitCode.OUT_OF_RANGE: N_("write a number from {least} to {greatest}"),
    UnfitCode.NOT_TWELVE_DIGITS: N_("this number has twelve digits; {count} are written"),
    UnfitCode.CHECK_DIGIT: N_("a digit is wrong, or two are swapped: ask for the number once more"),
    UnfitCode.IIN_DATE: N_("this is no IIN: it does not begin with a date of birth"),
    UnfitCode.BIN_KIND: N_("this is no BIN: it may be a person's number (IIN)"),
    UnfitCode.PHONE_SEVERAL: N_("this is more than one phone number: write one, the others into the text"),
    UnfitCode.PHONE_UNFIT: N_(
        "this is no phone number: write it with its code, for instance +7 701 000 00 01"
    ),
    UnfitCode.EMAIL_UNFIT: N_("this is no e-mail address: write it as name@example.kz"),
    UnfitCode.TOPIC_UNKNOWN: N_("directions are numbered from 1 to 13"),
    UnfitCode.REASON_UNFIT: N_("a reason is written as direction and number, for instance 4.02"),
}
DIRECTIONS: Final = tuple(str(number) for number in range(1, 14))  # of clause 10 (A22)
_REASON = re.compile(r"(?:[1-9]|1[0-3])\.[0-9]{2}", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}"
)
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]"
)  # of the signs below a blank, tab and line stay


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a text does not fit, as a code and what its sentence needs."""

    code: UnfitCode
    fields: Mapping[str, object] = field(default_factory=dict)

    def told(self) -> LocalizedText:
        """The sentence, in the language of who reads it."""
        return told(SENTENCES[self.code], **self.fields)


def tidy(form: Form, field_id: str, text: str) -> str:
    """The one form in which a fitting text is kept: a phone number in E.164, an IIN without blanks.

    A text that does not fit comes back as it was, its ends trimmed. Raises KeyError for an unknown field.
    """
    clean = text.strip()
    match form.fields[field_id].type:
        case FieldType.IIN | FieldType.BIN:
            bare = re.sub(r"[\s-]", "", clean)
            return bare if bare.isascii() and bare.isdecimal() else clean
        case FieldType.PHONE:
            try:
                return read_number(clean) if clean else ""
            except NotAPhoneNumber:
                return clean
        case FieldType.NUMBER:
            return str(int(clean)) if _is_number(clean) else clean
        case FieldType.LONG_TEXT:
            return clean.replace("\r\n", "\n").replace("\r", "\n")
        case _:
            return clean


def check(form: Form, field_id: str, text: str) -> Unfit | None:
    """Why `text` does not fit the field, None where it does; an empty one always fits.

    Whether a reason or a body exists is known by their own rooms.
    """
    if field_id not in form.fields:
        return Unfit(UnfitCode.UNKNOWN_FIELD, {"field": field_id})
    one, clean = form.fields[field_id], tidy(form, field_id, text)
    if not clean:
        return None
    lines = one.type is FieldType.LONG_TEXT
    if _NO_TEXT.search(clean) or (not lines and len(clean.splitlines()) > 1):
        return Unfit(UnfitCode.NO_TEXT)
    if len(clean) > one.most:
        return Unfit(UnfitCode.TOO_LONG, {"count": len(clean), "most": one.most})
    return CHECKS[one.type](one, clean)


def _fits(_: FormField, __: str) -> Unfit | None:
    return None


def _choice(one: FormField, text: str) -> Unfit | None:
    ids = tuple(choice.id for choice in one.choices)
    return None if text in ids else Unfit(UnfitCode.NOT_A_CHOICE, {"choices": ", ".join(ids)})


def _number(one: FormField, text: str) -> Unfit | None:
    if not _is_number(text):
        return Unfit(UnfitCode.NOT_A_NUMBER)
    if not one.least <= int(text) <= one.greatest:
        return Unfit(UnfitCode.OUT_OF_RANGE, {"least": one.least, "greatest": one.greatest})
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def _iin(_: FormField, text: str) -> Unfit | None:
    return _twelve_digits(text) or (None if _born(text) else Unfit(UnfitCode.IIN_DATE))


def _bin(_: FormField, text: str) -> Unfit | None:
    fits = text[2:4] <= "12" and text[2:4] != "00" and text[4:5] in tuple("456")
    return _twelve_digits(text) or (None if fits else Unfit(UnfitCode.BIN_KIND))


def _twelve_digits(text: str) -> Unfit | None:
    digits = [int(sign) for sign in text if sign.isascii() and sign.isdecimal()]
    if len(digits) != len(text) or len(digits) != 12:
        return Unfit(UnfitCode.NOT_TWELVE_DIGITS, {"count": len(digits)})
    return None if check_digit(digits[:11]) == digits[11] else Unfit(UnfitCode.CHECK_DIGIT)


def check_digit(digits: list[int]) -> int | None:
    """The twelfth digit of an IIN or BIN for its first eleven; None where no number has these.

    Weights 1 to 11, and once more from 3 where the remainder by 11 is ten.
    """
    for shift in (0, 2):
        remainder = sum((place + shift) % 11 * digit + digit for place, digit in enumerate(digits)) % 11
        if remainder < 10:
            return remainder
    return None


def _born(iin: str) -> bool:
    """Whether it begins with a day that exists; the seventh digit tells the century, 0 nothing."""
    century = int(iin[6])
    if century > 6:
        return False
    years = [1800 + 100 * ((century - 1) // 2)] if century else [1900, 2000]
    return any(_is_date(year + int(iin[:2]), int(iin[2:4]), int(iin[4:6])) for year in years)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _phone(_: FormField, text: str) -> Unfit | None:
    try:
        read_number(text)
    except NotAPhoneNumber as why:
        several = why.reason is NumberFault.SEVERAL
        return Unfit(UnfitCode.PHONE_SEVERAL if several else UnfitCode.PHONE_UNFIT)
    return None


def _email(_: FormField, text: str) -> Unfit | None:
    local = text.partition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return None if _EMAIL.fullmatch(text) and not dots else Unfit(UnfitCode.EMAIL_UNFIT)


def _topic(_: FormField, text: str) -> Unfit | None:
    return None if text in DIRECTIONS else Unfit(UnfitCode.TOPIC_UNKNOWN)


def _reason(_: FormField, text: str) -> Unfit | None:
    return None if _REASON.fullmatch(text) else Unfit(UnfitCode.REASON_UNFIT)


CHECKS: Final[Mapping[FieldType, Callable[[FormField, str], Unfit | None]]] = {
    FieldType.CHOICE: _choice,
    FieldType.YES_NO: _choice,
    FieldType.REGION: _choice,
    FieldType.TEXT: _fits,
    FieldType.LONG_TEXT: _fits,
    FieldType.BODY: _fits,
    FieldType.NUMBER: _number,
    FieldType.IIN: _iin,
    FieldType.BIN: _bin,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.TOPIC: _topic,
    FieldType.REASON: _reason,
}
