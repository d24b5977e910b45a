"""Chain, statements and the rows of sealed recordings compared: each fault named, nothing else accused."""

import json
from collections.abc import AsyncIterator

from recordings.chain import merkle
from recordings.chain.entry import START, ChainEntry, Kind
from recordings.chain.statement import Statement, faults, heads
from recordings.hash_chain import Link, Walk, digest
from recordings.sealing.sealed import Sealed


async def chain_faults(
    links: AsyncIterator[Link[ChainEntry]], statements: list[Statement], public_key: bytes
) -> AsyncIterator[str]:
    """One line a fault, of statements and chain; the roots are computed anew."""
    wrong = list(faults(statements, public_key))
    for line in wrong:
        yield line
    accused = {int(line.split(":")[0].split()[1]) for line in wrong}
    sound = [one for one in statements if one.seq not in accused]
    for one in sound:
        if one.last_seq < one.first_seq and _root(one) != merkle.EMPTY.hex():
            yield f"statement {one.seq}: its root is not the chain's"
    walk: Walk[ChainEntry] = Walk(START, heads(sound, "chain"))
    # One that states no new entry ends where the one before it ends, and has no leaves.
    by_last = {one.last_seq: one for one in sound if one.last_seq >= one.first_seq}
    leaves: list[bytes] = []
    async for link in links:
        for fault in walk.read(link):
            yield fault.line("chain")
        leaves.append(merkle.leaf(bytes.fromhex(link.hash)) if _is_hash(link.hash) else b"")
        found = by_last.get(link.seq)
        if found is not None:
            size = found.last_seq - found.first_seq + 1
            if not walk.touched(found.first_seq, found.last_seq) and (
                merkle.root(leaves[-size:]).hex() != _root(found)
            ):
                yield f"statement {found.seq}: its root is not the chain's"
            leaves.clear()
    for fault in walk.end():
        yield fault.line("chain")


def row_fault(row: Sealed | None, link: Link[ChainEntry]) -> str | None:
    """A sealed recording's row beside its entry in the chain."""
    if link.entry.kind != Kind.SEALED or digest(link.seq, link.previous, link.entry) != link.hash:
        return None  # another kind, or accused already
    if row is None:
        return f"sealed row {link.entry.subject}: missing"
    facts = json.loads(link.entry.facts)
    stated = tuple(facts.get(name) for name in ("call_id", "audio_sha256", "sealed_sha256", "frames", "size"))
    said = (row.call_id, row.audio_sha256, row.sealed_sha256, row.frames, row.size)
    at = row.sealed_at.isoformat(timespec="microseconds")
    named = row.path.endswith(f"/{link.entry.subject}.sealed") and at == link.entry.at
    if stated != said or not named or row.seq != link.seq or tuple(facts.get("marks", ())) != row.marks:
        return f"sealed row {link.entry.subject}: changed"
    return None


def _root(one: Statement) -> object:
    facts = one.facts()["chain"]
    assert isinstance(facts, dict)
    return facts["root"]


def _is_hash(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32
    except ValueError:
        return False
