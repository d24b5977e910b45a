"""Near numbers, a slip of the pen apart: one digit wrong, missing, too many, or two swapped; pure (C6)."""

from recordings.privacy.phone_number import NotAPhoneNumber, forms, index_form


def asked_for(text: str) -> frozenset[str]:
    """The forms a letter's number may have, also of what cannot be one; empty without a digit."""
    try:
        return frozenset(forms(text))
    except NotAPhoneNumber:
        digits = "".join(filter(str.isdigit, text))
        # With a digit missing or too many: as our numbers begin, 8 or 7 or nothing before them.
        ours = {f"+7{digits[1:]}", f"+7{digits}"} if digits[:1] in ("7", "8") else set()
        return frozenset({index_form(text), digits, *ours} - {""})


def sent(text: str) -> frozenset[str]:
    """The form of a number as it came with a call; empty without a digit."""
    return frozenset({index_form(text)} - {""})


def one_slip(one: str, other: str) -> bool:
    """Whether the two differ, and by one digit only; signs are no digits."""
    short, long = sorted(("".join(filter(str.isdigit, text)) for text in (one, other)), key=len)
    if short == long or len(long) - len(short) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]


def near(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether numbers, each in its forms, are not the same and are a slip apart."""
    return not one & other and any(one_slip(a, b) for a in one for b in other)


def slips(number: str) -> frozenset[str]:
    """Every number a slip of the pen from one in E.164, with its plus: some 240."""
    digits = number.removeprefix("+")
    ten = "0123456789"
    cut = [(digits[:at], digits[at:]) for at in range(len(digits) + 1)]
    wrong = {a + one + b[1:] for a, b in cut if b for one in ten}
    missing = {a + one + b for a, b in cut for one in ten}
    twice = {a + b[1:] for a, b in cut if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cut if len(b) > 1}
    return frozenset("+" + one for one in (wrong | missing | twice | swapped) - {digits})
