"""Door of the register, what all share: keys, rights, a look at another's appeal; edge (A5, A18)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.model.appeal import Appeal, AppealState
from appeals.model.register_tables import appeals
from appeals.register.number import in_groups
from appeals.register.ports import FormRules, NoHandOvers, NoTerms, OpenHandOvers, Terms
from appeals.register.results import AppealRefused
from appeals.register.store import load_one, no_such
from config.database import read_connection
from config.rights import Right, may
from config.told import told
from recordings.access.log import AccessLog
from recordings.demands.steps import StepForbidden
from recordings.model.access_entry import Action, Actor
from recordings.privacy.numbers import Numbers

SYSTEM = "system"  # the role of our own processes


@dataclass(frozen=True, slots=True)
class RegisterParts:
    """What the register stands on. `numbers`: appeals.key, index.key; `callers`: the journal's numbers.key.

    `near`: how far apart two appeals may be made and still be offered as one; `present_for`: how long a mark
    says that somebody has an appeal open.
    """

    database: AsyncEngine
    numbers: Numbers
    callers: Numbers
    form: FormRules
    zone: ZoneInfo
    hand_overs: OpenHandOvers = field(default_factory=NoHandOvers)
    terms: Terms = field(default_factory=NoTerms)
    near: timedelta = timedelta(days=7)
    present_for: timedelta = timedelta(seconds=60)


class RegisterDoor:
    """Base of the register's doors."""

    def __init__(self, parts: RegisterParts) -> None:
        self._parts = parts
        self._database = parts.database
        self._numbers = parts.numbers
        self._access = AccessLog(parts.database)

    async def _row(self, appeal_id: int) -> Row[Any]:
        """Raises NoSuchAppeal."""
        async with read_connection(self._database) as connection:
            row = (await connection.execute(select(appeals).where(appeals.c.id == appeal_id))).first()
        if row is None:
            raise no_such(appeal_id)
        return row

    async def _seen(self, row: Row[Any], who: Actor, reason: str) -> None:
        """Whoever looks at an appeal that is not theirs says why, and it is logged before they see it.

        Raises StepForbidden, AppealRefused.
        """
        allowed(who, Right.APPEALS_READ)
        if own(row, who):
            return
        if not reason.strip():
            raise AppealRefused(told("this appeal is another person's: say why you look at it"))
        await self._access.note(who, Action.VIEWED, [name_of(row)], reason)

    async def _owed(self, appeal_id: int, registered_at: datetime) -> tuple[datetime, str] | None:
        """When an answer is owed, by which term; asked before a transaction, for it reads the calendar."""
        async with read_connection(self._database) as connection:
            appeal = await load_one(connection, self._numbers, appeal_id)
        return await self._parts.terms.due(appeal, registered_at)

    async def _step(self, row: Row[Any], who: Actor, words: str, reason: str = "") -> None:
        """Logged before it is done. Raises StepForbidden."""
        allowed(who, Right.APPEALS)
        await self._access.note(who, Action.APPEAL, [f"{name_of(row)}: {words}"], reason)


def allowed(who: Actor, right: Right) -> None:
    """Raises StepForbidden. Our own processes may."""
    if who.role != SYSTEM and not may(who.role, right):
        raise StepForbidden(
            told("{person} is {role}: this is not theirs to do", person=who.person, role=told(who.role))
        )


def own(row: Row[Any], who: Actor) -> bool:
    """Whether it is theirs, or they are a process of ours."""
    return bool(row.owner == who.system_user) or who.role == SYSTEM


def name_of(appeal: Appeal | Row[Any]) -> str:
    """As the access log names it: by number, a draft by its id."""
    return f"appeal {in_groups(appeal.number)}" if appeal.number else f"appeal draft {appeal.id}"


def not_closed(row: Row[Any]) -> None:
    """Raises AppealRefused: what is closed is changed only after it was reopened."""
    if row.state == AppealState.CLOSED.value:
        raise AppealRefused(told("this appeal is closed: reopen it first, with a reason"))
