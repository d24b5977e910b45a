"""The statements that write an entry so that order and repetition do no harm."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, func, literal, null, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Update

from config.utc_time import UtcTime
from recordings.model.tables import (
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

# Both dialects' Insert offer the same on_conflict_do_update and excluded.
Upsert = sqlite.Insert | postgresql.Insert

_LONG_AGO = literal(datetime(1970, 1, 1, tzinfo=UTC), UtcTime)


def _insert(dialect: str, table: Table) -> Upsert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def call(dialect: str) -> Upsert:
    """A later record completes a call, None erases nothing, and a record of the living call no ended one."""
    new = _insert(dialect, calls)
    late = and_(new.excluded.ended_at.is_(None), calls.c.ended_at.is_not(None))
    changes: dict[str, ColumnElement[Any]] = {}
    for column in calls.c:
        fresh = new.excluded[column.name]
        if column.name in ("rating_asked", "survived"):
            changes[column.name] = or_(column, fresh)
        elif column.name == "wrap_up_ended_at":  # told by itself, when the call may be over long since
            later = or_(column.is_(None), fresh > column)
            changes[column.name] = case((later, func.coalesce(fresh, column)), else_=column)
        elif not column.primary_key:
            changes[column.name] = case(
                (late, func.coalesce(column, fresh)), else_=func.coalesce(fresh, column)
            )
    return new.on_conflict_do_update(index_elements=["call_id"], set_=changes)


@cache
def link(dialect: str) -> Upsert:
    """The newest word on a leg counts, in whichever order they come."""
    new = _insert(dialect, links)
    fresh = {name: new.excluded[name] for name in ("received", "lost", "jitter", "at")}
    return new.on_conflict_do_update(
        index_elements=["recording_id", "leg"], set_=fresh, where=new.excluded.at >= links.c.at
    )


@cache
def connection(dialect: str) -> Upsert:
    """As a call: facts are added, never erased; an ended connection stays as it ended."""
    new = _insert(dialect, connections)
    late = and_(new.excluded.ended_at.is_(None), connections.c.ended_at.is_not(None))
    changes: dict[str, ColumnElement[Any]] = {}
    for column in connections.c:
        if not column.primary_key:
            fresh = new.excluded[column.name]
            changes[column.name] = case(
                (late, func.coalesce(column, fresh)), else_=func.coalesce(fresh, column)
            )
    return new.on_conflict_do_update(index_elements=["call_id", "number"], set_=changes)


@cache
def moment(dialect: str) -> Upsert:
    """Facts are added, never erased."""
    new = _insert(dialect, moments)
    names = ("party", "at", "until", "result")
    changes = {name: func.coalesce(new.excluded[name], moments.c[name]) for name in names}
    return new.on_conflict_do_update(index_elements=["call_id", "kind", "number"], set_=changes)


@cache
def intended(dialect: str) -> Upsert:
    """A new segment opens its recording again; an intent seen before changes nothing."""
    new = _insert(dialect, recordings)
    newer = new.excluded.intended_at > func.coalesce(recordings.c.intended_at, _LONG_AGO)
    return new.on_conflict_do_update(
        index_elements=["id"],
        set_={
            "intended_at": case((newer, new.excluded.intended_at), else_=recordings.c.intended_at),
            "started_at": func.coalesce(recordings.c.started_at, new.excluded.started_at),
            "state": case((newer, new.excluded.state), else_=recordings.c.state),
            "ended_at": case((newer, null()), else_=recordings.c.ended_at),
        },
    )


@cache
def segment(dialect: str) -> Upsert:
    """A segment's intent or what was found of it."""
    new = _insert(dialect, segments)
    names = ("started_at", "ended_at", "seconds", "caller_file", "consultant_file")
    changes = {name: func.coalesce(new.excluded[name], segments.c[name]) for name in names}
    return new.on_conflict_do_update(index_elements=["stem"], set_=changes)


@cache
def recording_known(dialect: str) -> Upsert:
    """A place for facts about a recording whose intent was lost."""
    return _insert(dialect, recordings).on_conflict_do_nothing(index_elements=["id"])


@cache
def recording_checked(dialect: str) -> Upsert:
    """What the disk says replaces what was thought, except facts it does not know."""
    new = _insert(dialect, recordings)
    changes: dict[str, ColumnElement[Any]] = {}
    for column in recordings.c:
        if column.name == "connection":  # an attempt that nobody answered has none
            changes[column.name] = new.excluded[column.name]
        elif column.name not in ("id", "call_id", "intended_at"):
            changes[column.name] = func.coalesce(new.excluded[column.name], column)
    return new.on_conflict_do_update(index_elements=["id"], set_=changes)


@cache
def alarm(dialect: str) -> Upsert:
    """The same alarm once."""
    return _insert(dialect, alarms).on_conflict_do_nothing(index_elements=["kind", "about", "at"])


@cache
def consultant_stint(dialect: str) -> Upsert:
    """An end completes its begin, and a begin that comes late opens nothing again."""
    new, table = _insert(dialect, consultant_stints), consultant_stints
    return new.on_conflict_do_update(
        index_elements=["consultant", "began_at", "state"],
        set_={
            "ended_at": func.coalesce(table.c.ended_at, new.excluded.ended_at),
            "missed": or_(table.c.missed, new.excluded.missed),
        },
    )


@cache
def consultant_state(dialect: str) -> Upsert:
    """The newest word wins, whatever order they come in."""
    new = _insert(dialect, consultant_states)
    return new.on_conflict_do_update(
        index_elements=["consultant", "name"],
        set_={"value": new.excluded.value, "at": new.excluded.at},
        where=new.excluded.at >= consultant_states.c.at,
    )


@cache
def log_begun(dialect: str) -> Upsert:
    """The first place of a log that the journal has; none is there that could be lost."""
    return _insert(dialect, log_places).on_conflict_do_nothing(index_elements=["log"])


@cache
def log_read() -> Update:
    """On from the place where it stands; from any other place nothing is known of what lies between."""
    return (
        update(log_places)
        .where(log_places.c.log == bindparam("b_log"), log_places.c.place == bindparam("b_after"))
        .values(place=bindparam("b_place"), at=bindparam("b_at", type_=log_places.c.at.type))
    )
