"""Store of the calendar: days and their history, written together in short transactions; edge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.calendar.day import EVERYBODY, Day, DayKind
from appeals.model.calendar_tables import CALENDAR_DAYS, CALENDAR_EVENTS, calendar_days, calendar_events
from config.database import read_connection
from recordings.model.access_entry import Actor
from recordings.rows.service import entered
from recordings.rows.store import lock

_DAY: TypeAdapter[Day] = TypeAdapter(Day)
_LIBRARY = "holidays "  # begins the source of a day that was filled in


@dataclass(frozen=True, slots=True)
class DayEvent:
    """One change of a day, by whom and when; `before` None where nothing stood there."""

    seq: int
    at: datetime
    who: Actor
    step: str
    before: Day | None
    after: Day


async def load(
    database: AsyncEngine, since: date, until: date, bodies: Sequence[str] | None = None
) -> list[Day]:
    """Days from `since` to `until`, both included; of these bodies, None: of all."""
    query = select(calendar_days).where(
        calendar_days.c.day >= since.isoformat(), calendar_days.c.day <= until.isoformat()
    )
    if bodies is not None:
        query = query.where(calendar_days.c.body.in_(list(bodies)))
    async with read_connection(database) as connection:
        rows = (await connection.execute(query.order_by(calendar_days.c.day, calendar_days.c.body))).all()
    return [_day(row) for row in rows]


async def filled_years(database: AsyncEngine, years: Iterable[int]) -> set[int]:
    """Those of `years` that were filled in from the library once."""
    year = func.substr(calendar_days.c.day, 1, 4)
    query = (
        select(year)
        .distinct()
        .where(
            calendar_days.c.body == EVERYBODY,
            calendar_days.c.source.startswith(_LIBRARY, autoescape=True),
            year.in_([f"{one:04}" for one in years]),
        )
    )
    async with read_connection(database) as connection:
        return {int(one) for one in (await connection.execute(query)).scalars()}


async def put(
    connection: AsyncConnection, days: Sequence[Day], who: Actor, now: datetime, step: str, *, keep: bool
) -> list[Day]:
    """Each day with its event; `keep`: one that stands there already stays. Those that changed."""
    await lock(connection)  # nobody else changes them between the look and the write
    keys = [(one.body, one.day.isoformat()) for one in days]
    known = await _standing(connection, days)
    changed = [
        one for one in days if known.get((one.body, one.day)) != one and not (keep and _key(one) in known)
    ]
    if not changed:
        return []
    async with entered(connection, [(CALENDAR_DAYS, keys), (CALENDAR_EVENTS, [])]) as rows:
        for one in changed:
            before = known.get(_key(one))
            await _write(connection, one, before)
            values = _event(one, before, who, now, step)
            made = (await connection.execute(insert(calendar_events).values(values))).inserted_primary_key
            assert made is not None
            rows.add(CALENDAR_EVENTS, tuple(made))
    return changed


async def history(database: AsyncEngine, body: str, day: date) -> list[DayEvent]:
    """Every change of a day, oldest first."""
    query = select(calendar_events).where(
        calendar_events.c.body == body, calendar_events.c.day == day.isoformat()
    )
    async with read_connection(database) as connection:
        rows = (await connection.execute(query.order_by(calendar_events.c.seq))).all()
    return [
        DayEvent(
            row.seq,
            row.at,
            Actor(row.person, row.role, row.system_user),
            row.step,
            _DAY.validate_json(row.before) if row.before else None,
            _DAY.validate_json(row.after),
        )
        for row in rows
    ]


async def _standing(connection: AsyncConnection, days: Sequence[Day]) -> dict[tuple[str, date], Day]:
    wanted = {_key(one) for one in days}
    query = select(calendar_days).where(
        calendar_days.c.body.in_({one.body for one in days}),
        calendar_days.c.day >= min(one.day for one in days).isoformat(),
        calendar_days.c.day <= max(one.day for one in days).isoformat(),
    )
    found = (_day(row) for row in (await connection.execute(query)).all())
    return {_key(one): one for one in found if _key(one) in wanted}


async def _write(connection: AsyncConnection, one: Day, before: Day | None) -> None:
    values = {
        "kind": one.kind.value,
        "weekday": one.like,
        "shorter": one.shorter,
        "name_kk": one.name_kk,
        "name_ru": one.name_ru,
        "source": one.source,
        "estimated": one.estimated,
    }
    key = {"body": one.body, "day": one.day.isoformat()}
    if before is None:
        await connection.execute(insert(calendar_days).values({**key, **values}))
        return
    same = (calendar_days.c.body == key["body"], calendar_days.c.day == key["day"])
    await connection.execute(update(calendar_days).where(*same).values(values))


def _event(one: Day, before: Day | None, who: Actor, now: datetime, step: str) -> dict[str, Any]:
    return {
        "at": now,
        "person": who.person,
        "role": who.role,
        "system_user": who.system_user,
        "step": step,
        "body": one.body,
        "day": one.day.isoformat(),
        "before": "" if before is None else _DAY.dump_json(before).decode(),
        "after": _DAY.dump_json(one).decode(),
    }


def _key(one: Day) -> tuple[str, date]:
    return one.body, one.day


def _day(row: Row[Any]) -> Day:
    return Day(
        day=date.fromisoformat(row.day),
        kind=DayKind(row.kind),
        body=row.body,
        like=row.weekday,
        shorter=row.shorter,
        name_kk=row.name_kk,
        name_ru=row.name_ru,
        source=row.source,
        estimated=row.estimated,
    )
