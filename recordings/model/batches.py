"""Batches of keys: a database takes only so many in one question; pure."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

MOST = 500  # keys in one question


def batches(items: Sequence[T], most: int = MOST) -> Iterator[Sequence[T]]:
    """All of `items` in order, at most `most` at a time; none of no items."""
    return (items[start : start + most] for start in range(0, len(items), most))
