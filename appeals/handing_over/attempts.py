"""Tries of a hand-over: which channels begin, by whom of the body, with ids of messages; edge (A10)."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.handing_over import store
from appeals.model.body import BodyContact, ChannelKind
from appeals.model.hand_over import AttemptState
from appeals.model.hand_over_tables import hand_over_attempts

# Of an ordinary hand-over one channel is enough, in this order; an urgent one goes by all but the letter.
_ORDER = (ChannelKind.WEBHOOK, ChannelKind.EMAIL, ChannelKind.TELEPHONE, ChannelKind.LETTER)
_REMINDER = "111-reminder-"
_AT_ONCE = frozenset({ChannelKind.WEBHOOK, ChannelKind.EMAIL, ChannelKind.TELEPHONE})


async def plan_attempts(
    connection: AsyncConnection,
    id_: int,
    contacts: Sequence[BodyContact],
    at_once: bool,
    first: ChannelKind | None,
    now: datetime,
    *,
    tried: Collection[int] = (),
) -> int:
    """The tries that begin now, by contacts not tried before; how many. None left: 0."""
    fresh = [one for one in contacts if one.id not in tried]
    chosen: dict[ChannelKind, BodyContact] = {}
    for one in sorted(fresh, key=lambda one: (one.order, _ORDER.index(one.channel))):
        chosen.setdefault(one.channel, one)
    if at_once:
        picked = [one for channel, one in chosen.items() if channel in _AT_ONCE] or list(chosen.values())
    else:
        picked = sorted(chosen.values(), key=lambda one: (one.channel != first, _ORDER.index(one.channel)))[
            :1
        ]
    for one in picked:
        await store.add_attempt(connection, id_, one.channel, one.id, new_message_id(), now)
    return len(picked)


async def end_attempts(connection: AsyncConnection, id_: int, now: datetime) -> None:
    """What was still to be tried is not, once the body has it."""
    table = hand_over_attempts
    query = select(table.c.id).where(
        table.c.hand_over_id == id_,
        table.c.state.in_([AttemptState.PLANNED.value, AttemptState.FAILED.value]),
    )
    for attempt in (await connection.execute(query)).scalars().all():
        values = {"state": AttemptState.NOT_NEEDED.value, "next_at": None, "ended_at": now}
        await store.change_attempt(connection, attempt, values)


def new_message_id(reminder: bool = False) -> str:
    """Of one message, whatever becomes of it; e-mail puts it into angle brackets with its host."""
    return f"{_REMINDER if reminder else '111-'}{uuid.uuid4().hex}"


def is_reminder(message_id: str) -> bool:
    """Whether the message only asks for the answer, and says nothing of the matter (A17)."""
    return message_id.startswith(_REMINDER)
