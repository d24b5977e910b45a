"""Verification of sealed rows and files against the chain: what was sealed, what was let go; edge."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import or_, select

from config.database import read_connection
from engine.evidence.services import EvidenceServices
from recordings.chain.entry import ChainEntry, ChainEntryKind
from recordings.model.evidence_tables import chain, sealed
from recordings.model.hash_chain import ChainVerifier

_AT_ONCE = 500
_YOUNG = 60.0  # seconds: its entry may be on its way


async def sealed_faults(evidence: EvidenceServices, walk: ChainVerifier[ChainEntry]) -> AsyncIterator[str]:
    """One line a fault; what hangs on an entry that `walk` accused is not accused again."""
    after = -(2**31)
    while True:
        gone = or_(sealed.c.destroyed_at.is_not(None), sealed.c.wrapped_key.is_(None))
        query = select(sealed.c.recording_id, sealed.c.seq, gone.label("gone"))
        async with read_connection(evidence.database) as connection:
            part = query.where(sealed.c.seq > after).order_by(sealed.c.seq).limit(_AT_ONCE)
            rows = (await connection.execute(part)).all()
            ids = [row.recording_id for row in rows]
            said = select(chain.c.subject, chain.c.kind, chain.c.seq).where(chain.c.subject.in_(ids))
            known = {(one.subject, one.kind): one.seq for one in (await connection.execute(said)).all()}
        for row in rows:
            name = f"sealed row {row.recording_id}"
            if walk.touched(row.seq, row.seq):
                continue
            if known.get((row.recording_id, ChainEntryKind.SEALED)) != row.seq:
                yield f"{name}: has no entry in the chain"
            if row.gone and (row.recording_id, ChainEntryKind.DESTROYED) not in known and not walk.faulty:
                yield f"{name}: its key is gone, and the chain says nothing of it"
            if not row.gone and (row.recording_id, ChainEntryKind.DESTROYED) in known:
                yield f"{name}: was destroyed, and its row says otherwise"
        if len(rows) < _AT_ONCE:
            break
        after = rows[-1].seq
    async for line in _files(evidence, walk):
        yield line


async def _files(evidence: EvidenceServices, walk: ChainVerifier[ChainEntry]) -> AsyncIterator[str]:
    files = evidence.settings.sealed.rglob("*.sealed")
    while part := await asyncio.to_thread(_next, files):
        ids = [path.stem for path in part]
        async with read_connection(evidence.database) as connection:
            entries = select(chain.c.subject).where(
                chain.c.subject.in_(ids), chain.c.kind == ChainEntryKind.SEALED.value
            )
            entered = set((await connection.execute(entries)).scalars())
            rows = select(sealed.c.recording_id).where(sealed.c.recording_id.in_(ids))
            rowed = set((await connection.execute(rows)).scalars())  # told by their row
        for path in part:
            if path.stem not in entered and path.stem not in rowed and not _coming(evidence, path):
                yield f"sealed file {path.stem}: has no entry in the chain"


def _next(files: Iterator[Path]) -> list[Path]:
    return list(islice(files, _AT_ONCE))


def _coming(evidence: EvidenceServices, path: Path) -> bool:
    """Just written, its raw sound still there: the sealer enters it in a moment, or seals it again."""
    try:
        young = datetime.now(UTC).timestamp() - path.stat().st_mtime < _YOUNG
    except OSError:
        return True  # gone again
    return young and any(evidence.settings.audio.glob(f"*/{path.stem}*"))
