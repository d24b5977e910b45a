"""Looking at hand-overs: of an appeal, one with its life, those somebody must care for; edge (A12, A17)."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.handing_over import store
from appeals.handing_over.base import Base
from appeals.handing_over.results import HandOverEvent, WaitingHandOver
from appeals.model.hand_over import HandOver, HandOverState
from appeals.model.hand_over_tables import hand_over_events, hand_overs
from config.database import read_connection
from config.told import told
from recordings.model.access_entry import Actor


class Looking(Base):
    """Changes nothing; who may see an appeal may see its hand-overs."""

    async def of_appeal(self, appeal_id: int) -> list[HandOver]:
        """All of an appeal, oldest first; whoever may see the appeal may see them."""
        async with read_connection(self._database) as connection:
            return await store.of_appeal(connection, self._numbers, appeal_id)

    async def get(self, id_: int) -> HandOver:
        """Raises NoSuchHandOver."""
        async with read_connection(self._database) as connection:
            found = await store.load(connection, self._numbers, [id_])
        if not found:
            raise store.NoSuchHandOver(told("there is no hand-over {id}", id=id_))
        return found[0]

    async def events(self, id_: int) -> list[HandOverEvent]:
        """Its whole life, oldest first."""
        table = hand_over_events
        query = select(table).where(table.c.hand_over_id == id_).order_by(table.c.seq)
        async with read_connection(self._database) as connection:
            return [self._event(row) for row in await connection.execute(query)]

    async def without_receipt(self) -> list[WaitingHandOver]:
        """Sent or failed and not received, oldest first, for the board."""
        wanted = [HandOverState.SENDING, HandOverState.SENT, HandOverState.FAILED]
        table = hand_overs
        query = select(table).where(table.c.state.in_([one.value for one in wanted])).order_by(table.c.due_at)
        async with read_connection(self._database) as connection:
            return [_waiting(row) for row in await connection.execute(query)]

    async def open_of(self, connection: AsyncConnection, appeal_id: int) -> Sequence[str]:
        """See OpenHandOvers of the register."""
        return await store.open_bodies(connection, appeal_id)

    def _event(self, row: Row[Any]) -> HandOverEvent:
        who = Actor(row.person, row.role, row.system_user)
        words = self._numbers.reveal(row.pii_words) if row.pii_words else ""
        facts = json.loads(row.facts)
        return HandOverEvent(row.seq, row.at, who, row.step, row.before, row.after, facts, words)


def _waiting(row: Row[Any]) -> WaitingHandOver:
    return WaitingHandOver(
        row.id, row.appeal_id, row.number, row.body, row.urgent, row.state, row.due_at, row.created_by
    )
