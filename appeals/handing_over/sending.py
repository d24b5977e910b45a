"""Sending of what was confirmed: waiting ones released, tries made, their endings kept; edge (A10, A16).

One process holds the lease and calls `pass_once`. Each try is noted before it begins and right before the
bytes that cannot be called back; `recover` reads these notes after a crash, so nothing is lost or doubled.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.bodies.service import Directory
from appeals.calendar.service import Calendar
from appeals.calendar.words import words
from appeals.calendar.working_time import NeverWorks
from appeals.handing_over import store
from appeals.handing_over.attempts import plan_attempts
from appeals.handing_over.base import LINE, as_json
from appeals.handing_over.channel_result import ChannelResult, Ending
from appeals.handing_over.channels import Channels
from appeals.model.body import ChannelKind
from appeals.model.hand_over import AttemptState, DeliveryAttempt, HandOver, HandOverState
from appeals.model.hand_over_tables import hand_over_attempts, hand_overs
from config.database import read_connection
from recordings.journal.alarming import alarm
from recordings.privacy.numbers import Numbers

log = structlog.get_logger()

FAILED_ALARM: Final = "hand_over_failed"  # every channel refused
UNKNOWN_ALARM: Final = "hand_over_unknown"  # nobody can say whether it came
MACHINES: Final = (ChannelKind.EMAIL, ChannelKind.WEBHOOK)  # the others are done by people
_MINUTES: Final = (0.25, 1, 2, 5, 10, 15, 30, 60)  # until the next try; the last is repeated
_MOST: Final = 40  # tries
_AT_ONCE: Final = 8  # side by side
_TO_COME: Final = (AttemptState.PLANNED.value, AttemptState.FAILED.value)
_STATES: Final[Mapping[Ending, AttemptState]] = {
    Ending.ACCEPTED: AttemptState.ACCEPTED,
    Ending.REFUSED: AttemptState.REFUSED,
    Ending.FAILED: AttemptState.FAILED,
    Ending.UNKNOWN: AttemptState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass did."""

    released: int
    tried: int


class Sending:
    """Joins store and channels; it changes nothing of what is said."""

    def __init__(
        self,
        database: AsyncEngine,
        numbers: Numbers,
        directory: Directory,
        calendar: Calendar,
        channels: Channels,
    ) -> None:
        self._database = database
        self._numbers = numbers
        self._directory = directory
        self._calendar = calendar
        self._channels = channels

    async def recover(self, now: datetime) -> list[int]:
        """Tries that a crash ended in the middle; ids of those whose ending nobody knows.

        By e-mail what was committed is unknown; everything else is tried again, with the id it has.
        """
        unknown = []
        query = select(hand_over_attempts.c.id).where(
            hand_over_attempts.c.state == AttemptState.UNDER_WAY.value
        )
        async with read_connection(self._database) as connection:
            ids = list((await connection.execute(query)).scalars())
        for id_ in ids:
            attempt = await self._attempt(id_)
            lost = attempt.committed and attempt.channel is ChannelKind.EMAIL
            ending = Ending.UNKNOWN if lost else Ending.FAILED
            await self._ended(attempt, ChannelResult(ending, "interrupted"), now)
            if lost:
                unknown.append(id_)
        return unknown

    async def pass_once(self, now: datetime) -> Passed:
        """Release what is due, then make the tries that are due, some side by side."""
        released = await self._release(now)
        table = hand_over_attempts
        query = (
            select(table.c.id)
            .where(
                table.c.state.in_(_TO_COME),
                table.c.channel.in_([one.value for one in MACHINES]),
                table.c.next_at <= now,
            )
            .order_by(table.c.next_at)
        )
        async with read_connection(self._database) as connection:
            ids = list((await connection.execute(query)).scalars())
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(id_: int) -> None:
            async with gate:
                await self._try(id_, now)

        await asyncio.gather(*(one(id_) for id_ in ids))
        return Passed(released, len(ids))

    async def _release(self, now: datetime) -> int:
        query = select(hand_overs).where(hand_overs.c.state == HandOverState.WAITING.value)
        async with read_connection(self._database) as connection:
            waiting = (await connection.execute(query)).all()
        count = 0
        for row in waiting:
            due_at = await self._moved(row, now)
            if due_at <= now:
                await self._begin(row.id, now)
                count += 1
        return count

    async def _moved(self, row: Row[Any], now: datetime) -> datetime:
        """When it is to leave by the hours as they are now; a change is kept with both reasons (A16)."""
        body = await self._directory.of(row.body)
        try:
            due_at, why = await self._calendar.next(body.id, body.hours, row.created_at)
        except NeverWorks:
            return due_of(row)
        if due_at == row.due_at:
            return due_at
        said = {language: words(why, language) for language in ("kk", "ru")}
        async with self._database.begin() as connection:
            locked = await store.row_for_update(connection, row.id)
            if locked.state != HandOverState.WAITING.value:
                return due_of(locked)
            values = {"due_at": due_at, "why_then": as_json(said)}
            facts = {"before": row.due_at.isoformat(), "after": due_at.isoformat(), "was": row.why_then}
            await store.step(
                connection, locked, HandOverState.WAITING, LINE, now, "moved", values=values, facts=facts
            )
        return due_at

    async def _begin(self, id_: int, now: datetime) -> None:
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, id_)
            if row.state != HandOverState.WAITING.value:
                return
            body = await self._directory.of(row.body)
            contacts = self._directory.reachable(body, now.astimezone(self._channels.zone).date())
            await store.step(connection, row, HandOverState.SENDING, LINE, now, "released")
            planned = await plan_attempts(connection, id_, contacts, row.urgent, None, now)
            failed = not planned and await self._settle(connection, id_, now)
        if failed:
            await alarm(self._database, FAILED_ALARM, str(id_), now)

    async def _try(self, id_: int, now: datetime) -> None:
        attempt = await self._attempt(id_)
        one = await self._hand_over(attempt.hand_over_id)
        contact = await self._channels.contact(one, attempt)
        if contact is None:
            await self._ended(attempt, ChannelResult(Ending.REFUSED, "this contact is no longer good"), now)
            return
        raw = await self._raw(id_) or self._channels.make(one, attempt, contact)
        if isinstance(raw, ChannelResult):
            await self._ended(attempt, raw, now)
            return
        if not await self._begun(id_, raw, now):
            return

        async def committing() -> None:
            async with self._database.begin() as connection:
                await store.change_attempt(connection, id_, {"committed": True})

        result = await self._channels.send(attempt, contact, raw, committing)
        await self._ended(await self._attempt(id_), result, max(now, self._channels.now()))

    async def _begun(self, id_: int, raw: bytes, now: datetime) -> bool:
        """Noted, with the bytes that leave, before any of them does; False: another one was quicker."""
        async with self._database.begin() as connection:
            attempt = store.attempt_of(await store.attempt_for_update(connection, id_))
            if attempt.state.value not in _TO_COME:
                return False
            values = {
                "state": AttemptState.UNDER_WAY.value,
                "tries": attempt.tries + 1,
                "began_at": now,
                "committed": False,
                "next_at": None,
                "pii_sent": self._numbers.hide(raw.decode()),
                "sent_sha256": hashlib.sha256(raw).hexdigest(),
            }
            await store.change_attempt(connection, id_, values)
        return True

    async def _raw(self, id_: int) -> bytes:
        query = select(hand_over_attempts.c.pii_sent).where(hand_over_attempts.c.id == id_)
        async with read_connection(self._database) as connection:
            found = (await connection.execute(query)).scalar()
        return self._numbers.reveal(found).encode() if found else b""

    async def _hand_over(self, id_: int) -> HandOver:
        async with read_connection(self._database) as connection:
            return (await store.load(connection, self._numbers, [id_]))[0]

    async def _attempt(self, id_: int) -> DeliveryAttempt:
        query = select(hand_over_attempts).where(hand_over_attempts.c.id == id_)
        async with read_connection(self._database) as connection:
            return store.attempt_of((await connection.execute(query)).one())

    async def _ended(self, attempt: DeliveryAttempt, result: ChannelResult, now: datetime) -> None:
        state = _STATES[result.ending]
        if state is AttemptState.FAILED and attempt.tries >= _MOST:
            state = AttemptState.REFUSED
        next_at = now + wait_after(attempt.tries) if state is AttemptState.FAILED else None
        values = {"state": state.value, "result": result.words, "ended_at": now, "next_at": next_at}
        log.info("hand_over_tried", hand_over=attempt.hand_over_id, channel=attempt.channel, state=state)
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, attempt.hand_over_id)
            await store.change_attempt(connection, attempt.id, values)
            facts = {"attempt": attempt.id, "channel": attempt.channel.value, "state": state.value}
            facts |= {"words": result.words}
            if state is AttemptState.ACCEPTED and row.state == HandOverState.SENDING.value:
                sent = {"sent_at": row.sent_at or now}
                await store.step(
                    connection, row, HandOverState.SENT, LINE, now, "sent", values=sent, facts=facts
                )
            else:
                await store.happened(
                    connection, row.id, LINE, now, "tried", row.state, row.state, facts=facts
                )
            failed = await self._settle(connection, row.id, now)
        if failed:
            await alarm(self._database, FAILED_ALARM, str(attempt.hand_over_id), now)
        if state is AttemptState.UNKNOWN:
            await alarm(self._database, UNKNOWN_ALARM, str(attempt.hand_over_id), now)

    async def _settle(self, connection: AsyncConnection, id_: int, now: datetime) -> bool:
        """Whether nothing was taken and nothing is left to try, not even by a person: it failed.

        The alarm is the caller's, after the transaction: it has one of its own.
        """
        row = await store.row_for_update(connection, id_)
        [one] = await store.load(connection, self._numbers, [id_])
        if row.state != HandOverState.SENDING.value or not _hopeless(one):
            return False
        await store.step(connection, row, HandOverState.FAILED, LINE, now, "failed")
        return True


def wait_after(tries: int) -> timedelta:
    """Until the next try."""
    return timedelta(minutes=_MINUTES[min(max(tries, 1), len(_MINUTES)) - 1])


def due_of(row: Row[Any]) -> datetime:
    """When it is to leave."""
    found: datetime = row.due_at
    return found


def _hopeless(one: HandOver) -> bool:
    states = {attempt.state for attempt in one.attempts}
    return not states & {
        AttemptState.PLANNED, AttemptState.UNDER_WAY, AttemptState.ACCEPTED, AttemptState.FAILED,
        AttemptState.UNKNOWN,
    }  # fmt: skip
