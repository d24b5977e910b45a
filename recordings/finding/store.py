"""Calls tied to appeals' registration numbers, until the register of appeals does it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.evidence_tables import registrations
from recordings.models import calls


async def link(database: AsyncEngine, number: str, call_id: str, is_open: bool, at: datetime) -> bool:
    """A repeat changes only whether the appeal is open. False: there is no such call (any more)."""
    async with database.begin() as connection:
        insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        new = insert(registrations).values(number=number, call_id=call_id, open=is_open, at=at)
        await connection.execute(
            new.on_conflict_do_update(index_elements=["number", "call_id"], set_={"open": is_open, "at": at})
        )
        # The link first: this waits for a retention run that is deleting the call just now.
        known = (await connection.execute(select(calls.c.call_id).where(calls.c.call_id == call_id))).first()
        if known is None:
            await connection.rollback()
    return known is not None
