"""An alarm from beside the engine: kept in the journal's table, the same one once."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.entries import Alarm
from recordings.writing import write

log = structlog.get_logger()


async def alarm(database: AsyncEngine, kind: str, about: str, at: datetime) -> None:
    """`about` is an id of ours, never a number; in a short transaction of its own."""
    log.error("alarm_raised", kind=kind, about=about)
    async with database.begin() as connection:
        await write(connection, [Alarm(kind, about, at)])
