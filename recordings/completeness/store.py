"""Store of completeness: conversations and their recordings, in parts, by indexes; edge."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from recordings.capture.match_conversations import NOT_RECORDED
from recordings.completeness.compare import AnsweredConversation, RecordingFacts
from recordings.journal.reading import links_of
from recordings.model.batches import batches
from recordings.model.call_record import LONGEST_CALL
from recordings.model.entries import OPEN, RecordingState
from recordings.model.evidence_tables import sealed
from recordings.model.link_quality import FIXED, LinkHeard
from recordings.model.spans import Span
from recordings.model.tables import calls, connections, recordings, segments

_AT_ONCE = 1000


async def conversations(
    database: AsyncEngine, since: datetime, until: datetime
) -> AsyncIterator[list[AnsweredConversation]]:
    """Conversations of ours answered in between that are over, in parts."""
    async with read_connection(database) as connection:
        result = await connection.stream(_talks_between(since, until))
        async for part in result.partitions(_AT_ONCE):
            pieces = await _pieces(database, [row.id for row in part if row.id])
            heard = await links_of(database, [row.id for row in part if row.id and _differs(row)])
            yield [_talk(row, pieces.get(row.id, ()), heard.get(row.id, ())) for row in part]


def _talks_between(since: datetime, until: datetime) -> Select[Any]:
    ended = func.coalesce(connections.c.ended_at, calls.c.ended_at)
    of_it = and_(
        recordings.c.call_id == connections.c.call_id, recordings.c.connection == connections.c.number
    )
    return (
        select(
            connections.c.call_id,
            connections.c.number,
            connections.c.answered_at,
            connections.c.ended_at,
            calls.c.ended_at.label("call_ended_at"),
            recordings.c.id,
            recordings.c.state,
            recordings.c.seconds,
            recordings.c.stereo_file,
            recordings.c.checked_at,
            sealed.c.path,
            sealed.c.size,
            sealed.c.destroyed_at,
        )
        .select_from(calls)
        .join(connections, connections.c.call_id == calls.c.call_id)
        .outerjoin(recordings, of_it)
        .outerjoin(sealed, sealed.c.recording_id == recordings.c.id)
        .where(
            calls.c.arrived_at >= since - LONGEST_CALL,
            calls.c.arrived_at < until,
            connections.c.answered_at >= since,
            connections.c.answered_at < until,
            connections.c.party.not_in(sorted(NOT_RECORDED)),
            ended.is_not(None),
        )
    )


def _talk(row: Row[Any], pieces: Sequence[Span], heard: Sequence[LinkHeard]) -> AnsweredConversation:
    kept = None
    if row.id is not None:
        kept = RecordingFacts(
            row.id,
            RecordingState(row.state),
            row.seconds,
            row.stereo_file,
            row.checked_at,
            row.path,
            row.size,
            row.destroyed_at is not None,
            tuple(pieces),
        )
    ended_at = row.ended_at or row.call_ended_at
    return AnsweredConversation(
        row.call_id, row.number, row.answered_at, ended_at, kept, tuple(heard), row.call_ended_at
    )


async def _pieces(database: AsyncEngine, recording_ids: Sequence[str]) -> dict[str, list[Span]]:
    """From when to when each segment with sound lasts, by recording."""
    found: dict[str, list[Span]] = {}
    for part in batches(recording_ids):
        query = select(segments.c.recording_id, segments.c.started_at, segments.c.seconds).where(
            segments.c.recording_id.in_(part),
            segments.c.started_at.is_not(None),
            segments.c.seconds > 0,
        )
        async with read_connection(database) as connection:  # its own: the other one is being read from
            rows = (await connection.execute(query)).all()
        for row in rows:
            end = row.started_at + timedelta(seconds=row.seconds)
            found.setdefault(row.recording_id, []).append((row.started_at, end))
    return found


def _differs(row: Any) -> bool:
    """Whether the lengths must be explained at all."""
    talked: float = ((row.ended_at or row.call_ended_at) - row.answered_at).total_seconds()
    return bool(abs(talked - (row.seconds or 0.0)) > FIXED)


async def known_recordings(database: AsyncEngine, recording_ids: Sequence[str]) -> dict[str, bool]:
    """Those of `recording_ids` that have a row: whether it was judged, and belongs to a conversation."""
    found: dict[str, bool] = {}
    columns = (recordings.c.id, recordings.c.connection, recordings.c.state)
    async with read_connection(database) as connection:
        for part in batches(recording_ids):
            for row in await connection.execute(select(*columns).where(recordings.c.id.in_(part))):
                found[row.id] = row.connection is not None and RecordingState(row.state) not in OPEN
    return found


async def sealed_known(database: AsyncEngine, recording_ids: Sequence[str]) -> frozenset[str]:
    """Those of `recording_ids` that are sealed and not destroyed."""
    found: set[str] = set()
    async with read_connection(database) as connection:
        for part in batches(recording_ids):
            query = select(sealed.c.recording_id).where(
                sealed.c.recording_id.in_(part), sealed.c.destroyed_at.is_(None)
            )
            found.update((await connection.execute(query)).scalars())
    return frozenset(found)
