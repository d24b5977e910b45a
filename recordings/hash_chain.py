"""Entries bound each to the one before it: an altered, moved, missing or cut-off one is found and named."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Chained(Protocol):
    """What can stand in a chain."""

    def fields(self) -> tuple[str, ...]:
        """All that is hashed, exactly as it is stored."""
        ...


E = TypeVar("E", bound=Chained)


@dataclass(frozen=True, slots=True)
class Link(Generic[E]):
    """An entry in its place: `seq` from 1 without gaps, `hash` over all of it and `previous`."""

    seq: int
    previous: str
    hash: str
    entry: E


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain at some moment; signed and kept elsewhere, it proves that nothing was cut off."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where a chain was altered: `what` is changed, moved, missing, relinked or cut."""

    seq: int
    what: str


def beginning(name: str) -> Head:
    """What stands before the first entry of the chain called `name`."""
    return Head(0, hashlib.sha256(name.encode()).hexdigest())


def digest(seq: int, previous: str, entry: Chained) -> str:
    """SHA-256 (hex) of an entry: a JSON list, so that no field can flow into its neighbour."""
    fields = [seq, previous, *entry.fields()]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def chain(head: Head, entries: Iterable[E]) -> Iterator[Link[E]]:
    """The links for `entries`, in order, after `head`."""
    seq, previous = head.seq, head.hash
    for entry in entries:
        seq += 1
        link = Link(seq, previous, digest(seq, previous, entry), entry)
        yield link
        previous = link.hash


def verify(begin: Head, links: Iterable[Link[E]], heads: Iterable[Head] = ()) -> Iterator[Fault]:
    """Every altered place, each named once, with nothing else accused; `links` in order of seq.

    `begin`: what the first link follows. `heads` are ends known from elsewhere: with them a cut-off tail
    or a chain made anew is found too.
    """
    expected = {head.seq: head.hash for head in heads}
    seq, before = begin.seq, begin.hash
    altered: list[Link[E]] = []
    for link in links:
        for gone in range(seq + 1, link.seq):
            yield Fault(gone, "missing")
        true = digest(link.seq, link.previous, link.entry)
        kept = expected.pop(link.seq, true)
        if true != link.hash:
            altered.append(link)
        elif kept != true or (link.seq == seq + 1 and before not in ("", link.previous)):
            yield Fault(link.seq, "relinked")
        # What the next entry must follow is unknown after an altered one, which is accused already.
        seq, before = link.seq, (link.hash if true == link.hash else "")
    yield from _changed_or_moved(altered)
    for cut in sorted(place for place in expected if place > seq):
        yield Fault(cut, "cut")


def _changed_or_moved(altered: list[Link[E]]) -> Iterator[Fault]:
    """A swapped entry is whole, only in another's place."""
    places = [link.seq for link in altered]
    for link in altered:
        moved = any(digest(seq, link.previous, link.entry) == link.hash for seq in places)
        yield Fault(link.seq, "moved" if moved else "changed")
