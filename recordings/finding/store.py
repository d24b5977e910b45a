"""Calls tied to appeals' registration numbers, until the register of appeals does it."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.evidence_tables import registrations


async def link(database: AsyncEngine, number: str, call_id: str, is_open: bool, at: datetime) -> None:
    """A repeat changes only whether the appeal is open."""
    async with database.begin() as connection:
        insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        new = insert(registrations).values(number=number, call_id=call_id, open=is_open, at=at)
        await connection.execute(
            new.on_conflict_do_update(index_elements=["number", "call_id"], set_={"open": is_open, "at": at})
        )
