"""How a caller's number is shown to those who have given no reason to see it (A5)."""

_SHOWN = 2  # last digits: enough to tell two waiting callers apart, far too few to dial


def mask(number: str | None) -> str | None:
    """`+77000000001` becomes `+*********01`; None (withheld) stays None.

    Only digits at the very end are shown, and only of something as long as a number; letters, quotes or
    control characters from a garbled caller id never come through. At most 16 characters.
    """
    if number is None:
        return None
    plus = "+" if number.startswith("+") else ""
    rest = number[len(plus) :][-15:]
    tail = rest[-_SHOWN:]
    if len(rest) < 7 or not (tail.isascii() and tail.isdigit()):
        return plus + "*" * len(rest)
    return plus + "*" * (len(rest) - _SHOWN) + tail
