"""Verification of all evidence in one walk through the chain; edge."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.told import told
from console.identity.tables import EVERY
from engine.evidence.services import EvidenceServices
from engine.evidence.verify_rows import RowCounts, row_faults
from engine.evidence.verify_sealed import sealed_faults
from recordings.chain.entry import START, ChainEntry, ChainEntryKind
from recordings.chain.statement_copies import FILE_MISSING, CopyComparison, compare
from recordings.chain.statement_files import read_folder
from recordings.chain.store import links
from recordings.chain.verification import chain_faults, row_fault
from recordings.model.hash_chain import ChainVerifier, Link
from recordings.model.sealed import Sealed
from recordings.model.statement import heads
from recordings.privacy.keyring import KeyMissing, WrongKey
from recordings.sealing.service import RecordingAltered

_AT_ONCE = 500


@dataclass(slots=True)
class VerifiedCounts:
    """How much was looked at."""

    entries: int = 0
    statements: int = 0
    files: int = 0
    rows: RowCounts = field(default_factory=RowCounts)


async def all_faults(
    evidence: EvidenceServices,
    key: bytes | None,
    deep: bool,
    checked: VerifiedCounts,
    progress: Callable[[int], object],
    copies: Sequence[Path] = (),
) -> AsyncIterator[str]:
    """One line a fault. `key` None: the one at hand. Raises KeyMissing when there is none, OSError.

    `copies`: folders of statements that were kept elsewhere.
    """
    compared = await stated(evidence, key, copies)
    checked.statements = len(compared.sound)
    for line in compared.lines:
        yield line
    waiting: list[Link[ChainEntry]] = []
    lines: list[str] = []

    async def watched() -> AsyncIterator[Link[ChainEntry]]:
        async for link in links(evidence.database):
            checked.entries += 1
            progress(checked.entries)
            if link.entry.kind in (ChainEntryKind.SEALED, ChainEntryKind.DESTROYED):
                waiting.append(link)
            yield link
            if len(waiting) >= _AT_ONCE:
                lines.extend([line async for line in _rows(evidence, waiting, deep, checked, progress)])
                waiting.clear()

    walk: ChainVerifier[ChainEntry] = ChainVerifier(START, heads(compared.sound, "chain"))
    async for line in chain_faults(watched(), compared.sound, walk):
        yield line
    lines.extend([line async for line in _rows(evidence, waiting, deep, checked, progress)])
    for line in lines:
        yield line
    async for line in sealed_faults(evidence, walk):
        yield line
    async for line in _bound_rows(evidence, compared, checked.rows, progress):
        yield line


async def _bound_rows(
    evidence: EvidenceServices,
    compared: CopyComparison,
    counted: RowCounts,
    progress: Callable[[int], object],
) -> AsyncIterator[str]:
    numbers = evidence.keys.numbers()
    if not numbers.rows_key:
        raise KeyMissing(told("rows.key is missing: put it back from its safe copy; see: ivr111 doctor"))
    async for line in row_faults(evidence.database, numbers, EVERY, compared.sound, counted, progress):
        yield line


async def stated(
    evidence: EvidenceServices, key: bytes | None, copies: Sequence[Path] = ()
) -> CopyComparison:
    """Statements as rows, as this home's files and as `copies` kept elsewhere. Raises KeyMissing, OSError."""
    public = key or evidence.keys.public()
    elsewhere = [file for folder in copies for file in await asyncio.to_thread(read_folder, folder)]
    once = await evidence.statements.once_made()
    for last in (False, True):
        # Files before rows: one made meanwhile is then a row whose file comes in a moment.
        own = await asyncio.to_thread(read_folder, evidence.settings.statements_dir)
        rows = await evidence.statements.all()
        compared = compare(rows, own, elsewhere, public)
        if last or not any(line.endswith(FILE_MISSING) for line in compared.lines):
            break
        await asyncio.sleep(1)
    highest = max((one.seq for one in [*rows, *compared.sound]), default=0)
    compared.lines.extend(f"statement {seq}: missing" for seq in sorted(once) if seq > highest)
    return compared


async def _rows(
    evidence: EvidenceServices,
    entries: list[Link[ChainEntry]],
    deep: bool,
    checked: VerifiedCounts,
    progress: Callable[[int], object],
) -> AsyncIterator[str]:
    rows, unreadable = await _readable(evidence, [str(link.entry.subject) for link in entries])
    for name in unreadable:
        yield f"sealed row {name}: changed, and cannot be read"
    for link in entries:
        if link.entry.subject in unreadable:
            continue
        row = rows.get(link.entry.subject)
        fault = row_fault(row, link)
        if fault:
            yield fault
        sealed = link.entry.kind == ChainEntryKind.SEALED
        if deep and sealed and row is not None and (row.destroyed_at is None and row.wrapped_key is not None):
            checked.files += 1
            progress(checked.entries)
            if line := await asyncio.to_thread(_file, evidence, row, fault is not None):
                yield line


async def _readable(evidence: EvidenceServices, names: list[str]) -> tuple[dict[str, Sealed], list[str]]:
    """Rows by name, and the names of those that no column of their types can hold."""
    try:
        return await evidence.sealed.of(names), []
    except (ValueError, TypeError, AttributeError):
        found: dict[str, Sealed] = {}
        unreadable: list[str] = []
        for name in dict.fromkeys(names):
            try:
                found |= await evidence.sealed.of([name])
            except (ValueError, TypeError, AttributeError):
                unreadable.append(name)
        return found, unreadable


def _file(evidence: EvidenceServices, row: Sealed, accused: bool) -> str | None:
    try:
        evidence.sealed.check(row)
    except RecordingAltered as why:
        return None if accused and why.other_audio else str(why)
    except (KeyMissing, WrongKey) as why:
        return f"sealed file {row.recording_id}: {why}"
    except FileNotFoundError:
        return f"sealed file {row.recording_id}: missing"
    except OSError as why:
        return f"sealed file {row.recording_id}: {why.strerror}"
    return None
