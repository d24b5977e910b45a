"""Store of hand-overs: each with its tries and events, written in short transactions; edge (A9, A10, A17)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.handing_over.status import move
from appeals.model.body import ChannelKind
from appeals.model.hand_over import (
    OPEN,
    AttemptState,
    BodyAnswer,
    DeliveryAttempt,
    GivenAnswer,
    HandOver,
    HandOverState,
)
from appeals.model.hand_over_tables import (
    HAND_OVER_ATTEMPTS,
    HAND_OVER_EVENTS,
    HAND_OVERS,
    hand_over_attempts,
    hand_over_events,
    hand_overs,
)
from config.told import told
from recordings.model.access_entry import Actor
from recordings.model.batches import batches
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered
from recordings.rows.store import lock


class NoSuchHandOver(LookupError):
    """There is no such hand-over."""


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> int:
    """A new hand-over; its id."""
    async with entered(connection, [(HAND_OVERS, [])]) as rows:
        key = (await connection.execute(insert(hand_overs).values(dict(values)))).inserted_primary_key
        assert key is not None
        rows.add(HAND_OVERS, tuple(key))
    return int(key[0])


async def change(connection: AsyncConnection, id_: int, values: Mapping[str, Any]) -> None:
    """Columns of one, in the transaction of the event that says so."""
    async with entered(connection, [(HAND_OVERS, [(id_,)])]):
        await connection.execute(update(hand_overs).where(hand_overs.c.id == id_).values(dict(values)))


async def add_attempt(
    connection: AsyncConnection, id_: int, channel: ChannelKind, contact: int, message_id: str, now: datetime
) -> int:
    """A try to come, due at once; its id."""
    values = {
        "hand_over_id": id_,
        "channel": channel.value,
        "contact_id": contact,
        "message_id": message_id,
        "state": AttemptState.PLANNED.value,
        "tries": 0,
        "committed": False,
        "result": "",
        "planned_at": now,
        "next_at": now,
    }
    async with entered(connection, [(HAND_OVER_ATTEMPTS, [])]) as rows:
        made = await connection.execute(insert(hand_over_attempts).values(values))
        assert made.inserted_primary_key is not None
        rows.add(HAND_OVER_ATTEMPTS, tuple(made.inserted_primary_key))
        return int(made.inserted_primary_key[0])


async def change_attempt(connection: AsyncConnection, attempt: int, values: Mapping[str, Any]) -> None:
    """Columns of one try."""
    table = hand_over_attempts
    async with entered(connection, [(HAND_OVER_ATTEMPTS, [(attempt,)])]):
        await connection.execute(update(table).where(table.c.id == attempt).values(dict(values)))


async def happened(
    connection: AsyncConnection,
    id_: int,
    who: Actor,
    at: datetime,
    step: str,
    before: str,
    after: str,
    *,
    facts: Mapping[str, object] | None = None,
    hidden_words: str = "",
) -> None:
    """One event; `facts` without personal data, `hidden_words` hidden already."""
    row = {
        "hand_over_id": id_,
        "at": at,
        "person": who.person,
        "role": who.role,
        "system_user": who.system_user,
        "step": step,
        "before": str(before),
        "after": str(after),
        "facts": json.dumps(dict(facts or {}), sort_keys=True, ensure_ascii=False),
        "pii_words": hidden_words,
    }
    async with entered(connection, [(HAND_OVER_EVENTS, [])]) as rows:
        made = await connection.execute(insert(hand_over_events).values(row))
        assert made.inserted_primary_key is not None
        rows.add(HAND_OVER_EVENTS, tuple(made.inserted_primary_key))


async def step(
    connection: AsyncConnection,
    row: Row[Any],
    to: HandOverState,
    who: Actor,
    at: datetime,
    name: str,
    *,
    values: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
    hidden_words: str = "",
) -> None:
    """The move, its columns and its event. Raises WrongHandOverStep."""
    after = move(HandOverState(row.state), to)
    await change(connection, row.id, {"state": after.value, **(values or {})})
    await happened(
        connection, row.id, who, at, name, row.state, after, facts=facts, hidden_words=hidden_words
    )


async def row_for_update(connection: AsyncConnection, id_: int) -> Row[Any]:
    """Its row, nobody else changing it meanwhile; the chain is locked first. Raises NoSuchHandOver."""
    await lock(connection)
    query = select(hand_overs).where(hand_overs.c.id == id_).with_for_update()
    found = (await connection.execute(query)).first()
    if found is None:
        raise NoSuchHandOver(told("there is no hand-over {id}", id=id_))
    return found


async def attempt_for_update(connection: AsyncConnection, attempt: int) -> Row[Any]:
    """A try's row, nobody else changing it meanwhile; the chain is locked first."""
    await lock(connection)
    query = select(hand_over_attempts).where(hand_over_attempts.c.id == attempt).with_for_update()
    return (await connection.execute(query)).one()


async def load(connection: AsyncConnection, numbers: Numbers, ids: Sequence[int]) -> list[HandOver]:
    """Hand-overs with their tries, in the order of `ids`, those that are there."""
    rows: dict[int, Row[Any]] = {}
    tries: dict[int, list[DeliveryAttempt]] = {}
    table = hand_over_attempts
    for part in batches(ids):
        for row in await connection.execute(select(hand_overs).where(hand_overs.c.id.in_(part))):
            rows[row.id] = row
        query = select(table).where(table.c.hand_over_id.in_(part)).order_by(table.c.id)
        for row in await connection.execute(query):
            tries.setdefault(row.hand_over_id, []).append(attempt_of(row))
    return [hand_over_of(rows[id_], tries.get(id_, ()), numbers) for id_ in ids if id_ in rows]


async def of_appeal(connection: AsyncConnection, numbers: Numbers, appeal_id: int) -> list[HandOver]:
    """All of an appeal, oldest first."""
    query = select(hand_overs.c.id).where(hand_overs.c.appeal_id == appeal_id).order_by(hand_overs.c.id)
    return await load(connection, numbers, list((await connection.execute(query)).scalars()))


async def open_bodies(connection: AsyncConnection, appeal_id: int) -> list[str]:
    """Bodies whose hand-over of this appeal is open."""
    query = select(hand_overs.c.body).where(
        hand_overs.c.appeal_id == appeal_id, hand_overs.c.state.in_([state.value for state in OPEN])
    )
    return list((await connection.execute(query.order_by(hand_overs.c.id))).scalars())


def hand_over_of(row: Row[Any], tries: Sequence[DeliveryAttempt], numbers: Numbers) -> HandOver:
    """As it is shown."""
    return HandOver(
        id=row.id,
        appeal_id=row.appeal_id,
        number=row.number,
        body=row.body,
        rules=tuple(json.loads(row.rules)),
        urgent=row.urgent,
        state=HandOverState(row.state),
        due_at=row.due_at,
        why_then=json.loads(row.why_then),
        language=row.language,
        text=numbers.reveal(row.pii_text),
        sha256=row.sha256,
        source=row.source,
        created_by=row.created_by,
        created_person=row.created_person,
        created_at=row.created_at,
        sent_at=row.sent_at,
        received_at=row.received_at,
        received_by=_revealed(row.pii_received_by, numbers),
        given=_given(row, numbers),
        steps_done=row.steps_done,
        attempts=tuple(tries),
    )


def attempt_of(row: Row[Any]) -> DeliveryAttempt:
    """One try."""
    return DeliveryAttempt(
        id=row.id,
        hand_over_id=row.hand_over_id,
        channel=ChannelKind(row.channel),
        contact_id=row.contact_id,
        message_id=row.message_id,
        state=AttemptState(row.state),
        tries=row.tries,
        result=row.result,
        planned_at=row.planned_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
        next_at=row.next_at,
        committed=row.committed,
    )


def _given(row: Row[Any], numbers: Numbers) -> GivenAnswer | None:
    if row.answer is None:
        return None
    return GivenAnswer(
        BodyAnswer(row.answer),
        _revealed(row.pii_measures, numbers),
        _revealed(row.pii_answered_by, numbers),
        row.answer_channel,
        row.answered_at,
    )


def _revealed(hidden: str | None, numbers: Numbers) -> str:
    return numbers.reveal(hidden) if hidden else ""
