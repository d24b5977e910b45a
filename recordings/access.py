"""The access log: who heard, saw or took what, and why, each entry bound to the one before (A5, A18)."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

GENESIS = hashlib.sha256(b"ivr111 access log").hexdigest()  # stands before the first entry


class Action(StrEnum):
    """What was done with what the line keeps of people."""

    SEARCHED = "searched"
    LISTENED = "listened"
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"
    UNMASKED = "unmasked"
    READ_LOG = "read_log"
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    CHANGED = "changed"


REASON_NEEDED = frozenset({Action.LISTENED, Action.DOWNLOADED, Action.EXPORTED, Action.UNMASKED})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the system user, and the person and role that the settings give them."""

    person: str
    role: str
    system_user: str


@dataclass(frozen=True, slots=True)
class Access:
    """One act as it stands in the log; made by `act`, read back even where somebody altered it.

    `at` is text (UTC, ISO 8601, microseconds), so that what is hashed is what is stored, to the byte.
    """

    entry_id: str
    at: str
    person: str
    role: str
    system_user: str
    action: str
    subject: str
    reason: str


class ReasonMissing(ValueError):
    """This action is not allowed without saying why."""


def act(
    entry_id: str,
    at: datetime,
    who: Actor,
    action: Action,
    subject: str,
    reason: str = "",
) -> Access:
    """An entry to be written before the act is allowed; ReasonMissing where one is required.

    `entry_id`: a UUID made once per act, so that a repeated report stays single.
    `subject`: call id, recording id, or a search as text with numbers masked.
    """
    if action in REASON_NEEDED and not reason.strip():
        raise ReasonMissing(f"a reason is required: {action}")
    if at.tzinfo is None:
        raise ValueError("a time without its zone is not logged")
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return Access(entry_id, moment, who.person, who.role, who.system_user, action.value, subject, reason)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its place: `seq` from 1 without gaps, `hash` over all of it and `previous`."""

    seq: int
    previous: str
    hash: str
    access: Access


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at some moment; signed and kept elsewhere, it proves that nothing was cut off."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the log was altered: `what` is changed, moved, missing, relinked or cut."""

    seq: int
    what: str


def digest(seq: int, previous: str, access: Access) -> str:
    """SHA-256 (hex) of an entry: a JSON list, so that no field can flow into its neighbour."""
    fields = [seq, previous, access.entry_id, access.at, access.person, access.role]
    fields += [access.system_user, access.action, access.subject, access.reason]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def chain(head: Head, entries: Iterable[Access]) -> Iterator[Link]:
    """The links for `entries`, in order, after `head`."""
    seq, previous = head.seq, head.hash
    for access in entries:
        seq += 1
        link = Link(seq, previous, digest(seq, previous, access), access)
        yield link
        previous = link.hash


START = Head(0, GENESIS)


def verify(links: Iterable[Link], heads: Iterable[Head] = ()) -> Iterator[Fault]:
    """Every altered place, each named once, with nothing else accused; `links` in order of seq.

    `heads` are ends known from elsewhere: with them a cut-off tail or a chain made anew is found too.
    """
    expected = {head.seq: head.hash for head in heads}
    seq, before = 0, GENESIS
    altered: list[Link] = []
    for link in links:
        for gone in range(seq + 1, link.seq):
            yield Fault(gone, "missing")
        true = digest(link.seq, link.previous, link.access)
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


def _changed_or_moved(altered: list[Link]) -> Iterator[Fault]:
    """A swapped entry is whole, only in another's place."""
    places = [link.seq for link in altered]
    for link in altered:
        moved = any(digest(seq, link.previous, link.access) == link.hash for seq in places)
        yield Fault(link.seq, "moved" if moved else "changed")
