"""Registration numbers of appeals and their calls, as recordings are found by them; edge (A12)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings.model.evidence_tables import registrations
from recordings.model.tables import calls
from recordings.retention.holds import NoSuchCall
from recordings.rows.bound_tables import REGISTRATIONS
from recordings.rows.service import entered


async def link(database: AsyncEngine, number: str, call_id: str, is_open: bool, at: datetime) -> bool:
    """A repeat changes only whether the appeal is open. False: there is no such call (any more)."""
    try:
        async with database.begin() as connection:
            # The link first: this waits for a retention run that is deleting the call just now.
            await tie(connection, number, [call_id], is_open, at)
            known = select(calls.c.call_id).where(calls.c.call_id == call_id)
            if (await connection.execute(known)).first() is None:
                raise NoSuchCall
    except NoSuchCall:
        return False
    return True


async def tie(
    connection: AsyncConnection, number: str, call_ids: Collection[str], is_open: bool, at: datetime
) -> None:
    """As `link`, within the caller's transaction; a call under way may be tied before it has a row."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    async with entered(connection, [(REGISTRATIONS, [(number, call_id) for call_id in call_ids])]):
        for call_id in call_ids:
            new = dialect.insert(registrations).values(number=number, call_id=call_id, open=is_open, at=at)
            change = {"open": is_open, "at": at}
            await connection.execute(
                new.on_conflict_do_update(index_elements=["number", "call_id"], set_=change)
            )
