"""Chain, statements and the rows of sealed recordings compared: each fault named, nothing else accused."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator

from recordings.chain import merkle
from recordings.chain.entry import START, ChainEntry, Kind
from recordings.chain.statement import Statement, faults, heads
from recordings.hash_chain import Fault, Head, Link, digest
from recordings.sealing.sealed import Sealed


class ChainReader:
    """Takes the links in order and gives the faults of the chain itself; holds one link."""

    def __init__(self, known: Iterable[Head]) -> None:
        self._known = {head.seq: head.hash for head in known}
        self._seq, self._before = START.seq, START.hash
        self.hashes: dict[int, str] = {}

    def read(self, link: Link[ChainEntry]) -> Iterator[Fault]:
        """The faults that show at this link."""
        yield from (Fault(gone, "missing") for gone in range(self._seq + 1, link.seq))
        true = digest(link.seq, link.previous, link.entry)
        kept = self._known.pop(link.seq, true)
        if true != link.hash:
            yield Fault(link.seq, "changed")
        elif kept != true or (link.seq == self._seq + 1 and self._before not in ("", link.previous)):
            yield Fault(link.seq, "relinked")
        self._seq, self._before = link.seq, link.hash if true == link.hash else ""

    def end(self) -> Iterator[Fault]:
        """What statements vouch for and is not there."""
        yield from (Fault(seq, "cut") for seq in sorted(self._known) if seq > self._seq)


async def chain_faults(
    links: AsyncIterator[Link[ChainEntry]], statements: list[Statement], public_key: bytes
) -> AsyncIterator[str]:
    """One line a fault, of statements and chain; the roots are computed anew."""
    wrong = list(faults(statements, public_key))
    for line in wrong:
        yield line
    accused = {int(line.split(":")[0].split()[1]) for line in wrong}
    sound = [one for one in statements if one.seq not in accused]
    reader = ChainReader(heads(sound, "chain"))
    bad: set[int] = set()
    by_last = {one.last_seq: one for one in sound}
    leaves: list[bytes] = []
    async for link in links:
        for fault in reader.read(link):
            bad.add(fault.seq)
            yield f"chain row {fault.seq}: {fault.what}"
        leaves.append(merkle.leaf(bytes.fromhex(link.hash)) if _is_hash(link.hash) else b"")
        one = by_last.get(link.seq)
        if one is not None:
            facts = one.facts()["chain"]
            assert isinstance(facts, dict)
            size = one.last_seq - one.first_seq + 1
            touched = any(one.first_seq <= seq <= one.last_seq for seq in bad)
            if not touched and merkle.root(leaves[-size:]).hex() != facts["root"]:
                yield f"statement {one.seq}: its root is not the chain's"
            leaves.clear()
    for fault in reader.end():
        yield f"chain row {fault.seq}: {fault.what}"


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


def _is_hash(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32
    except ValueError:
        return False
