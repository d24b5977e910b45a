"""Store of the directory: bodies, contacts and their history, written together; edge."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.bodies.hours_text import hours_text, read_hours
from appeals.model.bodies_tables import (
    BODIES,
    BODY_CONTACTS,
    BODY_EVENTS,
    bodies,
    body_contacts,
    body_events,
)
from appeals.model.body import Body, BodyContact, BodyKind, ChannelKind
from config.database import read_connection
from recordings.model.access_entry import Actor
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered
from recordings.rows.store import lock

_BODY: TypeAdapter[Body] = TypeAdapter(Body)
_CONTACT: TypeAdapter[BodyContact] = TypeAdapter(BodyContact)


@dataclass(frozen=True, slots=True)
class DirectoryEvent:
    """One change of a body or of one of its contacts; JSON before and after, "" where there was none."""

    seq: int
    at: datetime
    who: Actor
    step: str
    body: str
    contact: int | None
    before: str
    after: str


async def load(
    database: AsyncEngine,
    numbers: Numbers,
    ids: Sequence[str] | None = None,
    kind: BodyKind | None = None,
    regions: Sequence[str] | None = None,
) -> list[Body]:
    """Bodies with all their contacts in the order they are tried; None: whatever it is."""
    async with read_connection(database) as connection:
        return await standing(connection, numbers, ids, kind, regions)


async def standing(
    connection: AsyncConnection,
    numbers: Numbers,
    ids: Sequence[str] | None = None,
    kind: BodyKind | None = None,
    regions: Sequence[str] | None = None,
) -> list[Body]:
    """As `load`, within a transaction."""
    query = select(bodies).order_by(bodies.c.id)
    if ids is not None:
        query = query.where(bodies.c.id.in_(list(ids)))
    if kind is not None:
        query = query.where(bodies.c.kind == kind.value)
    if regions is not None:
        query = query.where(bodies.c.region.in_(list(regions)))
    rows = (await connection.execute(query)).all()
    of_body: dict[str, list[BodyContact]] = {}
    contacts = select(body_contacts).order_by(body_contacts.c.place, body_contacts.c.id)
    if (ids, kind, regions) != (None, None, None):
        contacts = contacts.where(body_contacts.c.body.in_([row.id for row in rows]))
    for row in (await connection.execute(contacts)).all():
        of_body.setdefault(row.body, []).append(_contact(row, numbers))
    return [_body(row, of_body.get(row.id, [])) for row in rows]


async def is_empty(database: AsyncEngine) -> bool:
    """Whether there is no body at all."""
    async with read_connection(database) as connection:
        return not (await connection.execute(select(func.count()).select_from(bodies))).scalar()


async def put_bodies(
    connection: AsyncConnection,
    changed: Sequence[tuple[Body | None, Body]],
    who: Actor,
    now: datetime,
    step: str,
    numbers: Numbers,
) -> None:
    """Each body as it was (None: it is new) and as it is to be, with its event; contacts aside."""
    keys = [(after.id,) for _, after in changed]
    fresh = [{"id": after.id, **_body_values(after)} for before, after in changed if before is None]
    async with entered(connection, [(BODIES, keys), (BODY_EVENTS, [])]) as rows:
        if fresh:
            await connection.execute(insert(bodies), fresh)
        for before, after in changed:
            if before is not None:
                same = bodies.c.id == after.id
                await connection.execute(update(bodies).where(same).values(_body_values(after)))
        events = [
            _event(step, after.id, None, _body_json(before), _body_json(after), numbers, who, now)
            for before, after in changed
        ]
        for seq in await _added(connection, body_events.c.seq, events):
            rows.add(BODY_EVENTS, (seq,))


async def put_contacts(
    connection: AsyncConnection,
    changed: Sequence[tuple[BodyContact | None, BodyContact]],
    who: Actor,
    now: datetime,
    step: str,
    numbers: Numbers,
) -> list[BodyContact]:
    """Each contact as it was (None: it is new, its id is given here) and as it is to be, with its event."""
    keys = [(after.id,) for before, after in changed if before is not None]
    fresh = [_contact_values(after, numbers) for before, after in changed if before is None]
    async with entered(connection, [(BODY_CONTACTS, keys), (BODY_EVENTS, [])]) as rows:
        ids = iter(await _added(connection, body_contacts.c.id, fresh))
        written = []
        for before, after in changed:
            if before is None:
                written.append(replace(after, id=next(ids)))
                rows.add(BODY_CONTACTS, (written[-1].id,))
                continue
            same = body_contacts.c.id == after.id
            await connection.execute(
                update(body_contacts).where(same).values(_contact_values(after, numbers))
            )
            written.append(after)
        events = [
            _event(step, after.body, after.id, _contact_json(before), _contact_json(after), numbers, who, now)
            for (before, _), after in zip(changed, written, strict=True)
        ]
        for seq in await _added(connection, body_events.c.seq, events):
            rows.add(BODY_EVENTS, (seq,))
    return written


async def keep_others_out(connection: AsyncConnection) -> None:
    """First in a transaction that looks and then writes."""
    await lock(connection)


async def history(database: AsyncEngine, numbers: Numbers, body: str) -> list[DirectoryEvent]:
    """Every change of a body and its contacts, oldest first."""
    query = select(body_events).where(body_events.c.body == body).order_by(body_events.c.seq)
    async with read_connection(database) as connection:
        rows = (await connection.execute(query)).all()
    return [
        DirectoryEvent(
            row.seq,
            row.at,
            Actor(row.person, row.role, row.system_user),
            row.step,
            row.body,
            row.contact,
            numbers.reveal(row.pii_before),
            numbers.reveal(row.pii_after),
        )
        for row in rows
    ]


async def _added(
    connection: AsyncConnection, key: Column[int], rows: Sequence[dict[str, Any]]
) -> Sequence[int]:
    """Their keys, in the order of `rows`: one statement, for an import has a thousand."""
    if not rows:
        return []
    query = insert(key.table).returning(key, sort_by_parameter_order=True)
    return (await connection.execute(query, list(rows))).scalars().all()


def _event(
    step: str,
    body: str,
    contact: int | None,
    before: str,
    after: str,
    numbers: Numbers,
    who: Actor,
    now: datetime,
) -> dict[str, Any]:
    return {
        "at": now,
        "person": who.person,
        "role": who.role,
        "system_user": who.system_user,
        "step": step,
        "body": body,
        "contact": contact,
        "pii_before": numbers.hide(before),
        "pii_after": numbers.hide(after),
    }


def _body_json(body: Body | None) -> str:
    return "" if body is None else _BODY.dump_json(replace(body, contacts=())).decode()


def _contact_json(contact: BodyContact | None) -> str:
    return "" if contact is None else _CONTACT.dump_json(contact).decode()


def _body_values(body: Body) -> dict[str, Any]:
    return {
        "kind": body.kind.value,
        "region": body.region,
        "name_kk": body.name_kk,
        "name_ru": body.name_ru,
        "language": body.language,
        "topics": " ".join(body.topics),
        "above": body.above,
        "hours": hours_text(body.hours),
        "valid_from": _iso(body.valid_from),
        "valid_until": _iso(body.valid_until),
        "example": body.example,
        "closed": body.closed,
    }


def _contact_values(contact: BodyContact, numbers: Numbers) -> dict[str, Any]:
    return {
        "body": contact.body,
        "channel": contact.channel.value,
        "pii_address": numbers.hide(contact.address),
        "holder": contact.holder,
        "place": contact.order,
        "valid_from": _iso(contact.valid_from),
        "valid_until": _iso(contact.valid_until),
        "plain_mail": contact.plain_mail,
        "example": contact.example,
    }


def _body(row: Row[Any], contacts: Sequence[BodyContact]) -> Body:
    return Body(
        id=row.id,
        kind=BodyKind(row.kind),
        region=row.region,
        name_kk=row.name_kk,
        name_ru=row.name_ru,
        language=row.language,
        topics=tuple(row.topics.split()),
        above=row.above,
        hours=read_hours(row.hours),
        contacts=tuple(contacts),
        valid_from=_day(row.valid_from),
        valid_until=_day(row.valid_until),
        example=row.example,
        closed=row.closed,
    )


def _contact(row: Row[Any], numbers: Numbers) -> BodyContact:
    return BodyContact(
        id=row.id,
        body=row.body,
        channel=ChannelKind(row.channel),
        address=numbers.reveal(row.pii_address),
        holder=row.holder,
        order=row.place,
        valid_from=_day(row.valid_from),
        valid_until=_day(row.valid_until),
        plain_mail=row.plain_mail,
        example=row.example,
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
