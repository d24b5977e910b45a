"""Bytes of the channel event log cut into records, whatever stands in a caller's name."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Inside quotes a quote is doubled, so these bytes can only be a record's first: kind and time.
FIRST: Final = re.compile(rb'"[A-Z0-9_]+","[0-9]+\.[0-9]{6}",')
LONGEST: Final = 1_000_000  # bytes; nothing Asterisk writes comes near


@dataclass(slots=True)
class CelRecords:
    """Feed bytes, get records with the place each began; `broken` counts the torn ones skipped."""

    offset: int = 0  # where the held record, or the next byte to be fed, begins in the file
    broken: int = 0
    _held: bytes = b""  # a record not yet complete: lines joined while quotes are odd
    _tail: bytes = b""  # a line not yet complete

    def feed(self, data: bytes) -> Iterator[tuple[int, list[str]]]:
        """Complete records as (offset of the first byte, fields); the rest waits for more."""
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            self._held += line + b"\n"
            starts = [first.start() for first in FIRST.finditer(self._held)]
            if starts and starts[-1] > 0:
                self._skip(starts[-1])  # a crash or a full disk tore what stood before
            if self._held.count(b'"') % 2 == 0:
                start, fields = self.offset, _fields(self._held)
                if fields:
                    self._advance(len(self._held))
                    yield start, fields
                else:
                    self._skip(len(self._held))
        if len(self._held) + len(self._tail) > LONGEST:
            self._held, self._tail = self._held + self._tail, b""
            self._skip(len(self._held))

    def _skip(self, length: int) -> None:
        self.broken += 1
        self._advance(length)

    def _advance(self, length: int) -> None:
        self.offset += length
        self._held = self._held[length:]


def _fields(record: bytes) -> list[str]:
    # CP1251 and other odd bytes become U+FFFD, as Asterisk does with those of SIP headers.
    text = record[:-1].decode("utf-8", "replace")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []
