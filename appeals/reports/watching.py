"""Watching of what is open now: appeals by term, hand-overs that nobody received, the strip; edge (A10, A12).

Columns in clear only: whoever watches needs no key, and sees no person but our own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.handing_over.escalation import next_step
from appeals.model.appeal import AppealState
from appeals.model.bodies_tables import bodies
from appeals.model.hand_over import HandOverState
from appeals.model.hand_over_tables import hand_overs
from appeals.model.register_tables import appeals
from appeals.model.words import BilingualText
from appeals.register.results import Listed
from appeals.register.searching import listed
from config.database import read_connection
from config.hand_over import Deed, EscalationStep

log = structlog.get_logger()

NOT_RECEIVED = (HandOverState.SENDING, HandOverState.SENT, HandOverState.FAILED)
MOST = 500  # lines of a page: more are counted, not shown
SORTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "urgent": (appeals.c.urgent.desc(),),
    "age": (appeals.c.registered_at,),
    "term": (),
    "owner": (appeals.c.owner_person,),
    "region": (appeals.c.region,),
}
EVERY: Final = timedelta(seconds=3)  # how old the strip's counts may be before they are counted anew
PATIENCE: Final = 2.0  # seconds: then the strip says that there are none


@dataclass(frozen=True, slots=True)
class Unreceived:
    """A hand-over without receipt, or failed; `next_at` None: no step follows, a person must act."""

    id: int
    appeal_id: int
    number: str
    body: BilingualText
    urgent: bool
    state: HandOverState
    due_at: datetime
    next_at: datetime | None
    next_deed: Deed | None
    owner_person: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The two counts of the wallboard, as they stood `at`; `oldest` when the oldest was to leave."""

    at: datetime
    without_receipt: int
    oldest: datetime | None
    in_breach: int


@dataclass(frozen=True, slots=True)
class Watched:
    """All that a supervisor looks at: open appeals, urgent first, then the nearest term; at most MOST."""

    at: datetime
    open: tuple[Listed, ...]
    open_count: int
    in_breach: int
    unreceived: tuple[Unreceived, ...]
    unreceived_count: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Which open appeals: "" any. `only_breach`: whose term is over."""

    owner: str = ""
    region: str = ""
    topic: str = ""
    only_breach: bool = False
    sort: str = "urgent"  # one of SORTS


class Watching:
    """Changes nothing."""

    def __init__(self, database: AsyncEngine, steps: Sequence[EscalationStep]) -> None:
        self._database, self._steps = database, steps
        self._last: Strip | None = None
        self._tried: datetime | None = None
        self._fresh = False
        self._counting = asyncio.Lock()  # however many boards are open, they are counted once

    async def strip(self, now: datetime) -> Strip:
        """By indexes alone: a few milliseconds. Raises SQLAlchemyError, OSError."""
        async with read_connection(self._database) as connection:
            unreceived = select(func.count(), func.min(hand_overs.c.due_at)).where(
                _unreceived(), hand_overs.c.due_at <= now
            )
            count, oldest = (await connection.execute(unreceived)).one()
            breach = select(func.count()).select_from(appeals).where(_open(), _breach(now))
            return Strip(now, count, oldest, (await connection.execute(breach)).scalar_one())

    async def latest(self, now: datetime) -> tuple[Strip | None, bool]:
        """The strip at most EVERY old; where it cannot be had, the last one there was, and False."""
        async with self._counting:
            if self._tried is None or not timedelta() <= now - self._tried < EVERY:
                self._tried = now
                try:
                    async with asyncio.timeout(PATIENCE):
                        self._last = await self.strip(now)
                    self._fresh = True
                except (SQLAlchemyError, OSError) as why:  # TimeoutError is an OSError
                    log.warning("strip_not_counted", why=type(why).__name__)
                    self._fresh = False
            return self._last, self._fresh

    async def watched(self, cut: Cut, now: datetime) -> Watched:
        """Raises SQLAlchemyError, OSError."""
        wanted = [_open(), *_cut(cut, now)]
        lines = (
            select(appeals)
            .where(*wanted)
            .order_by(*SORTS[cut.sort], appeals.c.due_at.is_(None), appeals.c.due_at, appeals.c.id)
            .limit(MOST)
        )
        counted = select(func.count()).select_from(appeals)
        waits = (
            select(hand_overs, bodies.c.name_kk, bodies.c.name_ru, appeals.c.owner_person)
            .join(appeals, appeals.c.id == hand_overs.c.appeal_id)
            .join(bodies, bodies.c.id == hand_overs.c.body, isouter=True)
            .where(_unreceived())
            .order_by(hand_overs.c.urgent.desc(), hand_overs.c.due_at)
            .limit(MOST)
        )
        async with read_connection(self._database) as connection:
            shown = [listed(row) for row in await connection.execute(lines)]
            count = (await connection.execute(counted.where(*wanted))).scalar_one()
            breach = (await connection.execute(counted.where(_open(), _breach(now)))).scalar_one()
            unreceived = [self._waiting(row) for row in await connection.execute(waits)]
            waiting = select(func.count()).select_from(hand_overs).where(_unreceived())
            waits_count = (await connection.execute(waiting)).scalar_one()
        return Watched(now, tuple(shown), count, breach, tuple(unreceived), waits_count)

    async def owners(self) -> list[tuple[str, str, int]]:
        """Who has open appeals: system user, person, how many; most first."""
        table = appeals.c
        query = (
            select(table.owner, func.max(table.owner_person), func.count())
            .where(_open())
            .group_by(table.owner)
            .order_by(func.count().desc(), table.owner)
        )
        async with read_connection(self._database) as connection:
            rows = (await connection.execute(query)).all()
        return [(str(owner), str(person), int(count)) for owner, person, count in rows]

    def _waiting(self, row: Row[Any]) -> Unreceived:
        found = next_step(row, self._steps)
        return Unreceived(
            id=row.id,
            appeal_id=row.appeal_id,
            number=row.number,
            body=BilingualText(row.name_kk or row.body, row.name_ru or row.body),
            urgent=row.urgent,
            state=HandOverState(row.state),
            due_at=row.due_at,
            next_at=found[0] if found is not None else None,
            next_deed=found[1].deed if found is not None else None,
            owner_person=row.owner_person,
        )


def _open() -> ColumnElement[bool]:
    """Registered and not closed; a draft has neither number nor term."""
    return appeals.c.closed_at.is_(None) & (appeals.c.state != AppealState.DRAFT.value)


def _breach(now: datetime) -> ColumnElement[bool]:
    return appeals.c.due_at < now


def _unreceived() -> ColumnElement[bool]:
    return hand_overs.c.state.in_([state.value for state in NOT_RECEIVED])


def _cut(cut: Cut, now: datetime) -> list[ColumnElement[bool]]:
    found = [
        column == value
        for column, value in (
            (appeals.c.owner, cut.owner),
            (appeals.c.region, cut.region),
            (appeals.c.topic, cut.topic),
        )
        if value
    ]
    return [*found, _breach(now)] if cut.only_breach else found
