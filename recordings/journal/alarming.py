"""Alarms from beside the engine: kept in the journal's table, the same one once, and its end once; edge."""

from collections.abc import Collection
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import read_connection
from recordings.journal.writing import write
from recordings.model.entries import ENDED, Alarm, standing
from recordings.model.tables import alarms

log = structlog.get_logger()


async def alarm(database: AsyncEngine, kind: str, about: str, at: datetime) -> bool:
    """`about` is an id of ours, never a number; in a short transaction of its own. Whether it is new.

    One that is in the table already is not told again, whoever raised it, before a restart too.
    """
    async with database.begin() as connection:
        new = await _write(connection, Alarm(kind, about, at))
    if new:
        log.error("alarm_raised", kind=kind, about=about)
    return new


async def standing_alarms(database: AsyncEngine, kinds: Collection[str], since: datetime) -> list[Alarm]:
    """Alarms of these kinds whose end was not told yet, oldest first."""
    wanted = [*kinds, *(kind + ENDED for kind in kinds)]
    query = select(alarms).where(alarms.c.kind.in_(wanted), alarms.c.at >= since).order_by(alarms.c.at)
    async with read_connection(database) as connection:
        rows = (await connection.execute(query)).all()
    return standing(Alarm(row.kind, row.about, row.at) for row in rows)


async def alarm_ended(database: AsyncEngine, over: Alarm) -> None:
    """What it warned of is mended: told once, over restarts."""
    async with database.begin() as connection:
        new = await _write(connection, Alarm(over.kind + ENDED, over.about, over.at))
    if new:
        log.info("alarm_ended", kind=over.kind, about=over.about)


async def _write(connection: AsyncConnection, one: Alarm) -> bool:
    same = select(alarms.c.id).where(
        alarms.c.kind == one.kind, alarms.c.about == one.about, alarms.c.at == one.at
    )
    if (await connection.execute(same)).first() is not None:
        return False
    await write(connection, [one])
    return True
