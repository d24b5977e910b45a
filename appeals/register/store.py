"""Store of the register: rows of appeals and their history, made into values and back; edge (A11, A12)."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.model.appeal import (
    Appeal,
    AppealContact,
    AppealEvent,
    AppealOutcome,
    AppealState,
    Channel,
    ContactKind,
    FieldValue,
)
from appeals.model.register_tables import (
    APPEAL_EVENTS,
    APPEALS,
    appeal_contacts,
    appeal_events,
    appeal_values,
    appeals,
)
from appeals.register.results import AppealUnreadable, NoSuchAppeal
from config.told import told
from recordings.model.access_entry import Actor
from recordings.model.batches import batches
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered
from recordings.rows.store import lock


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> int:
    """A new appeal; its id."""
    async with entered(connection, [(APPEALS, [])]) as rows:
        key = (await connection.execute(insert(appeals).values(dict(values)))).inserted_primary_key
        assert key is not None
        rows.add(APPEALS, tuple(key))
    return int(key[0])


async def change(
    connection: AsyncConnection, appeal_id: int, now: datetime, values: Mapping[str, Any]
) -> None:
    """Columns of an appeal, in the same transaction as the event that says so; its version grows."""
    async with entered(connection, [(APPEALS, [(appeal_id,)])]):
        await connection.execute(
            update(appeals)
            .where(appeals.c.id == appeal_id)
            .values({**values, "version": appeals.c.version + 1, "changed_at": now})
        )


async def touch(connection: AsyncConnection, appeal_id: int, now: datetime, copied: Mapping[str, Any]) -> int:
    """Columns that copy what the history has, and a new version, which it returns."""
    made = update(appeals).where(appeals.c.id == appeal_id)
    values = {**copied, "version": appeals.c.version + 1, "changed_at": now}
    found = await connection.execute(made.values(values).returning(appeals.c.version))
    return int(found.scalar_one())


async def happened(
    connection: AsyncConnection,
    numbers: Numbers,
    appeal_id: int,
    who: Actor,
    at: datetime,
    step: str,
    *,
    field: str = "",
    before: str = "",
    after: str = "",
    facts: Mapping[str, object] | None = None,
) -> None:
    """One event; `before` and `after` in clear, `facts` without personal data."""
    row = {
        "appeal_id": appeal_id,
        "at": at,
        "person": who.person,
        "role": who.role,
        "system_user": who.system_user,
        "step": step,
        "field": field,
        "pii_before": numbers.hide(before) if before else "",
        "pii_after": numbers.hide(after) if after else "",
        "facts": json.dumps(dict(facts or {}), sort_keys=True, ensure_ascii=False),
    }
    async with entered(connection, [(APPEAL_EVENTS, [])]) as rows:
        key = (await connection.execute(insert(appeal_events).values(row))).inserted_primary_key
        assert key is not None
        rows.add(APPEAL_EVENTS, tuple(key))


async def row_for_update(connection: AsyncConnection, appeal_id: int) -> Row[Any]:
    """The appeal's row, nobody else changing it meanwhile. Raises NoSuchAppeal.

    First in its transaction: the chain of rows is locked before any row, as retention does it too.
    """
    await lock(connection)
    query = select(appeals).where(appeals.c.id == appeal_id).with_for_update()
    found = (await connection.execute(query)).first()
    if found is None:
        raise no_such(appeal_id)
    return found


def no_such(appeal_id: int) -> NoSuchAppeal:
    """To be raised."""
    return NoSuchAppeal(told("the register has no appeal {id}", id=appeal_id))


async def load(connection: AsyncConnection, numbers: Numbers, ids: Sequence[int]) -> list[Appeal]:
    """Appeals with their values and contacts, in the order of `ids`, those that are there.

    Raises AppealUnreadable.
    """
    rows: dict[int, Row[Any]] = {}
    values: dict[int, dict[str, FieldValue]] = {}
    contacts: dict[int, list[AppealContact]] = {}
    for part in batches(ids):
        for row in await connection.execute(select(appeals).where(appeals.c.id.in_(part))):
            rows[row.id] = row
        for row in await connection.execute(select(appeal_values).where(appeal_values.c.appeal_id.in_(part))):
            values.setdefault(row.appeal_id, {})[row.field] = value_of(row, numbers)
        of_these = select(appeal_contacts).where(appeal_contacts.c.appeal_id.in_(part))
        for row in await connection.execute(of_these.order_by(appeal_contacts.c.id)):
            contacts.setdefault(row.appeal_id, []).append(contact_of(row))
    return [appeal_of(rows[id_], values.get(id_, {}), contacts.get(id_, ())) for id_ in ids if id_ in rows]


async def load_one(connection: AsyncConnection, numbers: Numbers, appeal_id: int) -> Appeal:
    """Raises NoSuchAppeal, AppealUnreadable."""
    found = await load(connection, numbers, [appeal_id])
    if not found:
        raise no_such(appeal_id)
    return found[0]


async def events_of(connection: AsyncConnection, numbers: Numbers, appeal_id: int) -> list[AppealEvent]:
    """Its history as far as it is noted, oldest first. Raises AppealUnreadable."""
    query = select(appeal_events).where(appeal_events.c.appeal_id == appeal_id).order_by(appeal_events.c.seq)
    return [event_of(row, numbers) for row in await connection.execute(query)]


def appeal_of(row: Row[Any], values: Mapping[str, FieldValue], contacts: Collection[AppealContact]) -> Appeal:
    """From its rows."""
    return Appeal(
        id=row.id,
        number=row.number or "",
        state=AppealState(row.state),
        version=row.version,
        language=row.language,
        channel=Channel(row.channel),
        owner=row.owner,
        owner_person=row.owner_person,
        created_at=row.created_at,
        registered_at=row.registered_at,
        closed_at=row.closed_at,
        due_at=row.due_at,
        due_source=row.due_source,
        outcome=AppealOutcome(row.outcome) if row.outcome else None,
        joined_to=row.joined_to,
        values=dict(values),
        contacts=tuple(contacts),
    )


def value_of(row: Row[Any], numbers: Numbers) -> FieldValue:
    """Raises AppealUnreadable."""
    return FieldValue(text_of(row, numbers), row.version, row.system_user, row.person, row.at)


def text_of(row: Row[Any], numbers: Numbers) -> str:
    """What stands in a field, hidden or not. Raises AppealUnreadable."""
    return revealed(row.pii_text, numbers, row.appeal_id) if row.text is None else str(row.text)


def contact_of(row: Row[Any]) -> AppealContact:
    """From its row."""
    return AppealContact(
        row.id, row.appeal_id, ContactKind(row.kind), row.call_id or "", row.at, row.system_user
    )


def event_of(row: Row[Any], numbers: Numbers) -> AppealEvent:
    """Raises AppealUnreadable."""
    return AppealEvent(
        seq=row.seq,
        at=row.at,
        who=Actor(row.person, row.role, row.system_user),
        step=row.step,
        field=row.field,
        before=revealed(row.pii_before, numbers, row.appeal_id),
        after=revealed(row.pii_after, numbers, row.appeal_id),
        facts=json.loads(row.facts),
    )


def revealed(hidden: str | None, numbers: Numbers, appeal_id: int) -> str:
    """Raises AppealUnreadable where it was altered, or was hidden with another key."""
    if not hidden:
        return ""
    try:
        if numbers.is_hidden(hidden):
            return numbers.reveal(hidden)
    except ValueError:
        pass
    raise AppealUnreadable(appeal_id)
