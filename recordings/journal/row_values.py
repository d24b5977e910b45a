"""Rows of the journal's tables as values."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from recordings.journal.figures import EndedCall, hung_up_waiting
from recordings.model.access_entry import Access
from recordings.model.call_record import CallRecord, Connection, Outcome
from recordings.model.entries import RecordingState
from recordings.model.hash_chain import Link
from recordings.model.recording import KnownSegment, Recording
from recordings.model.tables import calls, recordings
from recordings.privacy.hiding import reveal_caller
from recordings.privacy.numbers import Numbers

_SEGMENT = tuple(field.name for field in fields(KnownSegment))
ENDED_COLUMNS = (
    calls.c.call_id,
    calls.c.language,
    calls.c.arrived_at,
    calls.c.queued_at,
    calls.c.answered_at,
    calls.c.conversation_ended_at,
    calls.c.ended_at,
    calls.c.served_by,
    calls.c.ucc_result,
    calls.c.outcome,
)


def record_of(row: Row[Any], talks: tuple[Connection, ...], numbers: Numbers | None) -> CallRecord:
    """A row of `calls` as it was recorded, its number revealed."""
    values = {column.name: getattr(row, column.name) for column in calls.c}
    del values["caller"]
    values["pii_caller"], values["caller_index"] = reveal_caller(row.caller, numbers), None
    values["outcome"] = None if row.outcome is None else Outcome(row.outcome)
    return CallRecord(**values, connections=talks)


def segment_of(row: Row[Any]) -> KnownSegment:
    """A row of `segments`."""
    return KnownSegment(**{name: getattr(row, name) for name in _SEGMENT})


def recording_of(row: Row[Any], parts: tuple[KnownSegment, ...]) -> Recording:
    """A row of `recordings` with its segments."""
    values = {column.name: getattr(row, column.name) for column in recordings.c}
    values["state"] = RecordingState(row.state)
    values["checks"] = tuple(row.checks.split())
    return Recording(**values, segments=parts)


def access_of(row: Row[Any]) -> Link[Access]:
    """A row of `access_log` in its chain."""
    access = Access(**{field.name: getattr(row, field.name) for field in fields(Access)})
    return Link(row.seq, row.previous, row.hash, access)


def ended_of(row: Sequence[Any]) -> EndedCall:
    """A row of ENDED_COLUMNS; by position, for a day has thousands."""
    queued, answered, talked_until, over = map(_epoch, row[3:7])
    return EndedCall(
        row[0],
        row[1],
        row[2].timestamp(),
        queued,
        answered,
        talked_until,
        over,
        row[7],
        to_1414=row[8] == "answered",
        left=hung_up_waiting(row[9]),
    )


def _epoch(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
