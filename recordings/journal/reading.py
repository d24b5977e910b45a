"""Questions to the journal; for the command line over a read-only connection of its own; edge."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import open_database, read_connection
from recordings.journal.figures import EndedCall
from recordings.journal.row_values import (
    ENDED_COLUMNS,
    access_of,
    ended_of,
    record_of,
    recording_of,
    segment_of,
)
from recordings.model.access_entry import Access
from recordings.model.call_record import CallRecord, Connection, Moment, Outcome
from recordings.model.entries import (
    ENDED,
    OPEN,
    Alarm,
    ConsultantState,
    ConsultantStint,
    RecordingState,
    standing,
)
from recordings.model.evidence_tables import sealed
from recordings.model.hash_chain import Link
from recordings.model.link_quality import LinkHeard
from recordings.model.recording import KnownSegment, Recording
from recordings.model.tables import (
    access_log,
    alarms,
    calls,
    connections,
    consultant_states,
    consultant_stints,
    links,
    log_places,
    moments,
    recordings,
    segments,
)
from recordings.privacy.numbers import Numbers

T = TypeVar("T")
_AT_ONCE = 50  # rows, a few milliseconds
_MANY = 500  # ids in one question: SQLite takes 32,766, a plan stays readable


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls; None means any. `since` inclusive, `until` exclusive, both by arrival."""

    since: datetime | None = None
    until: datetime | None = None
    outcome: Outcome | None = None
    consultant: str | None = None  # spoke with the caller at any time of the call
    language: str | None = None
    limit: int = 100


async def links_of(database: AsyncEngine, recording_ids: Sequence[str]) -> dict[str, tuple[LinkHeard, ...]]:
    """As Reader.links."""
    found: dict[str, tuple[LinkHeard, ...]] = {}
    for start in range(0, len(recording_ids), _MANY):
        query = select(links).where(links.c.recording_id.in_(list(recording_ids[start : start + _MANY])))
        async with read_connection(database) as connection:
            rows = (await connection.execute(query)).all()
        for row in rows:
            one = LinkHeard(row.recording_id, row.leg, row.received, row.lost, row.jitter, row.at)
            found[one.recording_id] = (*found.get(one.recording_id, ()), one)
    return found


class Reader:
    """Every method may raise SQLAlchemyError or OSError while the database is away."""

    def __init__(self, database: AsyncEngine, numbers: Numbers | None) -> None:
        self._database = database
        self._numbers = numbers

    @classmethod
    def open(cls, url: str, numbers: Numbers | None) -> "Reader":
        """For another process than the engine: cannot write, whatever is asked of it. Close it.

        Without `numbers` callers' numbers read as hiding.UNREADABLE.
        """
        return cls(open_database(url, read_only=True), numbers)

    async def close(self) -> None:
        """Needed: SQLite's thread keeps a process alive."""
        await self._database.dispose()

    async def calls(self, wanted: CallFilter) -> list[CallRecord]:
        """Newest first."""
        query = select(calls).order_by(calls.c.arrived_at.desc(), calls.c.call_id.desc()).limit(wanted.limit)
        return await self._records(query.where(*_conditions(wanted)))

    async def call(self, call_id: str) -> CallRecord | None:
        """None when there is no such call."""
        found = await self._records(select(calls).where(calls.c.call_id == call_id))
        return found[0] if found else None

    async def calls_beginning(self, part: str, most: int) -> list[CallRecord]:
        """At most `most` calls whose id begins so, newest first."""
        query = select(calls).where(calls.c.call_id.startswith(part, autoescape=True))
        return await self._records(query.order_by(calls.c.arrived_at.desc()).limit(most))

    async def moments(self, call_id: str) -> tuple[Moment, ...]:
        """Rings, holds and diversions of one call, in order of time."""
        query = select(moments).where(moments.c.call_id == call_id).order_by(moments.c.at, moments.c.number)
        rows = await self._rows(query)
        return tuple(Moment(row.kind, row.number, row.party, row.at, row.until, row.result) for row in rows)

    async def calls_by_id(self, call_ids: Sequence[str]) -> list[CallRecord]:
        """Those of `call_ids` that are known, in any order."""
        found = []
        for start in range(0, len(call_ids), _MANY):
            part = list(call_ids[start : start + _MANY])
            found += await self._records(select(calls).where(calls.c.call_id.in_(part)))
        return found

    async def undecided(self, since: datetime, before: datetime) -> list[CallRecord]:
        """Calls since then that ended before that moment, and of which nobody said how."""
        ended = and_(calls.c.arrived_at >= since, calls.c.outcome.is_(None), calls.c.ended_at < before)
        return await self._records(select(calls).where(ended))

    async def unrecorded(self, since: datetime, not_expected: Sequence[str]) -> list[CallRecord]:
        """Calls since then with an answered conversation whose recording nobody has judged yet.

        Conversations with a party of `not_expected` need none.
        """
        judged = exists().where(
            recordings.c.call_id == connections.c.call_id,
            recordings.c.connection == connections.c.number,
            recordings.c.state.not_in([state.value for state in OPEN]),
        )
        wanting = exists().where(
            connections.c.call_id == calls.c.call_id, connections.c.party.not_in(not_expected), ~judged
        )
        return await self._records(select(calls).where(calls.c.arrived_at >= since, wanting))

    async def recordings(self, call_id: str) -> list[Recording]:
        """All of one call, in order."""
        return await self.recordings_of([call_id])

    async def recordings_of(self, call_ids: Sequence[str]) -> list[Recording]:
        """All of these calls, by call and start."""
        found = []
        for start in range(0, len(call_ids), _MANY):
            part = list(call_ids[start : start + _MANY])
            found += await self._recordings(recordings.c.call_id.in_(part))
        return found

    async def recordings_in(self, states: Sequence[RecordingState]) -> list[Recording]:
        """All that stand in one of `states`."""
        return await self._recordings(recordings.c.state.in_([state.value for state in states]))

    async def sealed_among(self, recording_ids: Sequence[str]) -> frozenset[str]:
        """Those of `recording_ids` that are sealed."""
        found: set[str] = set()
        for start in range(0, len(recording_ids), _MANY):
            part = list(recording_ids[start : start + _MANY])
            query = select(sealed.c.recording_id).where(sealed.c.recording_id.in_(part))
            found.update(row.recording_id for row in await self._rows(query))
        return frozenset(found)

    async def links(self, recording_ids: Sequence[str]) -> dict[str, tuple[LinkHeard, ...]]:
        """What the network did to the legs of these recordings, where it was heard."""
        return await links_of(self._database, recording_ids)

    async def ended(self, since: datetime, until: datetime) -> AsyncIterator[EndedCall]:
        """What figures need of the calls that arrived in between; a few at a time, so that others run."""
        t = calls.c
        query = select(*ENDED_COLUMNS).where(t.arrived_at >= since, t.arrived_at < until)
        async with read_connection(self._database) as connection:
            rows = await connection.stream(query.order_by(t.arrived_at))
            async for part in rows.partitions(500):
                for row in part:
                    yield ended_of(row)
                await asyncio.sleep(0)

    async def alarms(
        self, since: datetime, until: datetime | None = None, kinds: Collection[str] = ()
    ) -> list[Alarm]:
        """Those whose end was not told, oldest first; of these kinds, else of all."""
        query = select(alarms).where(alarms.c.at >= since)
        if until is not None:
            query = query.where(alarms.c.at < until)
        if kinds:
            query = query.where(alarms.c.kind.in_([*kinds, *(kind + ENDED for kind in kinds)]))
        rows = await self._rows(query.order_by(alarms.c.at, alarms.c.id))
        return standing(Alarm(row.kind, row.about, row.at) for row in rows)

    async def leg_alarms(self, call_id: str) -> list[Alarm]:
        """All that was told of the call's legs, beginnings and ends alike; in order."""
        rows = await self._rows(
            select(alarms).where(alarms.c.about == call_id).order_by(alarms.c.at, alarms.c.id)
        )
        return [Alarm(row.kind, row.about, row.at) for row in rows]

    async def consultant_states(self) -> list[ConsultantState]:
        """What the engine must know again after its restart."""
        query = select(consultant_states).where(consultant_states.c.value.is_not(None))
        rows = await self._rows(query.order_by(consultant_states.c.consultant, consultant_states.c.name))
        return [ConsultantState(row.consultant, row.name, row.value, row.at) for row in rows]

    async def log_place(self, log: str) -> str | None:
        """Up to where a log was read into this database."""
        rows = await self._rows(select(log_places.c.place).where(log_places.c.log == log))
        return rows[0].place if rows else None

    async def stints(self, since: datetime, until: datetime) -> list[ConsultantStint]:
        """What consultants did in between, those included that reach into it; in order of their begin."""
        t = consultant_stints.c
        query = select(consultant_stints).where(
            t.began_at < until, or_(t.ended_at.is_(None), t.ended_at > since)
        )
        rows = await self._rows(query.order_by(t.began_at))
        return [ConsultantStint(**row._mapping) for row in rows]

    async def access_log(self) -> list[Link[Access]]:
        """The whole chain, in order; whoever reads it logs that (Action.READ_LOG)."""
        return [access_of(row) for row in await self._rows(select(access_log).order_by(access_log.c.seq))]

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        rows: list[Row[Any]] = []
        async with read_connection(self._database) as connection:
            result = await connection.stream(query)
            async for part in result.partitions(_AT_ONCE):  # the engine's loop has calls to answer in between
                rows += part
        return rows

    async def _records(self, query: Select[Any]) -> list[CallRecord]:
        rows = await self._rows(query)
        talks: dict[str, list[Connection]] = {}
        for start in range(0, len(rows), _MANY):
            part = [row.call_id for row in rows[start : start + _MANY]]
            found = select(connections).where(connections.c.call_id.in_(part)).order_by(connections.c.number)
            for row in await self._rows(found):
                talk = Connection(row.number, row.party, row.rang_at, row.answered_at, row.ended_at)
                talks.setdefault(row.call_id, []).append(talk)
        return await _in_turns(
            rows, lambda row: record_of(row, tuple(talks.get(row.call_id, ())), self._numbers)
        )

    async def _recordings(self, condition: ColumnElement[bool]) -> list[Recording]:
        query = select(recordings).where(condition)
        rows = await self._rows(
            query.order_by(recordings.c.call_id, recordings.c.started_at, recordings.c.id)
        )
        parts: dict[str, list[KnownSegment]] = {}
        of_these = select(segments).join(recordings).where(condition).order_by(segments.c.number)
        found = await self._rows(of_these)
        for recording, part in await _in_turns(found, lambda row: (row.recording_id, segment_of(row))):
            parts.setdefault(recording, []).append(part)
        return await _in_turns(rows, lambda row: recording_of(row, tuple(parts.get(row.id, ()))))


async def _in_turns(rows: Sequence[Row[Any]], build: Callable[[Row[Any]], T]) -> list[T]:
    """One value a row, the loop let go now and then: thousands of rows would hold up calls."""
    built = []
    for number, row in enumerate(rows, 1):
        built.append(build(row))
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return built


def _conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(calls.c.arrived_at >= wanted.since)
    if wanted.until is not None:
        found.append(calls.c.arrived_at < wanted.until)
    if wanted.outcome is not None:
        found.append(calls.c.outcome == wanted.outcome.value)
    if wanted.language is not None:
        found.append(calls.c.language == wanted.language)
    if wanted.consultant is not None:
        spoke = select(connections.c.call_id).where(connections.c.party == wanted.consultant)
        found.append(or_(calls.c.served_by == wanted.consultant, calls.c.call_id.in_(spoke)))
    return found
