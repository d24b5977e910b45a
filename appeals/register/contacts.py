"""Contacts of appeals: calls and letters about one, calls that were none, who looks; edge (A11, A12)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.model.appeal import AppealContact, ContactKind, NoCase
from appeals.model.register_tables import (
    APPEAL_CONTACTS,
    NO_CASE_CONTACTS,
    appeal_contacts,
    appeal_presence,
    no_case_contacts,
)
from appeals.register.results import CallOfAppeal, NoCaseContact, Present
from appeals.register.store import contact_of, revealed
from recordings.model.access_entry import Actor
from recordings.model.tables import calls, moments, recordings
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered


async def add_contact(
    connection: AsyncConnection,
    numbers: Numbers,
    appeal_id: int,
    kind: ContactKind,
    call_id: str,
    at: datetime,
    who: Actor,
    pii_phone: str = "",
) -> tuple[AppealContact, bool]:
    """The contact, and whether it is new; a call is a contact of one appeal once."""
    table = appeal_contacts
    if call_id:
        known = select(table).where(table.c.appeal_id == appeal_id, table.c.call_id == call_id)
        row = (await connection.execute(known)).first()
        if row is not None:
            return contact_of(row), False
    values = {
        "appeal_id": appeal_id,
        "kind": kind.value,
        "call_id": call_id or None,
        "at": at,
        "system_user": who.system_user,
        "pii_caller": numbers.hide(pii_phone) if pii_phone else None,
        "caller_index": numbers.index(pii_phone) if pii_phone else None,
    }
    async with entered(connection, [(APPEAL_CONTACTS, [])]) as rows:
        key = (await connection.execute(insert(table).values(values))).inserted_primary_key
        assert key is not None
        rows.add(APPEAL_CONTACTS, tuple(key))
    return AppealContact(int(key[0]), appeal_id, kind, call_id, at, who.system_user), True


async def copy(connection: AsyncConnection, appeal_id: int, into: int) -> None:
    """The contacts of one appeal to another, which holds their recordings from then on."""
    table = appeal_contacts
    there = select(table.c.call_id).where(table.c.appeal_id == into, table.c.call_id.is_not(None))
    known = frozenset((await connection.execute(there)).scalars())
    query = select(table).where(table.c.appeal_id == appeal_id).order_by(table.c.id)
    for row in (await connection.execute(query)).mappings().all():
        if row["call_id"] in known:
            continue
        values = {name: value for name, value in row.items() if name != "id"}
        async with entered(connection, [(APPEAL_CONTACTS, [])]) as rows:
            made = insert(table).values({**values, "appeal_id": into})
            key = (await connection.execute(made)).inserted_primary_key
            assert key is not None
            rows.add(APPEAL_CONTACTS, tuple(key))


async def journal_row(connection: AsyncConnection, call_id: str) -> Row[Any] | None:
    """The call as the journal has it; None while it is under way, or when it was let go."""
    return (await connection.execute(select(calls).where(calls.c.call_id == call_id))).first()


async def keep_callers(
    connection: AsyncConnection, numbers: Numbers, callers: Numbers, appeal_id: int
) -> None:
    """The callers' numbers of calls that had no row when they became contacts: kept with the appeal."""
    query = (
        select(appeal_contacts.c.id, calls.c.caller)
        .join(calls, calls.c.call_id == appeal_contacts.c.call_id)
        .where(appeal_contacts.c.appeal_id == appeal_id, appeal_contacts.c.pii_caller.is_(None))
        .where(calls.c.caller.is_not(None))
    )
    for row in (await connection.execute(query)).all():
        pii_caller = caller_of(row.caller, callers)
        if pii_caller:
            values = {"pii_caller": numbers.hide(pii_caller), "caller_index": numbers.index(pii_caller)}
            await connection.execute(
                update(appeal_contacts).where(appeal_contacts.c.id == row.id).values(values)
            )


def caller_of(hidden: str | None, callers: Numbers) -> str:
    """A caller's number in clear; "" when it was withheld, or cannot be read."""
    try:
        return callers.reveal(hidden) if hidden else ""
    except ValueError:
        return ""


async def call_facts(
    connection: AsyncConnection, numbers: Numbers, callers: Numbers, appeal_id: int
) -> tuple[CallOfAppeal, ...]:
    """Each call of an appeal, the oldest first. Raises AppealUnreadable."""
    table = appeal_contacts
    query = select(table).where(table.c.appeal_id == appeal_id, table.c.call_id.is_not(None))
    contacts = (await connection.execute(query.order_by(table.c.at, table.c.id))).all()
    ids = [row.call_id for row in contacts]
    rows = {
        row.call_id: row for row in await connection.execute(select(calls).where(calls.c.call_id.in_(ids)))
    }
    ways = await _paths(connection, ids)
    kept: dict[str, list[str]] = {}
    for call_id, id_ in await connection.execute(
        select(recordings.c.call_id, recordings.c.id)
        .where(recordings.c.call_id.in_(ids))
        .order_by(recordings.c.id)
    ):
        kept.setdefault(call_id, []).append(id_)
    return tuple(
        _facts(
            contact,
            rows.get(contact.call_id),
            revealed(contact.pii_caller, numbers, appeal_id),
            callers,
            ways.get(contact.call_id, ()),
            kept.get(contact.call_id, ()),
        )
        for contact in contacts
    )


def _facts(
    contact: Row[Any],
    row: Row[Any] | None,
    pii_caller: str,
    callers: Numbers,
    path: Collection[str],
    kept: Collection[str],
) -> CallOfAppeal:
    if row is None:
        return CallOfAppeal(contact.call_id, contact.kind, contact.at, pii_caller=pii_caller or None)
    return CallOfAppeal(
        call_id=contact.call_id,
        kind=contact.kind,
        at=contact.at,
        language=row.language,
        pii_caller=pii_caller or caller_of(row.caller, callers) or None,
        arrived_at=row.arrived_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        served_by=row.served_by,
        outcome=row.outcome,
        path=tuple(path),
        recordings=tuple(kept),
    )


async def _paths(connection: AsyncConnection, ids: Collection[str]) -> Mapping[str, list[str]]:
    query = select(moments.c.call_id, moments.c.kind).where(moments.c.call_id.in_(list(ids)))
    found: dict[str, list[str]] = {}
    for call_id, kind in await connection.execute(query.order_by(moments.c.at, moments.c.number)):
        found.setdefault(call_id, []).append(kind)
    return found


async def appeals_of(connection: AsyncConnection, call_id: str) -> list[int]:
    """Appeals that this call is a contact of, the oldest first."""
    query = select(appeal_contacts.c.appeal_id).where(appeal_contacts.c.call_id == call_id)
    return list((await connection.execute(query.order_by(appeal_contacts.c.appeal_id))).scalars())


async def no_case(
    connection: AsyncConnection, call_id: str, kind: NoCase, who: Actor, now: datetime
) -> NoCaseContact:
    """A repeat puts another kind in its place."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"kind": kind.value, "at": now, "person": who.person, "system_user": who.system_user}
    new = dialect.insert(no_case_contacts).values(call_id=call_id, **values)
    async with entered(connection, [(NO_CASE_CONTACTS, [(call_id,)])]):
        await connection.execute(new.on_conflict_do_update(index_elements=["call_id"], set_=values))
    return NoCaseContact(call_id, kind, now, who.person, who.system_user)


async def no_case_of(connection: AsyncConnection, call_id: str) -> NoCaseContact | None:
    """What was said of this call; None: nothing."""
    query = select(no_case_contacts).where(no_case_contacts.c.call_id == call_id)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return NoCaseContact(row.call_id, NoCase(row.kind), row.at, row.person, row.system_user)


async def forget_no_case(connection: AsyncConnection, call_id: str) -> None:
    """The call became an appeal after all."""
    async with entered(connection, [(NO_CASE_CONTACTS, [(call_id,)])]):
        await connection.execute(delete(no_case_contacts).where(no_case_contacts.c.call_id == call_id))


async def mark_present(connection: AsyncConnection, appeal_id: int, who: Actor, now: datetime) -> None:
    """Somebody has the appeal open."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"person": who.person, "at": now}
    new = dialect.insert(appeal_presence).values(appeal_id=appeal_id, system_user=who.system_user, **values)
    await connection.execute(
        new.on_conflict_do_update(index_elements=["appeal_id", "system_user"], set_=values)
    )


async def leave(connection: AsyncConnection, appeal_id: int, who: Actor) -> None:
    """Somebody closed the page; the mark stays as one that is long over, for their late saves."""
    table = appeal_presence
    mine = (table.c.appeal_id == appeal_id, table.c.system_user == who.system_user)
    await connection.execute(update(table).where(*mine).values(at=datetime.fromtimestamp(0, UTC)))


async def present(connection: AsyncConnection, appeal_id: int) -> list[Present]:
    """All marks of an appeal, old ones too."""
    table = appeal_presence
    query = select(table).where(table.c.appeal_id == appeal_id).order_by(table.c.at.desc())
    return [Present(row.person, row.system_user, row.at) for row in await connection.execute(query)]
