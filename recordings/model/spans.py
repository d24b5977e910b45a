"""Pieces of a recording in time: how much they are together, and what lies between them."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

APART = 1.0  # seconds by which a recording may differ from its conversation, or two pieces lie apart

Span = tuple[datetime, datetime]  # from, until


def merged(pieces: Iterable[Span]) -> list[Span]:
    """The same without overlaps, in order."""
    found: list[Span] = []
    for begin, end in sorted(pieces):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def seconds(pieces: Iterable[Span]) -> float:
    """The sum of the pieces, what they share counted once."""
    return sum((end - begin).total_seconds() for begin, end in merged(pieces))


def holes(pieces: Iterable[Span]) -> list[Span]:
    """What lies between two pieces, where it is longer than a second."""
    return [
        (before, after)
        for (_, before), (after, _) in pairwise(merged(pieces))
        if (after - before).total_seconds() > APART
    ]
