"""The access log for a process beside the engine: an act is allowed once it stands in the log."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import open_database
from recordings.access import Access, Action, Actor, act
from recordings.writing import append_access


class AccessLog:
    """Writes directly: the log's own lock keeps the chain whole beside the engine's entries.

    Raises ReasonMissing; SQLAlchemyError or OSError when it cannot be written: then what was asked for
    must be refused.
    """

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database

    async def note(self, who: Actor, action: Action, subjects: Sequence[str], reason: str = "") -> None:
        """One entry for each of `subjects`, before the act; no subject holds a caller's number."""
        now = datetime.now(UTC)
        entries = [act(str(uuid.uuid4()), now, who, action, subject, reason) for subject in subjects]
        async with self._database.begin() as connection:
            await append_access(connection, entries)


async def log_access(url: str, entry: Access) -> None:
    """Chain `entry` over a connection of its own."""
    database = open_database(url)
    try:
        async with database.begin() as connection:
            await append_access(connection, [entry])
    finally:
        await database.dispose()
