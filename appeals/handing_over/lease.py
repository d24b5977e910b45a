"""Lease of the register's clock: one process sends, whatever runs beside it; edge (A10).

A holder that does not renew loses it; it must stop sending before that, and so renews with time to spare.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.model.hand_over_tables import register_lease
from config.database import read_connection

SECONDS: Final = 60.0
NAME: Final = "clock"


async def hold(
    database: AsyncEngine, holder: str, now: datetime, seconds: float = SECONDS, *, instead_of: str = ""
) -> bool:
    """Take or renew it for `holder`; False: another one has it.

    `instead_of`: a holder of whom it is known that it lives no more; its time need not be waited for.
    """
    table, until = register_lease, now + timedelta(seconds=seconds)
    dialect: Any = postgresql if database.dialect.name == "postgresql" else sqlite
    new = dialect.insert(table).values(name=NAME, holder=holder, until=until)
    ours = or_(table.c.holder.in_([holder, instead_of]), table.c.until <= now)
    change = new.on_conflict_do_update(
        index_elements=["name"], set_={"holder": holder, "until": until}, where=ours
    )
    async with database.begin() as connection:
        return (await connection.execute(change.returning(table.c.holder))).scalar() == holder


async def holder_at(database: AsyncEngine, now: datetime) -> str:
    """Who has it; "" nobody."""
    query = select(register_lease.c.holder).where(register_lease.c.until > now)
    async with read_connection(database) as connection:
        return str((await connection.execute(query)).scalar() or "")


async def give_up(database: AsyncEngine, holder: str) -> None:
    """When stopped as asked: the next one need not wait."""
    table = register_lease
    async with database.begin() as connection:
        await connection.execute(delete(table).where(table.c.name == NAME, table.c.holder == holder))
