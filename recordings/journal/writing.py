"""Entries into tables, many in one transaction, each kind by one statement; edge."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any, Final

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialplan.recording_names import Stem, parse_stem
from recordings.journal import upserts
from recordings.model.access_entry import START, Access
from recordings.model.call_record import CallRecord
from recordings.model.entries import (
    Alarm,
    ConsultantState,
    ConsultantStint,
    Entry,
    LogRead,
    RecordingChecked,
    RecordingIntended,
    RecordingState,
    SegmentSeen,
)
from recordings.model.hash_chain import Head, chain
from recordings.model.link_quality import LinkHeard
from recordings.model.tables import access_log, calls
from recordings.rows.bound_tables import (
    ALARMS,
    CALLS,
    CONNECTIONS,
    LINKS,
    MOMENTS,
    RECORDINGS,
    SEGMENTS,
    STATES,
    STINTS,
    BoundTable,
)
from recordings.rows.entry import Key, Value
from recordings.rows.service import entered

Statement = tuple[Any, list[dict[str, Any]]]  # and its rows
# A column of `calls` and the record's field.
CALL_FIELDS: Final = {column.name: column.name for column in calls.c} | {"caller": "pii_caller"}


async def write(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """All of `entries` in the order given where order matters; the caller's transaction.

    Calls and recordings do not touch each other's tables, so each kind may go as one statement;
    the entries about recordings keep their order among themselves. Rows are entered in their chain.
    """
    async with entered(connection, _touched(entries)):
        await _write(connection, entries)


async def _write(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    of_calls = [entry for entry in entries if isinstance(entry, CallRecord)]
    others = sorted((entry for entry in entries if not isinstance(entry, CallRecord)), key=_table)
    await _calls(connection, of_calls)
    for kind, group in groupby(others, key=type):
        same = list(group)
        if kind is Access:
            await append_access(connection, [entry for entry in same if isinstance(entry, Access)])
            continue
        for statement, rows in _STATEMENTS[kind](connection.dialect.name, same):
            if rows:
                await connection.execute(statement, rows)


def _touched(entries: Sequence[Entry]) -> list[tuple[BoundTable, set[Key]]]:
    """The rows that `entries` may change."""
    found: dict[BoundTable, set[Key]] = {}

    def add(bound: BoundTable, *key: Value) -> None:
        found.setdefault(bound, set()).add(key)

    for entry in entries:
        match entry:
            case CallRecord():
                add(CALLS, entry.call_id)
                for talk in entry.connections:
                    add(CONNECTIONS, entry.call_id, talk.number)
                for moment in entry.moments:
                    add(MOMENTS, entry.call_id, moment.kind, moment.number)
            case RecordingIntended() | SegmentSeen():
                stem = _stem(entry.stem)
                add(RECORDINGS, stem.recording)
                add(SEGMENTS, stem.text)
            case RecordingChecked():
                add(RECORDINGS, entry.recording_id)
                for part in entry.segments:
                    add(SEGMENTS, part.stem)
            case LinkHeard():
                add(LINKS, entry.recording_id, entry.leg)
            case Alarm():
                add(ALARMS, entry.kind, entry.about, entry.at)
            case ConsultantStint():
                add(STINTS, entry.consultant, entry.began_at, entry.state)
            case ConsultantState():
                add(STATES, entry.consultant, entry.name)
            case LogRead() | Access():  # a mark, and what has its own chain
                pass
    return list(found.items())


def _table(entry: Entry) -> int:
    match entry:
        case RecordingIntended() | SegmentSeen() | RecordingChecked():
            return 0
        case Alarm():
            return 1
        case ConsultantState():
            return 2
        case ConsultantStint():
            return 3
        case LogRead() | LinkHeard():
            return 4
    return 5


async def _calls(connection: AsyncConnection, records: list[CallRecord]) -> None:
    dialect = connection.dialect.name
    rows = [{name: getattr(record, field) for name, field in CALL_FIELDS.items()} for record in records]
    talks = [
        {
            "call_id": record.call_id,
            "number": talk.number,
            "party": talk.party,
            "rang_at": talk.rang_at,
            "answered_at": talk.answered_at,
            "ended_at": talk.ended_at,
        }
        for record in records
        for talk in record.connections
    ]
    if rows:
        await connection.execute(upserts.call(dialect), rows)
    if talks:
        await connection.execute(upserts.connection(dialect), talks)
    moments = [
        {"call_id": record.call_id, **asdict(moment)} for record in records for moment in record.moments
    ]
    if moments:
        await connection.execute(upserts.moment(dialect), moments)


def _intended(dialect: str, entries: list[RecordingIntended]) -> Iterator[Statement]:
    stems = [(_stem(entry.stem), entry.at) for entry in entries]
    yield (
        upserts.intended(dialect),
        [{**_recording(stem), "intended_at": at, "started_at": at} for stem, at in stems],
    )
    yield upserts.segment(dialect), [{**_segment(stem), "started_at": at} for stem, at in stems]


def _seen(dialect: str, entries: list[SegmentSeen]) -> Iterator[Statement]:
    stems = [(_stem(entry.stem), entry) for entry in entries]
    yield upserts.recording_known(dialect), [_recording(stem) for stem, _ in stems]
    yield (
        upserts.segment(dialect),
        [{**_segment(stem), "ended_at": entry.at, "seconds": entry.seconds} for stem, entry in stems],
    )


def _judged(dialect: str, entries: list[RecordingChecked]) -> Iterator[Statement]:
    yield upserts.recording_checked(dialect), [_checked(entry) for entry in entries]
    yield (
        upserts.segment(dialect),
        [
            {**asdict(part), "recording_id": entry.recording_id}
            for entry in entries
            for part in entry.segments
        ],
    )


def _heard(dialect: str, entries: list[LinkHeard]) -> Iterator[Statement]:
    newest = {(entry.recording_id, entry.leg): asdict(entry) for entry in entries}
    yield upserts.link(dialect), list(newest.values())


def _alarms(dialect: str, entries: list[Alarm]) -> Iterator[Statement]:
    yield upserts.alarm(dialect), [asdict(entry) for entry in entries]


def _states(dialect: str, entries: list[ConsultantState]) -> Iterator[Statement]:
    yield upserts.consultant_state(dialect), [asdict(entry) for entry in entries]


def _stints(dialect: str, entries: list[ConsultantStint]) -> Iterator[Statement]:
    yield upserts.consultant_stint(dialect), [asdict(entry) for entry in entries]


def _log_places(dialect: str, entries: list[LogRead]) -> Iterator[Statement]:
    for step in _steps(entries):
        if step.after is None:
            yield upserts.log_begun(dialect), [{"log": step.log, "place": step.place, "at": step.at}]
        else:
            row = {"b_log": step.log, "b_after": step.after, "b_place": step.place, "b_at": step.at}
            yield upserts.log_read(), [row]


_STATEMENTS: dict[type, Callable[[str, list[Any]], Iterator[Statement]]] = {
    RecordingIntended: _intended,
    SegmentSeen: _seen,
    RecordingChecked: _judged,
    LinkHeard: _heard,
    Alarm: _alarms,
    ConsultantState: _states,
    ConsultantStint: _stints,
    LogRead: _log_places,
}  # calls and accesses go their own ways


def _steps(entries: list[LogRead]) -> list[LogRead]:
    """Steps that follow each other as one, in their order."""
    steps: list[LogRead] = []
    for entry in entries:
        if steps and (steps[-1].log, steps[-1].place) == (entry.log, entry.after):
            entry = replace(entry, after=steps.pop().after)  # noqa: PLW2901
        steps.append(entry)
    return steps


def _stem(text: str) -> Stem:
    stem = parse_stem(text)
    if stem is None:
        raise ValueError("not a recording's stem")
    return stem


def _recording(stem: Stem) -> dict[str, Any]:
    return {
        "id": stem.recording,
        "call_id": stem.call_id,
        "connection": None,  # which conversation it was is known when it is checked
        "state": RecordingState.INTENDED.value,
        "intended_at": None,
        "started_at": None,
        "checks": "",
        "size": 0,
    }


def _segment(stem: Stem) -> dict[str, Any]:
    names = ("started_at", "ended_at", "seconds", "caller_file", "consultant_file")
    blank = dict.fromkeys(names)
    return {**blank, "stem": stem.text, "recording_id": stem.recording, "number": stem.segment}


def _checked(entry: RecordingChecked) -> dict[str, Any]:
    row = asdict(entry)
    row["id"] = row.pop("recording_id")
    del row["segments"]
    return {**row, "state": entry.state.value, "checks": " ".join(entry.checks)}


async def append_access(connection: AsyncConnection, entries: Sequence[Access]) -> None:
    """Chain `entries` to the access log, those already in it left out; safe beside another writer.

    SQLite's BEGIN IMMEDIATE keeps others out already; PostgreSQL needs its table lock.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE access_log IN EXCLUSIVE MODE"))
    single = {entry.entry_id: entry for entry in entries}
    known = await connection.scalars(
        select(access_log.c.entry_id).where(access_log.c.entry_id.in_(list(single)))
    )
    for entry_id in known:
        del single[entry_id]
    last = select(access_log.c.seq, access_log.c.hash).order_by(access_log.c.seq.desc()).limit(1)
    row = (await connection.execute(last)).first()
    head = START if row is None else Head(row.seq, row.hash)
    rows = [
        {**asdict(link.entry), "seq": link.seq, "previous": link.previous, "hash": link.hash}
        for link in chain(head, single.values())
    ]
    if rows:
        await connection.execute(insert(access_log), rows)
