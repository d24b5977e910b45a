"""The consultants' and supervisors' sections of pjsip.conf, exchanged while all else stays: pure."""

import re
from collections.abc import Iterator
from typing import Final

PERSON: Final = re.compile(r"\[([cs][0-9]{2,6})\]")  # as accounts.ID
_SECTION: Final = re.compile(r"(?m)^(?=\[)")


def with_accounts_of(present: str, fresh: str) -> str:
    """`present` with the people of `fresh`; the file as it is when they are the same.

    What else differs (a setting that counts from the next start) would reach an Asterisk that starts anew
    in mid-run, beside processes that still have the old one.
    """
    if list(_people(present)) == list(_people(fresh)):
        return present
    kept = [part for part in _SECTION.split(present) if not PERSON.match(part)]
    return "".join((kept[0].rstrip("\n"), "\n", *(f"\n{part}" for part in _people(fresh)), "\n", *kept[1:]))


def _people(text: str) -> Iterator[str]:
    """Each section without the comments that belong to the next."""
    for part in _SECTION.split(text):
        if PERSON.match(part):
            lines = [line for line in part.splitlines() if line and not line.startswith(";")]
            yield "\n".join(lines) + "\n"
