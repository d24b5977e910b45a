"""Verification of chain, statements and sealed rows: each fault named, nothing else accused; pure."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from recordings.chain import merkle
from recordings.chain.entry import ChainEntry, ChainEntryKind
from recordings.model.hash_chain import ChainVerifier, Link, digest
from recordings.model.sealed import Sealed
from recordings.model.statement import Statement
from recordings.model.timestamps import hash_text


async def chain_faults(
    links: AsyncIterator[Link[ChainEntry]], sound: Sequence[Statement], walk: ChainVerifier[ChainEntry]
) -> AsyncIterator[str]:
    """One line a fault of the chain, held against statements that we signed; the roots are computed anew.

    `walk`: new, with the heads of `sound`; it knows afterwards which entries were accused.
    """
    for one in sound:
        if one.last_seq < one.first_seq and _root(one) != merkle.EMPTY.hex():
            yield f"statement {one.seq}: its root is not the chain's"
    # One that states no new entry ends where the one before it ends, and has no leaves.
    by_last: dict[int, list[Statement]] = {}
    for one in sound:
        if one.last_seq >= one.first_seq:
            by_last.setdefault(one.last_seq, []).append(one)
    leaves: list[bytes] = []
    async for link in links:
        for fault in walk.read(link):
            yield fault.line("chain")
        leaves.append(merkle.leaf(bytes.fromhex(link.hash)) if _is_hash(link.hash) else b"")
        for one in by_last.get(link.seq, ()):
            size = one.last_seq - one.first_seq + 1
            if not walk.touched(one.first_seq, one.last_seq) and (
                merkle.root(leaves[-size:]).hex() != _root(one)
            ):
                yield f"statement {one.seq}: its root is not the chain's"
        if link.seq in by_last:
            leaves.clear()
    for fault in walk.end():
        yield fault.line("chain")


def row_fault(row: Sealed | None, link: Link[ChainEntry]) -> str | None:
    """A sealed recording's row beside its entry in the chain, that of sealing or that of destruction."""
    if digest(link.seq, link.previous, link.entry) != link.hash:
        return None  # accused already
    if link.entry.kind == ChainEntryKind.DESTROYED:
        return _destroyed_fault(row, link.entry)
    if link.entry.kind != ChainEntryKind.SEALED:
        return None
    if row is None:
        return f"sealed row {link.entry.subject}: missing"
    facts = json.loads(link.entry.facts)
    stated = tuple(facts.get(name) for name in ("call_id", "audio_sha256", "sealed_sha256", "frames", "size"))
    said = (row.call_id, row.audio_sha256, row.sealed_sha256, row.frames, row.size)
    at = hash_text(row.sealed_at)
    named = row.path.endswith(f"/{link.entry.subject}.sealed") and at == link.entry.at
    if stated != said or not named or row.seq != link.seq or tuple(facts.get("marks", ())) != row.marks:
        return f"sealed row {link.entry.subject}: changed"
    return None


def _destroyed_fault(row: Sealed | None, entry: ChainEntry) -> str | None:
    """(A row that has its key still, or is not there, is told beside its sealing.)"""
    if row is None or row.wrapped_key is not None:
        return None
    began = datetime.fromisoformat(entry.at)
    if row.destroyed_at is not None and began <= row.destroyed_at <= max(began, datetime.now(UTC)):
        return None
    return f"sealed row {row.recording_id}: does not say when it was destroyed as the chain does"


def _root(one: Statement) -> object:
    facts = one.facts()["chain"]
    assert isinstance(facts, dict)
    return facts["root"]


def _is_hash(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32
    except (ValueError, TypeError):
        return False
