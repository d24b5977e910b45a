"""Registration numbers of appeals and their calls, until the register of appeals has them; edge (A12)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings.model.evidence_tables import registrations
from recordings.model.tables import calls
from recordings.retention.holds import NoSuchCall, Period, period_of
from recordings.rows.bound_tables import REGISTRATIONS
from recordings.rows.service import entered

OPEN_APPEAL = "open appeal"


class OpenAppeals:
    """Calls of an appeal that is still open; answers as `Holds` of retention."""

    tables = (registrations.name,)

    async def why(
        self, connection: AsyncConnection, call_ids: Collection[str], now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """See Holds."""
        query = select(registrations.c.call_id).where(
            registrations.c.call_id.in_(list(call_ids)), registrations.c.open.is_(True)
        )
        return dict.fromkeys((await connection.execute(query)).scalars(), (OPEN_APPEAL,))

    async def periods(self, connection: AsyncConnection, now: datetime) -> list[Period]:
        """See Holds."""
        query = select(registrations.c.call_id).where(registrations.c.open.is_(True))
        return [period_of(call_id) for call_id in (await connection.execute(query)).scalars()]


async def link(database: AsyncEngine, number: str, call_id: str, is_open: bool, at: datetime) -> bool:
    """A repeat changes only whether the appeal is open. False: there is no such call (any more)."""
    dialect: Any = postgresql if database.dialect.name == "postgresql" else sqlite
    new = dialect.insert(registrations).values(number=number, call_id=call_id, open=is_open, at=at)
    change = new.on_conflict_do_update(index_elements=["number", "call_id"], set_={"open": is_open, "at": at})
    touched = [(REGISTRATIONS, [(number, call_id)])]
    try:
        async with database.begin() as connection, entered(connection, touched):
            # The link first: this waits for a retention run that is deleting the call just now.
            await connection.execute(change)
            known = select(calls.c.call_id).where(calls.c.call_id == call_id)
            if (await connection.execute(known)).first() is None:
                raise NoSuchCall
    except NoSuchCall:
        return False
    return True
