"""What retention reads and writes: candidates in parts, holds, the destruction of one thing at a time."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import reading
from recordings.access import Actor
from recordings.chain.entry import Kind, entry
from recordings.chain.store import append
from recordings.demands.demand import CLOSED
from recordings.evidence_tables import (
    demand_findings,
    demands,
    holds,
    registrations,
    retention_runs,
    sealed,
)
from recordings.models import calls, connections, recordings, segments
from recordings.retention.hold import Hold
from recordings.retention.plan import Candidate, Going
from recordings.sealing.sealed import Sealed
from recordings.sealing.service import SealedRecordings
from recordings.sealing.store import sealed_of

_AT_ONCE = 500
_CLOSED = [state.value for state in CLOSED]


def _open_demand() -> ColumnElement[bool]:
    return exists().where(
        demand_findings.c.call_id == calls.c.call_id,
        demands.c.id == demand_findings.c.demand_id,
        demands.c.state.not_in(_CLOSED),
    )


def _open_appeal() -> ColumnElement[bool]:
    return exists().where(registrations.c.call_id == calls.c.call_id, registrations.c.open.is_(True))


def _held(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        holds.c.subject == calls.c.call_id,
        holds.c.lifted_at.is_(None),
        or_(holds.c.until.is_(None), holds.c.until > now),
    )


async def audio(database: AsyncEngine, before: datetime, now: datetime) -> AsyncIterator[list[Candidate]]:
    """Sealed recordings of calls that ended before, with what holds them."""
    query = (
        select(
            sealed.c.recording_id,
            calls.c.call_id,
            calls.c.outcome,
            func.coalesce(calls.c.ended_at, calls.c.arrived_at).label("ended"),
            _open_demand().label("demand"),
            _open_appeal().label("appeal"),
            _held(now).label("hold"),
        )
        .select_from(sealed)
        .join(calls, calls.c.call_id == sealed.c.call_id)
        .where(sealed.c.destroyed_at.is_(None), calls.c.arrived_at < before)
        .order_by(calls.c.arrived_at)
    )
    async with reading(database) as connection:
        result = await connection.stream(query)
        async for part in result.partitions(_AT_ONCE):
            yield [
                Candidate("audio", row.call_id, row.recording_id, row.outcome, row.ended, _why(row))
                for row in part
            ]


async def rows(database: AsyncEngine, before: datetime, now: datetime) -> AsyncIterator[list[Candidate]]:
    """Calls that ended before and have no audio left, with what holds them."""
    sounding = exists().where(sealed.c.call_id == calls.c.call_id, sealed.c.destroyed_at.is_(None))
    unsealed = exists().where(
        recordings.c.call_id == calls.c.call_id,
        recordings.c.state.in_(["intended", "recording", "finished", "repaired", "silent_leg"]),
        ~exists().where(sealed.c.recording_id == recordings.c.id),
    )
    query = (
        select(
            calls.c.call_id,
            calls.c.outcome,
            func.coalesce(calls.c.ended_at, calls.c.arrived_at).label("ended"),
            _open_demand().label("demand"),
            _open_appeal().label("appeal"),
            _held(now).label("hold"),
        )
        .where(calls.c.arrived_at < before, ~sounding, ~unsealed)
        .order_by(calls.c.arrived_at)
    )
    async with reading(database) as connection:
        result = await connection.stream(query)
        async for part in result.partitions(_AT_ONCE):
            yield [Candidate("journal", row.call_id, "", row.outcome, row.ended, _why(row)) for row in part]


async def destroy(
    database: AsyncEngine, keys: SealedRecordings, going: Going, run: str, now: datetime
) -> Sealed | None:
    """The key and the chain's word of it, in one transaction; None when it is held by now or gone already.

    What holds is asked again here: it may have been set since the plan.
    """
    id_ = going.candidate.recording_id
    async with database.begin() as connection:
        if await _holds(connection, going.candidate.call_id, now):
            return None
        found = select(sealed).where(sealed.c.recording_id == id_, sealed.c.destroyed_at.is_(None))
        row = (await connection.execute(found)).first()
        if row is None:
            return None
        known = sealed_of(row)
        facts = {"policy": going.policy.id, "source": going.policy.source, "run": run}
        await append(connection, [entry(Kind.DESTROYED, id_, now, facts)])
        await keys.forget(connection, known)
    return known


async def destroyed_files(database: AsyncEngine) -> AsyncIterator[Sealed]:
    """All destroyed ones: a file may have outlived a crash."""
    async with reading(database) as connection:
        result = await connection.stream(select(sealed).where(sealed.c.destroyed_at.is_not(None)))
        async for part in result.partitions(_AT_ONCE):
            for row in part:
                yield sealed_of(row)


async def delete_rows(database: AsyncEngine, call_ids: Sequence[str], now: datetime) -> int:
    """The journal's rows of these calls, those held by now left out; the chain stays."""
    ids = list(call_ids)
    async with database.begin() as connection:
        free = select(calls.c.call_id).where(
            calls.c.call_id.in_(ids), ~_open_demand(), ~_open_appeal(), ~_held(now)
        )
        gone = list((await connection.execute(free)).scalars())
        of_these = select(recordings.c.id).where(recordings.c.call_id.in_(gone))
        await connection.execute(delete(segments).where(segments.c.recording_id.in_(of_these)))
        for table in (recordings, connections, registrations, holds):
            column = table.c.subject if table is holds else table.c.call_id
            await connection.execute(delete(table).where(column.in_(gone)))
        await connection.execute(delete(calls).where(calls.c.call_id.in_(gone)))
    return len(gone)


async def ran(database: AsyncEngine, who: Actor, now: datetime, facts: dict[str, object]) -> None:
    """What a run did, kept for good."""
    row = {
        "at": now,
        "person": who.person,
        "system_user": who.system_user,
        "facts": json.dumps(facts, sort_keys=True, ensure_ascii=False),
    }
    async with database.begin() as connection:
        await connection.execute(insert(retention_runs), [row])


async def hold(
    database: AsyncEngine, call_id: str, who: Actor, reason: str, until: datetime | None, now: datetime
) -> int | None:
    """A new hold's id; None when there is no such call."""
    async with database.begin() as connection:
        known = select(calls.c.call_id).where(calls.c.call_id == call_id)
        if (await connection.execute(known)).first() is None:
            return None
        new = insert(holds).values(
            subject=call_id,
            person=who.person,
            system_user=who.system_user,
            reason=reason,
            set_at=now,
            until=until,
        )
        key = (await connection.execute(new)).inserted_primary_key
    assert key is not None
    return int(key[0])


async def lift(database: AsyncEngine, hold_id: int, who: Actor, reason: str, now: datetime) -> bool:
    """False when there is no such hold, or it is lifted already."""
    async with database.begin() as connection:
        done = await connection.execute(
            update(holds)
            .where(and_(holds.c.id == hold_id, holds.c.lifted_at.is_(None)))
            .values(lifted_at=now, lifted_by=who.system_user, lift_reason=reason)
        )
    return bool(done.rowcount)


async def all_holds(database: AsyncEngine) -> list[Hold]:
    """Newest last."""
    async with reading(database) as connection:
        found = (await connection.execute(select(holds).order_by(holds.c.id))).mappings().all()
    return [Hold(**row) for row in found]


async def _holds(connection: AsyncConnection, call_id: str, now: datetime) -> bool:
    query = select(calls.c.call_id).where(
        calls.c.call_id == call_id, or_(_open_demand(), _open_appeal(), _held(now))
    )
    return (await connection.execute(query)).first() is not None


def _why(row: object) -> tuple[str, ...]:
    words = {"demand": "open demand", "appeal": "open appeal", "hold": "manual hold"}
    return tuple(said for name, said in words.items() if getattr(row, name))
