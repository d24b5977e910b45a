"""Numbers a slip of the pen apart: one digit wrong, missing or too many, or two neighbours swapped (C6)."""

from recordings.numbers import one_form


def spelled(text: str) -> frozenset[str]:
    """The forms that a number as written may have; its bare digits where it cannot be one number."""
    return frozenset({one_form(text)} - {""})


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
