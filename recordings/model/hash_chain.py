"""Entries bound each to the one before it: an altered, moved, missing or cut-off one is found and named."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class ChainedEntry(Protocol):
    """What can stand in a chain."""

    def fields(self) -> tuple[str, ...]:
        """All that is hashed, exactly as it is stored."""
        ...


E = TypeVar("E", bound=ChainedEntry)

_json = json.JSONEncoder(separators=(",", ":"), default=repr).encode  # json.dumps makes one for each entry
_ONE_BY_ONE = 20  # missing places in a row; more are told as one fault
_ALTERED = 300  # held to see whether they were moved: each is tried in each other's place


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
class ChainFault:
    """A place where a chain was altered: `what` is changed, moved, missing, relinked or cut.

    `last`: of a long run of places, which is told as one fault; 0 for a single place.
    """

    seq: int
    what: str
    last: int = 0

    def line(self, name: str) -> str:
        """As a person reads it; `name` is the chain's, e.g. "access log"."""
        where = f"rows {self.seq} to {self.last}" if self.last else f"row {self.seq}"
        return f"{name} {where}: {self.what}"


def beginning(name: str) -> Head:
    """What stands before the first entry of the chain called `name`."""
    return Head(0, hashlib.sha256(name.encode()).hexdigest())


def digest(seq: int, previous: str, entry: ChainedEntry) -> str:
    """SHA-256 (hex) of an entry: a JSON list, so that no field can flow into its neighbour.

    What another hand put there that is no text is hashed all the same, and then is not what was hashed.
    """
    fields = [seq, previous, *entry.fields()]
    return hashlib.sha256(_json(fields).encode()).hexdigest()


def chain(head: Head, entries: Iterable[E]) -> Iterator[Link[E]]:
    """The links for `entries`, in order, after `head`."""
    seq, previous = head.seq, head.hash
    for entry in entries:
        seq += 1
        link = Link(seq, previous, digest(seq, previous, entry), entry)
        yield link
        previous = link.hash


class ChainVerifier(Generic[E]):
    """Reads a chain link by link and names every altered place, each once, with nothing else accused.

    `begin`: what the first link follows; links come in order of seq. `heads` are ends known from elsewhere:
    with them a cut-off tail or a chain made anew is found too. However long the chain, one link is held, and
    those that were altered.
    """

    def __init__(self, begin: Head, heads: Iterable[Head] = ()) -> None:
        self._seq, self._before = begin.seq, begin.hash
        self._known: dict[int, set[str]] = {}  # two that were signed for one place cannot both be true
        for head in heads:
            self._known.setdefault(head.seq, set()).add(head.hash)
        self._altered: list[Link[E]] = []
        self._bad: list[tuple[int, int]] = []

    def read(self, link: Link[E]) -> Iterator[ChainFault]:
        """What is missing before it, and whether it was relinked; what was altered is told at the end."""
        yield from self._gone(self._seq + 1, link.seq - 1)
        true = digest(link.seq, link.previous, link.entry)
        kept = self._known.pop(link.seq, None)
        if true != link.hash:
            self._bad.append((link.seq, link.seq))
            if len(self._altered) < _ALTERED:
                self._altered.append(link)
            else:  # nobody reads so many lines to learn which were moved
                yield ChainFault(link.seq, "changed")
        elif (kept is not None and kept != {true}) or (
            link.seq == self._seq + 1 and self._before not in ("", link.previous)
        ):
            self._bad.append((link.seq, link.seq))
            yield ChainFault(link.seq, "relinked")
        # What the next entry must follow is unknown after an altered one, which is accused already.
        self._seq, self._before = link.seq, (link.hash if true == link.hash else "")

    def end(self) -> Iterator[ChainFault]:
        """What was changed or moved, and what is vouched for and not there."""
        yield from _changed_or_moved(self._altered)
        cut = sorted(place for place in self._known if place > self._seq)
        if cut:
            self._bad.append((self._seq + 1, cut[-1]))
        yield from (ChainFault(place, "cut") for place in cut)

    def accuse(self, seq: int) -> None:
        """The place read last has a fault that only its reader can see."""
        if not self.touched(seq, seq):
            self._bad.append((seq, seq))

    @property
    def faulty(self) -> bool:
        """Whether any fault was found."""
        return bool(self._bad)

    def touched(self, first: int, last: int) -> bool:
        """Whether a fault was found from `first` to `last`."""
        at = bisect_right(self._bad, (last, last)) - 1  # places are found in order, none twice
        return at >= 0 and self._bad[at][1] >= first

    def _gone(self, first: int, last: int) -> Iterator[ChainFault]:
        if last < first:
            return
        self._bad.append((first, last))
        if last - first < _ONE_BY_ONE:
            yield from (ChainFault(seq, "missing") for seq in range(first, last + 1))
        else:
            yield ChainFault(first, "missing", last)


def _changed_or_moved(altered: list[Link[E]]) -> Iterator[ChainFault]:
    """A swapped entry is whole, only in another's place."""
    places = [link.seq for link in altered]
    for link in altered:
        moved = any(digest(seq, link.previous, link.entry) == link.hash for seq in places)
        yield ChainFault(link.seq, "moved" if moved else "changed")
