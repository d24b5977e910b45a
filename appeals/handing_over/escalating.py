"""Escalating: what follows a hand-over that nobody receives or answers, carried out step by step; edge.

Which step is due says `escalation`; each is done once, whatever crash lies between (A10, A17, B1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.handing_over import store
from appeals.handing_over.answering import Answering
from appeals.handing_over.attempts import new_message_id, plan_attempts
from appeals.handing_over.base import LINE
from appeals.handing_over.escalation import due_steps
from appeals.handing_over.planned import PlannedHandOver, Wishes
from appeals.handing_over.planning import Planning
from appeals.model.body import BodyContact, ChannelKind
from appeals.model.hand_over import OPEN, AttemptState, HandOver, HandOverState
from appeals.model.hand_over_tables import hand_overs
from appeals.register import store as register
from config.database import read_connection
from config.hand_over import ESCALATION, EscalationStep
from recordings.journal.alarming import alarm, alarm_ended, standing_alarms
from recordings.model.entries import Alarm
from recordings.privacy.numbers import Numbers

log = structlog.get_logger()

NO_RECEIPT: Final = "hand_over_without_receipt"
NO_ANSWER: Final = "hand_over_without_answer"
_WAITS: Final = (
    HandOverState.SENDING, HandOverState.SENT, HandOverState.FAILED, HandOverState.RECEIVED
)  # fmt: skip
_BACK: Final = timedelta(days=400)
_COLUMNS: Final = (
    hand_overs.c.id, hand_overs.c.urgent, hand_overs.c.state, hand_overs.c.due_at, hand_overs.c.received_at,
    hand_overs.c.steps_done,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waited:
    """What of a hand-over decides its next step, without a word of what it says."""

    id: int
    urgent: bool
    state: HandOverState
    due_at: datetime
    received_at: datetime | None
    steps_done: int


class Escalating(Answering):
    """The clock's work beside sending, by whoever holds the lease."""

    def __init__(
        self,
        database: AsyncEngine,
        numbers: Numbers,
        planning: Planning,
        steps: Sequence[EscalationStep] = ESCALATION,
    ) -> None:
        super().__init__(database, numbers, planning)
        self._steps = tuple(steps)

    async def pass_once(self, now: datetime) -> list[tuple[int, EscalationStep]]:
        """All steps that are due, in their order, and the ends of alarms; ids of hand-overs with the step."""
        query = select(*_COLUMNS).where(hand_overs.c.state.in_([one.value for one in _WAITS]))
        async with read_connection(self._database) as connection:
            rows = (await connection.execute(query)).all()
        done = []
        for row in rows:
            for number, step in due_steps(_waited(row), self._steps, now):
                if await self._carry_out(row.id, number, step, now):
                    done.append((int(row.id), step))
        await self._end_alarms(now)
        return done

    async def _carry_out(self, id_: int, number: int, step: EscalationStep, now: datetime) -> bool:
        """Whether it was done now; not where a receipt, or the same step, was quicker."""
        above = await self._above(id_, now) if step.deed == "above" else None
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, id_)
            if (number, step) not in due_steps(_waited(row), self._steps, now):
                return False
            facts: dict[str, object] = {"deed": step.deed, "without": step.without, "minutes": step.minutes}
            facts |= await self._deed(connection, row, step, now, above)
            await store.change(connection, id_, {"steps_done": number})
            state = (await store.row_for_update(connection, id_)).state
            await store.happened(connection, id_, LINE, now, "step", row.state, state, facts=facts)
        if step.deed == "alarm" and step.without == "receipt":
            await alarm(self._database, NO_RECEIPT, str(id_), now)
        elif step.deed == "alarm":
            await alarm(self._database, NO_ANSWER, str(id_), now)
        log.warning("hand_over_escalated", hand_over=id_, deed=step.deed, without=step.without)
        return True

    async def _deed(
        self,
        connection: AsyncConnection,
        row: Row[Any],
        step: EscalationStep,
        now: datetime,
        above: PlannedHandOver | None,
    ) -> dict[str, object]:
        """What is done of a step, as facts of its event."""
        [one] = await store.load(connection, self._numbers, [row.id])
        match step.deed:
            case "next_channel" | "deputy":
                return {"tries": await self._try_others(connection, row, one, step.deed == "deputy", now)}
            case "remind":
                return {"tries": await self._remind(connection, one, now)}
            case "above":
                return await self._hand_up(connection, row, one, now, above)
            case "alarm":
                return {}

    async def _try_others(
        self, connection: AsyncConnection, row: Row[Any], one: HandOver, every: bool, now: datetime
    ) -> int:
        """Contacts not tried yet: one by another channel, or the next of each channel; how many."""
        body = await self._planning.body(one.body)
        contacts = self._planning.contacts(body, self._day(now))
        tried = {attempt.contact_id for attempt in one.attempts}
        used = {attempt.channel for attempt in one.attempts}
        fresh = [contact.channel for contact in contacts if contact.id not in tried]
        first = next((channel for channel in fresh if channel not in used), None)
        count = await plan_attempts(connection, one.id, contacts, every, first, now, tried=tried)
        if count and one.state is HandOverState.FAILED:
            await store.step(connection, row, HandOverState.SENDING, LINE, now, "again")
        return count

    async def _remind(self, connection: AsyncConnection, one: HandOver, now: datetime) -> int:
        """A message with the number alone to where it was taken, else to the first contact; how many."""
        body = await self._planning.body(one.body)
        contacts = self._planning.contacts(body, self._day(now))
        taken = {attempt.contact_id for attempt in one.attempts if attempt.state is AttemptState.ACCEPTED}
        contact = next((each for each in contacts if each.id in taken), _first(contacts))
        if contact is None:
            return 0
        message_id = new_message_id(reminder=True)
        await store.add_attempt(connection, one.id, contact.channel, contact.id, message_id, now)
        return 1

    async def _above(self, id_: int, now: datetime) -> PlannedHandOver | None:
        """What the body above would be told; asked before the transaction. None: nobody is above."""
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, id_)
            appeal = await register.load_one(connection, self._numbers, row.appeal_id)
            earlier = await self._earlier(connection, row.appeal_id)
        silent = await self._planning.body(row.body)
        above = await self._planning.above(silent, self._day(now))
        if above is None:
            return None
        wishes = earlier.get(above.id) or earlier.get(row.body) or Wishes()
        return await self._planning.escalated(appeal, above, silent, now, wishes, urgent=row.urgent)

    async def _hand_up(
        self,
        connection: AsyncConnection,
        row: Row[Any],
        one: HandOver,
        now: datetime,
        above: PlannedHandOver | None,
    ) -> dict[str, object]:
        """A hand-over of its own for the body above; the old one is escalated, and may still be received."""
        if above is None or above.body.id == one.body:
            return {"above": ""}
        appeal = await register.load_one(connection, self._numbers, one.appeal_id)
        made = await self._add(connection, appeal, above, f"escalated-{one.id}", LINE, now, {}, one.id)
        facts = {"above": above.body.id, "hand_over": made}
        await store.step(connection, row, HandOverState.ESCALATED, LINE, now, "escalated", facts=facts)
        return facts

    async def _end_alarms(self, now: datetime) -> None:
        """What was received, answered or withdrawn after all stands on the board no longer."""
        standing = await standing_alarms(self._database, (NO_RECEIPT, NO_ANSWER), now - _BACK)
        if not standing:
            return
        query = select(hand_overs.c.id, hand_overs.c.state)
        query = query.where(hand_overs.c.id.in_({int(one.about) for one in standing}))
        async with read_connection(self._database) as connection:
            states = {row.id: HandOverState(row.state) for row in await connection.execute(query)}
        for one in standing:
            if _over(one, states.get(int(one.about))):
                await alarm_ended(self._database, one)

    def _day(self, now: datetime) -> date:
        return self._planning.day(now)


def _over(one: Alarm, state: HandOverState | None) -> bool:
    """A receipt ends the one; an escalated hand-over waits for its receipt still."""
    if one.kind == NO_RECEIPT:
        return state not in {*OPEN, HandOverState.ESCALATED} - {HandOverState.RECEIVED}
    return state not in {*OPEN, HandOverState.ESCALATED}


def _first(contacts: Sequence[BodyContact]) -> BodyContact | None:
    """By machine where it can be, else for a person to do."""
    machines = (ChannelKind.WEBHOOK, ChannelKind.EMAIL)
    return next((one for one in contacts if one.channel in machines), next(iter(contacts), None))


def _waited(row: Any) -> Waited:
    state = HandOverState(row.state)
    return Waited(row.id, row.urgent, state, row.due_at, row.received_at, row.steps_done)
