"""Bytes of the channel event log cut into records, whatever stands in a caller's name."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Inside quotes a quote is doubled, so a line that starts like this can only be a record's first.
FIRST_LINE: Final = re.compile(rb'"[A-Z0-9_]+","')
LONGEST: Final = 1_000_000  # bytes; nothing Asterisk writes comes near


@dataclass(slots=True)
class Records:
    """Feed bytes, get records with the place each began; `broken` counts the torn ones skipped."""

    offset: int = 0  # where the held record, or the next byte to be fed, begins in the file
    broken: int = 0
    _held: bytes = b""  # a record not yet complete: lines joined while quotes are odd
    _tail: bytes = b""  # a line not yet complete

    def feed(self, data: bytes) -> Iterator[tuple[int, list[str]]]:
        """Complete records as (offset of the first byte, fields); the rest waits for more."""
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            if self._held and FIRST_LINE.match(line):
                self._skip()
            self._held += line + b"\n"
            if self._held.count(b'"') % 2 == 0:
                fields = _fields(self._held)
                start = self.offset
                if fields:
                    self._advance()
                    yield start, fields
                else:
                    self._skip()
        if len(self._held) + len(self._tail) > LONGEST:
            self._held, self._tail = self._held + self._tail, b""
            self._skip()

    def _skip(self) -> None:
        self.broken += 1
        self._advance()

    def _advance(self) -> None:
        self.offset += len(self._held)
        self._held = b""


def _fields(record: bytes) -> list[str]:
    # CP1251 and other odd bytes become U+FFFD, as Asterisk does with those of SIP headers.
    text = record[:-1].decode("utf-8", "replace")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []
