"""Personal data made unreadable, in one place (A5): a number keeps two digits, all else nothing; pure."""

import re

SHOWN = 2  # last digits: enough to tell two waiting callers apart, far too few to dial
_LETTER = re.compile(r"[^\W\d_]")


def masked(value: object) -> object:
    """For logs and the board, short: `***01`; a name or anything else is `***`; nothing stays nothing."""
    if value is None or value == "":
        return value
    text = str(value)
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= 5 and not _LETTER.search(text):
        return f"***{digits[-SHOWN:]}"
    return "***"


def masked_number(number: str | None) -> str | None:
    """For lists of calls, its length kept: `+77000000001` becomes `+*********01`; None (withheld) stays None.

    Only digits at the very end are shown, and only of something as long as a number; letters, quotes or
    control characters from a garbled caller id never come through. At most 16 characters.
    """
    if number is None:
        return None
    plus = "+" if number.startswith("+") else ""
    rest = number[len(plus) :][-15:]
    tail = rest[-SHOWN:]
    if len(rest) < 7 or not (tail.isascii() and tail.isdigit()):
        return plus + "*" * len(rest)
    return plus + "*" * (len(rest) - SHOWN) + tail
