"""Adoption of rows from before they were chained: all of them once, marked as such; edge."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from config.told import told
from recordings.privacy.keyring import KeyMissing
from recordings.rows.adoption import adopt, adopting, complete, is_complete
from recordings.rows.bound_tables import BoundTable
from recordings.rows.entry import Key
from recordings.rows.service import numbers_of

log = structlog.get_logger()

_AT_ONCE = 500


class Adoption:
    """The evidence process's work at its first start after an upgrade; a repeat finds nothing to do."""

    def __init__(self, database: AsyncEngine, tables: Sequence[BoundTable]) -> None:
        self._database = database
        self._tables = tables

    async def run(self, rest: float = 0.05, progress: Callable[[int], object] = int) -> int:
        """How many rows were looked at; `rest` seconds between batches belong to the calls.

        Killed in the middle it begins again, and what is entered already is left out.
        Raises KeyMissing, SQLAlchemyError, OSError.
        """
        async with read_connection(self._database) as connection:
            revisions = dict.fromkeys(bound.since for bound in self._tables)
            revisions = {since: None for since in revisions if not await is_complete(connection, since)}
            # A home that began with the chain has none: what stands there without entry was never ours.
            tables = [bound for bound in self._tables if await adopting(connection, bound)]
        if not revisions:
            return 0
        seen = 0
        for bound in tables:
            after: Key | None = None
            while True:
                async with self._database.begin() as connection:
                    numbers = numbers_of(connection)
                    if numbers is None:
                        raise KeyMissing(told("rows from before are entered once the number keys are there"))
                    after = await adopt(connection, numbers, bound, after, _AT_ONCE)
                if after is None:
                    break
                seen += _AT_ONCE
                progress(seen)
                await asyncio.sleep(rest)
        async with self._database.begin() as connection:
            numbers = numbers_of(connection)
            if numbers is None:
                raise KeyMissing(told("the chain of rows is begun once the number keys are there"))
            for since in revisions:
                await complete(connection, numbers, since)
        log.info("rows_adopted", about=seen)
        return seen
