"""All that answers as `Holds`, asked as one; edge (A19, C6, decision 0107)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from recordings.retention.holds import Holds, Period


class AllHolds:
    """A call goes only when none of these keeps it; `why` tells reasons in the order they were handed in."""

    def __init__(self, *holds: Holds) -> None:
        self._holds = holds
        self.tables = tuple(sorted({table for one in holds for table in one.tables}))

    async def lock(self, connection: AsyncConnection) -> None:
        """First in a transaction that lets something go: until its end nobody changes what keeps calls.

        A lock on the tables rather than one agreed upon: it also stops writers that know nothing of us.
        SQLite's BEGIN IMMEDIATE keeps others out already.
        """
        if connection.dialect.name == "postgresql" and self.tables:
            named = ", ".join(self.tables)
            await connection.execute(text(f"LOCK TABLE {named} IN SHARE ROW EXCLUSIVE MODE"))

    async def why(
        self, connection: AsyncConnection, call_ids: Collection[str], now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """See Holds."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self._holds:
            for call_id, reasons in (await one.why(connection, call_ids, now)).items():
                found[call_id] = (*found.get(call_id, ()), *reasons)
        return found

    async def periods(self, connection: AsyncConnection, now: datetime) -> list[Period]:
        """See Holds."""
        return [period for one in self._holds for period in await one.periods(connection, now)]
