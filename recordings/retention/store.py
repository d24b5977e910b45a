"""Store of retention: candidates in parts, the destruction of one thing at a time, runs; edge (A19, C6)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import read_connection
from recordings.chain.entry import ChainEntryKind, entry
from recordings.chain.store import append
from recordings.model.access_entry import Actor
from recordings.model.evidence_tables import holds, registrations, retention_runs, sealed
from recordings.model.sealed import Sealed
from recordings.model.tables import (
    calls,
    connections,
    consultant_stints,
    links,
    moments,
    recordings,
    segments,
)
from recordings.retention.all_holds import AllHolds
from recordings.retention.holds import Period
from recordings.retention.plan import Candidate, Expiring
from recordings.rows.bound_tables import (
    CALLS,
    CONNECTIONS,
    HOLDS,
    LINKS,
    MOMENTS,
    RECORDINGS,
    REGISTRATIONS,
    RETENTION_RUNS,
    SEGMENTS,
    STINTS,
    BoundTable,
)
from recordings.rows.service import entered
from recordings.rows.store import keys_where, lock
from recordings.sealing.service import SealedRecordings
from recordings.sealing.store import sealed_of

OF_A_CALL = (connections, moments, registrations, holds)  # rows that hang on a call and go with it


_BOUND = {bound.table: bound for bound in (CONNECTIONS, MOMENTS, REGISTRATIONS, HOLDS)}
Expire = Callable[[Sequence[Period]], int]
_AT_ONCE = 500


async def audio(database: AsyncEngine, before: datetime) -> AsyncIterator[list[Candidate]]:
    """Sealed recordings of calls that ended before; what keeps them is asked apart."""
    query = (
        select(
            sealed.c.recording_id,
            calls.c.call_id,
            calls.c.outcome,
            func.coalesce(calls.c.ended_at, calls.c.arrived_at).label("ended"),
        )
        .select_from(sealed)
        .join(calls, calls.c.call_id == sealed.c.call_id)
        .where(sealed.c.destroyed_at.is_(None), calls.c.arrived_at < before)
        .order_by(calls.c.arrived_at)
    )
    async with read_connection(database) as connection:
        result = await connection.stream(query)
        async for part in result.partitions(_AT_ONCE):
            yield [
                Candidate("audio", row.call_id, row.recording_id, row.outcome, row.ended, ()) for row in part
            ]


async def rows(database: AsyncEngine, before: datetime) -> AsyncIterator[list[Candidate]]:
    """Calls that ended before and have no audio left; what keeps them is asked apart."""
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
        )
        .where(calls.c.arrived_at < before, ~sounding, ~unsealed)
        .order_by(calls.c.arrived_at)
    )
    async with read_connection(database) as connection:
        result = await connection.stream(query)
        async for part in result.partitions(_AT_ONCE):
            yield [Candidate("journal", row.call_id, "", row.outcome, row.ended, ()) for row in part]


async def with_holds(
    database: AsyncEngine, held: AllHolds, candidates: Sequence[Candidate], now: datetime
) -> list[Candidate]:
    """The same, each with what keeps it now."""
    async with read_connection(database) as connection:
        why = await held.why(connection, {one.call_id for one in candidates}, now)
    return [replace(one, held=why.get(one.call_id, ())) for one in candidates]


async def destroy(
    database: AsyncEngine, keys: SealedRecordings, held: AllHolds, going: Expiring, run: str, now: datetime
) -> Sealed | None:
    """The key and the chain's word of it, in one transaction; None when it is kept by now or gone already.

    What keeps it is asked here, with everybody shut out who could change the answer before the commit.
    """
    id_, call_id = going.candidate.recording_id, going.candidate.call_id
    async with database.begin() as connection:
        await held.lock(connection)
        if await held.why(connection, [call_id], now):
            return None
        rows = await sealed_rows(connection, id_)
        if not rows:
            return None
        known = rows[0]
        facts = {"policy": going.policy.id, "source": going.policy.source, "run": run}
        await append(connection, [entry(ChainEntryKind.DESTROYED, id_, now, facts)])
        await keys.forget(connection, known, max(now, datetime.now(UTC)))  # the run may be long
    return known


async def sealed_rows(connection: AsyncConnection, recording_id: str) -> list[Sealed]:
    """The recording's row, unless it is destroyed."""
    found = select(sealed).where(sealed.c.recording_id == recording_id, sealed.c.destroyed_at.is_(None))
    return [sealed_of(row) for row in (await connection.execute(found)).all()]


async def destroyed_files(database: AsyncEngine) -> AsyncIterator[Sealed]:
    """All destroyed ones: a file may have outlived a crash."""
    async with read_connection(database) as connection:
        result = await connection.stream(select(sealed).where(sealed.c.destroyed_at.is_not(None)))
        async for part in result.partitions(_AT_ONCE):
            for row in part:
                yield sealed_of(row)


async def delete_rows(database: AsyncEngine, held: AllHolds, call_ids: Sequence[str], now: datetime) -> int:
    """The journal's rows of these calls, those kept by now left out; the chain stays."""
    async with database.begin() as connection:
        await lock(connection)  # before the holds: who sets one asks in this order
        await held.lock(connection)
        kept_by_now = await held.why(connection, call_ids, now)
        known = select(calls.c.call_id).where(calls.c.call_id.in_(list(call_ids)))
        gone = [id_ for id_ in (await connection.execute(known)).scalars() if id_ not in kept_by_now]
        of_these = select(recordings.c.id).where(recordings.c.call_id.in_(gone))
        await _remove(
            connection,
            (LINKS, links.c.recording_id.in_(of_these)),
            (SEGMENTS, segments.c.recording_id.in_(of_these)),
            (RECORDINGS, recordings.c.call_id.in_(gone)),
            *((_BOUND[table], _of_call(table).in_(gone)) for table in OF_A_CALL),
            (CALLS, calls.c.call_id.in_(gone)),
        )
    return len(gone)


async def delete_stints(database: AsyncEngine, held: AllHolds, before: datetime, now: datetime) -> int:
    """What consultants did and had done before then, day by day, but for times that something keeps."""
    table = consultant_stints
    ended = and_(table.c.ended_at.is_not(None), table.c.ended_at < before)
    first, gone = select(func.min(table.c.ended_at)).where(ended), 0
    async with read_connection(database) as connection:
        at: datetime | None = (await connection.execute(first)).scalar()
    while at is not None and at < before:
        until = min(at + timedelta(days=1), before)
        async with database.begin() as connection:
            await lock(connection)  # before the holds, as whoever sets one does
            await held.lock(connection)
            free = [~_within(period) for period in await held.periods(connection, now)]
            that_day = and_(ended, table.c.ended_at >= at, table.c.ended_at < until)
            gone += await _remove(connection, (STINTS, and_(that_day, *free)))
        at = until
    return gone


async def _remove(connection: AsyncConnection, *going: tuple[BoundTable, ColumnElement[bool]]) -> int:
    """Delete these rows, in this order, and say so in their chain; how many of the last table."""
    touched, gone = [(bound, await keys_where(connection, bound, which)) for bound, which in going], 0
    async with entered(connection, touched):
        for bound, which in going:
            gone = (await connection.execute(delete(bound.table).where(which))).rowcount
    return gone


def _of_call(table: Table) -> ColumnElement[str]:
    return table.c.subject if table is holds else table.c.call_id


def _within(period: Period) -> ColumnElement[bool]:
    table = consultant_stints
    since = true() if period.since is None else table.c.ended_at >= period.since
    return and_(since, true() if period.until is None else table.c.began_at < period.until)


async def expire_channel_logs(database: AsyncEngine, held: AllHolds, now: datetime, expire: Expire) -> int:
    """Let `expire` delete channel logs but for the times given to it, nobody registering meanwhile."""
    async with database.begin() as connection:
        await held.lock(connection)
        return await asyncio.to_thread(expire, await held.periods(connection, now))


async def log_run(database: AsyncEngine, who: Actor, now: datetime, facts: dict[str, object]) -> None:
    """What a run did, kept for good."""
    row = {
        "at": now,
        "person": who.person,
        "system_user": who.system_user,
        "facts": json.dumps(facts, sort_keys=True, ensure_ascii=False),
    }
    async with database.begin() as connection, entered(connection, [(RETENTION_RUNS, [])]) as rows:
        key = (await connection.execute(insert(retention_runs).values(row))).inserted_primary_key
        assert key is not None
        rows.add(RETENTION_RUNS, tuple(key))
