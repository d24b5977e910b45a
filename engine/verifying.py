"""Everything of the evidence checked in one walk through the chain."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from engine.evidence import Evidence
from recordings.chain.entry import ChainEntry, Kind
from recordings.chain.store import links
from recordings.chain.verifying import chain_faults, row_fault
from recordings.hash_chain import Link
from recordings.keys import KeyMissing, WrongKey
from recordings.sealing.sealed import Sealed
from recordings.sealing.service import Altered

_AT_ONCE = 500


@dataclass(slots=True)
class Checked:
    """How much was looked at."""

    entries: int = 0
    statements: int = 0
    files: int = 0


async def all_faults(
    evidence: Evidence, key: bytes | None, deep: bool, checked: Checked, progress: Callable[[int], object]
) -> AsyncIterator[str]:
    """One line a fault. `key` None: the one at hand. Raises KeyMissing when there is none."""
    statements = await evidence.statements.all()
    checked.statements = len(statements)
    waiting: list[Link[ChainEntry]] = []
    lines: list[str] = []

    async def watched() -> AsyncIterator[Link[ChainEntry]]:
        async for link in links(evidence.database):
            checked.entries += 1
            progress(checked.entries)
            if link.entry.kind == Kind.SEALED:
                waiting.append(link)
            yield link
            if len(waiting) >= _AT_ONCE:
                lines.extend([line async for line in _rows(evidence, waiting, deep, checked, progress)])
                waiting.clear()

    async for line in chain_faults(watched(), statements, key or evidence.keys.public()):
        yield line
    lines.extend([line async for line in _rows(evidence, waiting, deep, checked, progress)])
    for line in lines:
        yield line


async def _rows(
    evidence: Evidence,
    entries: list[Link[ChainEntry]],
    deep: bool,
    checked: Checked,
    progress: Callable[[int], object],
) -> AsyncIterator[str]:
    rows = await evidence.sealed.of([link.entry.subject for link in entries])
    for link in entries:
        row = rows.get(link.entry.subject)
        fault = row_fault(row, link)
        if fault:
            yield fault
        if deep and row is not None and row.destroyed_at is None:
            checked.files += 1
            progress(checked.entries)
            if line := await asyncio.to_thread(_file, evidence, row, fault is not None):
                yield line


def _file(evidence: Evidence, row: Sealed, accused: bool) -> str | None:
    try:
        evidence.sealed.check(row)
    except Altered as why:
        return None if accused and "not what was sealed" in str(why) else str(why)
    except (KeyMissing, WrongKey) as why:
        return f"sealed file {row.recording_id}: {why}"
    except FileNotFoundError:
        return f"sealed file {row.recording_id}: missing"
    except OSError as why:
        return f"sealed file {row.recording_id}: {why.strerror}"
    return None
