"""Confirming: hand-overs planned, shown, and written down to leave; edge (A9, A10, A16, A18, B3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.handing_over import store
from appeals.handing_over.base import Base
from appeals.handing_over.choosing import chosen, grounds_of, wishes_of
from appeals.handing_over.planned import HandOverPlan, Wishes
from appeals.handing_over.results import Confirmed
from appeals.model.appeal import Appeal, AppealState
from appeals.model.hand_over import HandOver
from appeals.model.hand_over_tables import hand_overs
from appeals.register import store as register
from appeals.register.door import allowed
from appeals.register.moving import move_in
from config.database import read_connection
from config.rights import Right
from recordings.model.access_entry import Action, Actor


class Confirming(Base):
    """Nothing leaves here; what is to leave is written with the id its message will have."""

    async def plan(
        self,
        appeal_id: int,
        who: Actor,
        now: datetime,
        wishes: Mapping[str, Wishes] | None = None,
        added: Sequence[str] = (),
    ) -> HandOverPlan:
        """Who would be told, why, when, by what and the exact words. Raises StepForbidden, HandOverRefused.

        The appeal must have its number: it stands in the words.
        """
        allowed(who, Right.APPEALS)
        return await self._planning.plan(await self._appeal(appeal_id), now, wishes, added=added)

    async def confirm(
        self,
        appeal_id: int,
        confirmed: Sequence[Confirmed],
        request_id: str,
        who: Actor,
        now: datetime,
        *,
        left_out: Mapping[str, str] | None = None,
    ) -> list[HandOver]:
        """Tell these bodies what was shown. `request_id`: of the page; a repeat returns what the first made.

        `left_out`: reasons by body that the rules name and that is not told. Raises Changed, Unexplained,
        HandOverRefused, StepForbidden.
        """
        allowed(who, Right.APPEALS)
        known = await self._of_request(request_id)
        if known:
            return known
        appeal = await self._appeal(appeal_id)
        wishes = {one.body: wishes_of(one) for one in confirmed}
        added = [one.body for one in confirmed if one.added.strip()]
        plan = await self._planning.plan(appeal, now, wishes, added=added)
        apart = left_out or {}
        picked = chosen(plan, confirmed, apart)
        names = ", ".join(one.body.id for one, _ in picked)
        await self._access.note(who, Action.APPEAL, [f"appeal {appeal.number}: handed over to {names}"])
        async with self._database.begin() as connection:
            await register.row_for_update(connection, appeal_id)
            ids = [
                await self._add(connection, appeal, one, request_id, who, now, grounds_of(wish, apart))
                for one, wish in picked
            ]
            if appeal.state is not AppealState.HANDED_OVER:
                await self._to_handed_over(connection, appeal, who, now)
            return await store.load(connection, self._numbers, ids)

    async def _of_request(self, request_id: str) -> list[HandOver]:
        query = select(hand_overs.c.id).where(hand_overs.c.request_id == request_id).order_by(hand_overs.c.id)
        async with read_connection(self._database) as connection:
            ids = list((await connection.execute(query)).scalars())
            return await store.load(connection, self._numbers, ids)

    async def _to_handed_over(
        self, connection: AsyncConnection, appeal: Appeal, who: Actor, now: datetime
    ) -> None:
        if appeal.state in (AppealState.REGISTERED, AppealState.ANSWERED):
            await move_in(connection, self._numbers, appeal.id, AppealState.IN_WORK, who, now)
        await move_in(connection, self._numbers, appeal.id, AppealState.HANDED_OVER, who, now)
