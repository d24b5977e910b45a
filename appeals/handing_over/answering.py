"""Answering: what came back of a hand-over, and what a person does with one that hangs; edge (A17, B5)."""

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.handing_over import store
from appeals.handing_over.attempts import end_attempts, new_message_id
from appeals.handing_over.base import LINE, Base
from appeals.handing_over.choosing import said
from appeals.handing_over.composer import Extra
from appeals.handing_over.planned import Wishes
from appeals.handing_over.planning import after_confirmed
from appeals.model.appeal import Appeal, AppealState
from appeals.model.body import BodyContact
from appeals.model.hand_over import GivenAnswer, HandOver, HandOverState
from appeals.model.hand_over_tables import hand_overs
from appeals.register import store as register
from appeals.register.door import allowed
from appeals.register.moving import move_in
from config.rights import Right
from recordings.model.access_entry import Actor

RECEIPT_PAGE: Final = "receipt_page"


class Answering(Base):
    """By the receipt page, by telephone, by a consultant who types in what came."""

    async def received(
        self, id_: int, by: str, channel: str, who: Actor, now: datetime, call_id: str = ""
    ) -> HandOver:
        """Somebody said that they have it. A repeat changes nothing. Raises WrongHandOverStep."""
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, id_)
            if row.state not in (HandOverState.RECEIVED.value, HandOverState.ANSWERED.value):
                hidden = self._numbers.hide(by)
                values = {"received_at": now, "pii_received_by": hidden, "sent_at": row.sent_at or now}
                facts = {"channel": channel, "call_id": call_id}
                await store.step(
                    connection, row, HandOverState.RECEIVED, who, now, "received",
                    values=values, facts=facts, hidden_words=hidden,
                )  # fmt: skip
                await end_attempts(connection, id_, now)
            return (await store.load(connection, self._numbers, [id_]))[0]

    async def answered(self, id_: int, given: GivenAnswer, who: Actor, now: datetime) -> list[HandOver]:
        """What the body answered (A17); first the answered one, then those that follow from it (B5).

        The answer of internal affairs that it is confirmed tells the commissioner again, at once. When no
        hand-over of the appeal waits any more, the appeal is answered. A page sent twice answers once.
        Raises WrongHandOverStep.
        """
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, id_)
            if self._same(row, given):
                return await store.load(connection, self._numbers, [id_])
            appeal = await register.load_one(connection, self._numbers, row.appeal_id)
            await self._keep_answer(connection, row, given, who, now)
            followed = await self._tell_again(connection, row, appeal, given, now)
            if (
                not await store.open_bodies(connection, row.appeal_id)
                and appeal.state is AppealState.HANDED_OVER
            ):
                facts = {"hand_over": id_, "answer": given.answer.value}
                await move_in(
                    connection, self._numbers, appeal.id, AppealState.ANSWERED, _mover(who), now, facts=facts
                )
            return await store.load(connection, self._numbers, [id_, *followed])

    async def withdraw(self, id_: int, reason: str, who: Actor, now: datetime) -> HandOver:
        """What has not left yet, or failed, is not told after all.

        Raises HandOverRefused, WrongHandOverStep.
        """
        allowed(who, Right.APPEALS)
        said(reason)
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, id_)
            await store.step(
                connection, row, HandOverState.WITHDRAWN, who, now, "withdrawn",
                hidden_words=self._numbers.hide(reason),
            )  # fmt: skip
            await end_attempts(connection, id_, now)
            return (await store.load(connection, self._numbers, [id_]))[0]

    async def send_again(self, id_: int, contact: BodyContact, who: Actor, now: datetime) -> HandOver:
        """By a person's order: another try by this contact, whatever became of earlier ones."""
        allowed(who, Right.APPEALS)
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, id_)
            facts = {"channel": contact.channel.value, "contact": contact.id}
            if row.state == HandOverState.SENDING.value:
                await store.happened(connection, id_, who, now, "again", row.state, row.state, facts=facts)
            else:
                await store.step(connection, row, HandOverState.SENDING, who, now, "again", facts=facts)
            await store.add_attempt(connection, id_, contact.channel, contact.id, new_message_id(), now)
            return (await store.load(connection, self._numbers, [id_]))[0]

    def _same(self, row: Row[Any], given: GivenAnswer) -> bool:
        """Whether the receipt page says again what it said last."""
        if given.channel != RECEIPT_PAGE or row.answer_channel != RECEIPT_PAGE or row.answer != given.answer:
            return False
        hidden = (row.pii_measures, row.pii_answered_by)
        return [self._numbers.reveal(one) for one in hidden] == [given.measures, given.by]

    async def _keep_answer(
        self, connection: AsyncConnection, row: Row[Any], given: GivenAnswer, who: Actor, now: datetime
    ) -> None:
        words = self._numbers.hide(
            json.dumps({"measures": given.measures, "by": given.by}, ensure_ascii=False)
        )
        values = {
            "answer": given.answer.value,
            "pii_measures": self._numbers.hide(given.measures),
            "pii_answered_by": self._numbers.hide(given.by),
            "answer_channel": given.channel,
            "answered_at": given.at,
            "received_at": row.received_at or now,
            "sent_at": row.sent_at or now,
        }
        facts = {
            "answer": given.answer.value,
            "channel": given.channel,
            "measures": bool(given.measures.strip()),  # reports count them, and read no words
        }
        await store.step(
            connection, row, HandOverState.ANSWERED, who, now, "answered",
            values=values, facts=facts, hidden_words=words,
        )  # fmt: skip
        await end_attempts(connection, row.id, now)

    async def _tell_again(
        self, connection: AsyncConnection, row: Row[Any], appeal: Appeal, given: GivenAnswer, now: datetime
    ) -> list[int]:
        body = await self._planning.body(row.body)
        after = after_confirmed(body.kind, given.answer.value)
        if not after:
            return []
        earlier = await self._earlier(connection, appeal.id)
        who_when = f"{body.name_kk} / {body.name_ru}: {given.by}, {self._planning.local(given.at)}"
        plan = await self._planning.plan(appeal, now, earlier, after=after, confirmed=who_when)
        request = f"confirmed-{row.id}-{given.at:%Y%m%dT%H%M%S}"
        return [
            await self._add(connection, appeal, one, request, LINE, now, {}, row.id)
            for one in plan.planned
            if one.body.id in earlier
        ]

    async def _earlier(self, connection: AsyncConnection, appeal_id: int) -> dict[str, Wishes]:
        """What each body was told, as it was shown: what follows by itself says no more than that."""
        query = select(hand_overs).where(hand_overs.c.appeal_id == appeal_id).order_by(hand_overs.c.id)
        found = {}
        for row in await connection.execute(query):
            grounds = json.loads(self._numbers.reveal(row.pii_grounds))
            extra = [Extra(name, why) for name, why in grounds.get("extra", {}).items()]
            found[row.body] = Wishes(json.loads(self._numbers.reveal(row.pii_data)), extra)
        return found


def _mover(who: Actor) -> Actor:
    """A body's own answer, by the receipt page, moves the appeal in the line's name."""
    return who if who.role in ("consultant", "supervisor", "administrator") else LINE
