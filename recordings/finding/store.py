"""Calls tied to appeals' registration numbers, until the register of appeals does it; edge."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.model.evidence_tables import registrations
from recordings.model.tables import calls
from recordings.rows.bound import REGISTRATIONS
from recordings.rows.service import entered


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


class NoSuchCall(LookupError):
    """Ends a transaction that was about a call which is not there (any more)."""
