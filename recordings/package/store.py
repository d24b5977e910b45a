"""The access log's entries that belong into a package; edge."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from recordings.model.tables import access_log

_MANY = 500
_NAMES = (
    "seq",
    "previous",
    "hash",
    "entry_id",
    "at",
    "person",
    "role",
    "system_user",
    "action",
    "subject",
    "reason",
)


async def accesses(
    database: AsyncEngine, subjects: Sequence[str], demand: str, until: int
) -> list[dict[str, Any]]:
    """Entries about these calls and recordings, or made for this demand, up to entry `until`, in order."""
    table = access_log
    of_demand = or_(table.c.subject.startswith(demand), table.c.reason.startswith(demand))
    found: dict[int, dict[str, Any]] = {}
    async with read_connection(database) as connection:
        for start in range(0, len(subjects) or 1, _MANY):
            part = list(subjects[start : start + _MANY])
            query = select(table).where(table.c.seq <= until, or_(table.c.subject.in_(part), of_demand))
            for row in (await connection.execute(query)).mappings().all():
                found[row["seq"]] = {name: row[name] for name in _NAMES}
    return [found[seq] for seq in sorted(found)]
