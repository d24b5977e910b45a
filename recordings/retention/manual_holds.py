"""Manual holds: who keeps a call's recordings and rows from going, why, and until when; edge (A19, C6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import read_connection
from recordings.model.access_entry import Actor
from recordings.model.evidence_tables import holds as table
from recordings.model.tables import calls
from recordings.retention.holds import NoSuchCall, Period, period_of
from recordings.rows.bound_tables import HOLDS
from recordings.rows.service import entered

MANUAL_HOLD = "manual hold"


@dataclass(frozen=True, slots=True)
class ManualHold:
    """`subject` is the call's id; `until` None: until it is lifted."""

    id: int
    subject: str
    person: str
    system_user: str
    reason: str
    set_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None

    def holds(self, now: datetime) -> bool:
        """Whether it does at `now`."""
        return self.lifted_at is None and (self.until is None or self.until > now)


class ManualHolds:
    """Calls under a hold that somebody set; answers as `Holds`."""

    tables = (table.name,)

    async def why(
        self, connection: AsyncConnection, call_ids: Collection[str], now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """See Holds."""
        query = select(table.c.subject).where(table.c.subject.in_(list(call_ids)), _in_force(now))
        return dict.fromkeys((await connection.execute(query)).scalars(), (MANUAL_HOLD,))

    async def periods(self, connection: AsyncConnection, now: datetime) -> list[Period]:
        """See Holds."""
        query = select(table.c.subject).where(_in_force(now))
        return [period_of(call_id) for call_id in (await connection.execute(query)).scalars()]


async def hold(
    database: AsyncEngine, call_id: str, who: Actor, reason: str, until: datetime | None, now: datetime
) -> int | None:
    """A new hold's id; None when there is no such call."""
    new = insert(table).values(
        subject=call_id,
        person=who.person,
        system_user=who.system_user,
        reason=reason,
        set_at=now,
        until=until,
    )
    try:
        async with database.begin() as connection, entered(connection, [(HOLDS, [])]) as rows_:
            # The hold first: this waits for a retention run that is deleting the call just now.
            key = (await connection.execute(new)).inserted_primary_key
            assert key is not None
            known = select(calls.c.call_id).where(calls.c.call_id == call_id)
            if (await connection.execute(known)).first() is None:
                raise NoSuchCall
            rows_.add(HOLDS, tuple(key))
    except NoSuchCall:
        return None
    return int(key[0])


async def lift(database: AsyncEngine, hold_id: int, who: Actor, reason: str, now: datetime) -> bool:
    """False when there is no such hold, or it is lifted already."""
    async with database.begin() as connection, entered(connection, [(HOLDS, [(hold_id,)])]):
        done = await connection.execute(
            update(table)
            .where(and_(table.c.id == hold_id, table.c.lifted_at.is_(None)))
            .values(lifted_at=now, lifted_by=who.system_user, lift_reason=reason)
        )
    return bool(done.rowcount)


async def all_holds(database: AsyncEngine) -> list[ManualHold]:
    """Newest last."""
    async with read_connection(database) as connection:
        found = (await connection.execute(select(table).order_by(table.c.id))).mappings().all()
    return [ManualHold(**row) for row in found]


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(table.c.lifted_at.is_(None), or_(table.c.until.is_(None), table.c.until > now))
