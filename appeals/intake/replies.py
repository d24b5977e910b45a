"""Replies to appeals in writing: kept to the byte, within or after the term; overdue ones; edge (A7, C2)."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.intake.results import Reply
from appeals.model.intake_tables import APPEAL_REPLIES, appeal_replies
from appeals.model.register_tables import appeals
from appeals.register import store as register
from appeals.register.door import allowed, name_of, not_closed
from appeals.register.results import AppealRefused
from appeals.register.service import Register
from appeals.register.terms import WRITTEN
from config.database import read_connection
from config.rights import Right
from config.told import told
from recordings.access.log import AccessLog
from recordings.journal.alarming import alarm
from recordings.model.access_entry import Action, Actor
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered

OVERDUE_ALARM: Final = "appeal_overdue"
CHANNELS: Final = ("email", "web", "letter", "telephone", "in_person")
LONGEST: Final = 20_000


class Replies:
    """The register's clock calls `raise_overdue`; the rest is a person's."""

    def __init__(self, database: AsyncEngine, numbers: Numbers, register: Register) -> None:
        self._database = database
        self._numbers = numbers
        self._register = register
        self._access = AccessLog(database)

    async def reply(self, appeal_id: int, text: str, channel: str, who: Actor, now: datetime) -> Reply:
        """What was answered, as it went; a further one stands beside the first.

        Raises AppealRefused (no number, closed, no words, no such channel), NoSuchAppeal, StepForbidden.
        """
        allowed(who, Right.APPEALS)
        if not text.strip() or len(text) > LONGEST:
            raise AppealRefused(told("write the reply as it went: 1 to {most:,} letters", most=LONGEST))
        if channel not in CHANNELS:
            raise AppealRefused(told("choose one of: {choices}", choices=", ".join(CHANNELS)))
        async with read_connection(self._database) as connection:
            appeal = await register.load_one(connection, self._numbers, appeal_id)
        await self._access.note(who, Action.APPEAL, [f"{name_of(appeal)}: reply by {channel}"])
        async with self._database.begin() as connection:
            row = await register.row_for_update(connection, appeal_id)
            if not row.number:
                raise AppealRefused(told("the appeal has no number yet: register it first"))
            not_closed(row)
            kept = await self._keep(connection, row, text, channel, who, now)
            facts = {"channel": channel, "sha256": kept.sha256, "in_time": kept.in_time}
            await register.happened(connection, self._numbers, appeal_id, who, now, "replied", facts=facts)
            await register.touch(connection, appeal_id, now, {})
        return kept

    async def of_appeal(self, appeal_id: int, who: Actor, now: datetime, reason: str = "") -> list[Reply]:
        """Oldest first, as they went. Raises as Register.get."""
        await self._register.get(appeal_id, who, now, reason)
        table = appeal_replies
        query = select(table).where(table.c.appeal_id == appeal_id).order_by(table.c.seq)
        async with read_connection(self._database) as connection:
            return [self._reply(row) for row in await connection.execute(query)]

    async def overdue(self, now: datetime) -> list[tuple[int, str, datetime]]:
        """Appeals in writing whose term is over without a reply: id, number, term; longest over first."""
        answered = select(appeal_replies.c.appeal_id)
        query = (
            select(appeals.c.id, appeals.c.number, appeals.c.due_at)
            .where(
                appeals.c.due_source == WRITTEN,
                appeals.c.due_at < now,
                appeals.c.closed_at.is_(None),
                appeals.c.id.not_in(answered),
            )
            .order_by(appeals.c.due_at)
        )
        async with read_connection(self._database) as connection:
            return [(row.id, row.number, row.due_at) for row in await connection.execute(query)]

    async def raise_overdue(self, now: datetime) -> int:
        """An alarm for each, once; how many are new. The moment is the term's, so a repeat is the same."""
        found = 0
        for id_, _, due_at in await self.overdue(now):
            found += await alarm(self._database, OVERDUE_ALARM, str(id_), due_at + timedelta(seconds=1))
        return found

    async def _keep(
        self,
        connection: AsyncConnection,
        row: Row[Any],
        text: str,
        channel: str,
        who: Actor,
        now: datetime,
    ) -> Reply:
        values = {
            "appeal_id": row.id,
            "at": now,
            "person": who.person,
            "role": who.role,
            "system_user": who.system_user,
            "channel": channel,
            "pii_text": self._numbers.hide(text),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "due_at": row.due_at,
            "in_time": row.due_at is None or now <= row.due_at,
        }
        async with entered(connection, [(APPEAL_REPLIES, [])]) as rows:
            made = (await connection.execute(insert(appeal_replies).values(values))).inserted_primary_key
            assert made is not None
            rows.add(APPEAL_REPLIES, tuple(made))
        query = select(appeal_replies).where(appeal_replies.c.seq == made[0])
        return self._reply((await connection.execute(query)).one())

    def _reply(self, row: Row[Any]) -> Reply:
        text = self._numbers.reveal(row.pii_text)
        return Reply(
            row.seq, row.appeal_id, row.at, row.person, row.channel, text, row.sha256, row.due_at, row.in_time
        )
