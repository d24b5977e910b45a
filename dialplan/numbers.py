"""Our own numbers, in every spelling in which an operator delivers them: pure."""

import re
from collections.abc import Iterable
from typing import Final

from dialplan import limits

_NATIONAL: Final = re.compile(r"\+7(\d{10})")


def spellings(numbers: Iterable[str]) -> tuple[str, ...]:
    """What a trunk may dial for these: each as it is written, one with `+` also without it.

    Of a whole number of the country (`+7` and ten digits) also `8` and the ten digits, and these alone. URI
    parameters (phone-context, npdi, cpc, rn) are cut off by Asterisk before it looks.
    """
    found: dict[str, None] = {}
    for number in numbers:
        found[number] = None
        found[number.removeprefix("+")] = None
        if national := _NATIONAL.fullmatch(number):
            found |= dict.fromkeys((f"8{national[1]}", national[1]))
    return tuple(found)


def printable() -> tuple[str, ...]:
    """Patterns of the dialplan: any one word of printable ASCII letters, one pattern for each length.

    Not `_!` nor `_.`: they would take in line breaks, which Asterisk writes into manager events as they are.
    """
    return tuple("_" + "[!-~]" * length for length in range(1, limits.DIALLED + 1))
