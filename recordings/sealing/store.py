"""Store of sealed recordings: found, written with their chain entry in one transaction; edge."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import read_connection
from recordings.chain.entry import ChainEntry
from recordings.chain.store import append
from recordings.model.batches import batches
from recordings.model.entries import PLAYABLE
from recordings.model.evidence_tables import sealed as table
from recordings.model.sealed import Sealed
from recordings.model.tables import recordings, segments
from recordings.privacy.keyring import Wrapped

_PLAYABLE = [state.value for state in PLAYABLE]


@dataclass(frozen=True, slots=True)
class AwaitingSeal:
    """A recording that was checked and is not sealed yet; files relative to the audio folder."""

    recording_id: str
    call_id: str
    stereo_file: str
    seconds: float
    checks: tuple[str, ...]
    started_at: datetime | None
    ended_at: datetime | None
    checked_at: datetime | None
    size: int  # bytes of the legs when they were joined


async def waiting(database: AsyncEngine, limit: int) -> list[AwaitingSeal]:
    """Oldest first."""
    done = exists().where(table.c.recording_id == recordings.c.id)
    query = (
        select(recordings)
        .where(recordings.c.state.in_(_PLAYABLE), recordings.c.stereo_file.is_not(None), ~done)
        .order_by(recordings.c.checked_at, recordings.c.id)
        .limit(limit)
    )
    async with read_connection(database) as connection:
        rows = (await connection.execute(query)).all()
    return [
        AwaitingSeal(
            row.id,
            row.call_id,
            row.stereo_file,
            row.seconds or 0.0,
            tuple(row.checks.split()),
            row.started_at,
            row.ended_at,
            row.checked_at,
            row.size,
        )
        for row in rows
    ]


async def count_waiting(database: AsyncEngine) -> tuple[int, datetime | None]:
    """How many wait, and since when the oldest was checked."""
    done = exists().where(table.c.recording_id == recordings.c.id)
    query = select(func.count(), func.min(recordings.c.checked_at)).where(
        recordings.c.state.in_(_PLAYABLE), recordings.c.stereo_file.is_not(None), ~done
    )
    async with read_connection(database) as connection:
        count, oldest = (await connection.execute(query)).one()
    return count, oldest


async def write(database: AsyncEngine, row: Sealed, entry: ChainEntry) -> Sealed | None:
    """Row and chain entry together or neither; None when it is sealed already. `row.seq` is set here."""
    async with database.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("LOCK TABLE chain IN EXCLUSIVE MODE")
        known = select(table.c.recording_id).where(table.c.recording_id == row.recording_id)
        if (await connection.execute(known)).first() is not None:
            return None
        [link] = await append(connection, [entry])
        values = {**asdict(row), "marks": " ".join(row.marks), "seq": link.seq}
        await connection.execute(insert(table), [values])
    return Sealed(**{**asdict(row), "seq": link.seq})


async def of(database: AsyncEngine, recording_ids: Sequence[str]) -> list[Sealed]:
    """The rows of these recordings."""
    return await _rows(database, table.c.recording_id, recording_ids)


async def of_calls(database: AsyncEngine, call_ids: Sequence[str]) -> list[Sealed]:
    """The rows of these calls."""
    return await _rows(database, table.c.call_id, call_ids)


async def files_of(database: AsyncEngine, recording_id: str) -> list[str]:
    """The raw legs a recording was joined from, relative to the audio folder."""
    query = select(segments.c.caller_file, segments.c.consultant_file).where(
        segments.c.recording_id == recording_id
    )
    async with read_connection(database) as connection:
        rows = (await connection.execute(query)).all()
    return [name for row in rows for name in row if name]


async def wrapped_otherwise(database: AsyncEngine, key_id: int, limit: int) -> list[Sealed]:
    """Rows whose key another master key than `key_id` wraps."""
    query = select(table).where(table.c.key_id != key_id, table.c.wrapped_key.is_not(None)).limit(limit)
    async with read_connection(database) as connection:
        return [sealed_of(row) for row in (await connection.execute(query)).all()]


async def rewrap(database: AsyncEngine, new: Sequence[tuple[Sealed, Wrapped]]) -> None:
    """Exchange wrapped keys, in one transaction; a row changed meanwhile stays as it is."""
    async with database.begin() as connection:
        for row, wrapped in new:
            await connection.execute(
                update(table)
                .where(table.c.recording_id == row.recording_id, table.c.wrapped_key == row.wrapped_key)
                .values(key_id=wrapped.key_id, wrapped_key=wrapped.text)
            )


async def forget(connection: AsyncConnection, recording_id: str, at: datetime) -> None:
    """The key goes; what was sealed can never be opened again."""
    await connection.execute(
        update(table).where(table.c.recording_id == recording_id).values(wrapped_key=None, destroyed_at=at)
    )


async def _rows(database: AsyncEngine, column: Any, ids: Sequence[str]) -> list[Sealed]:
    found: list[Sealed] = []
    async with read_connection(database) as connection:
        for part in batches(ids):
            query = select(table).where(column.in_(part)).order_by(table.c.seq)
            found += [sealed_of(row) for row in (await connection.execute(query)).all()]
    return found


def sealed_of(row: Row[Any]) -> Sealed:
    """A row of `sealed` as a value."""
    values = {field.name: getattr(row, field.name) for field in fields(Sealed)}
    return Sealed(**{**values, "path": str(row.path), "marks": tuple(row.marks.split())})


def wrapped_of(row: Sealed) -> Wrapped:
    """The row's wrapped key, which a destroyed one has no more."""
    return Wrapped(row.key_id, row.wrapped_key or "")


async def places_of(database: AsyncEngine, recording_id: str) -> dict[str, float]:
    """Where each leg should lie in the joined file, in seconds; by name, relative to the audio folder."""
    query = (
        select(
            segments.c.caller_file,
            segments.c.consultant_file,
            segments.c.started_at,
            recordings.c.started_at.label("begun_at"),
        )
        .join(recordings, recordings.c.id == segments.c.recording_id)
        .where(segments.c.recording_id == recording_id)
    )
    found: dict[str, float] = {}
    async with read_connection(database) as connection:
        for row in (await connection.execute(query)).all():
            if row.started_at and row.begun_at:
                at = (row.started_at - row.begun_at).total_seconds()
                found |= {name: at for name in (row.caller_file, row.consultant_file) if name}
    return found


async def checks_of(database: AsyncEngine, recording_id: str) -> tuple[str, ...]:
    """The words of the recording's row."""
    query = select(recordings.c.checks).where(recordings.c.id == recording_id)
    async with read_connection(database) as connection:
        found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return tuple((found or "").split())


async def joined(database: AsyncEngine, recording_id: str) -> tuple[str, int] | None:
    """Where the joined file lay or lies, and the bytes of the legs it was joined from."""
    query = select(recordings.c.stereo_file, recordings.c.size).where(recordings.c.id == recording_id)
    async with read_connection(database) as connection:
        found = (await connection.execute(query)).first()
    return None if found is None or found.stereo_file is None else (found.stereo_file, found.size)
