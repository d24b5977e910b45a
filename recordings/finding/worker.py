"""Numbers written before numbers were hidden: hidden now, a few at a time."""

import asyncio

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.models import calls
from recordings.numbers import Numbers

log = structlog.get_logger()

_AT_ONCE = 200


class HideOld:
    """Ends once no clear number is left; a repeat finds nothing to do."""

    def __init__(self, database: AsyncEngine, numbers: Numbers) -> None:
        self._database = database
        self._numbers = numbers

    async def run(self, rest: float = 0.05) -> int:
        """How many were hidden; `rest` seconds between batches belong to the calls."""
        done = 0
        query = (
            select(calls.c.call_id, calls.c.caller)
            .where(calls.c.caller.is_not(None), calls.c.caller_index.is_(None))
            .limit(_AT_ONCE)
        )
        while True:
            async with self._database.begin() as connection:
                rows = (await connection.execute(query)).all()
                for row in rows:
                    clear = self._numbers.reveal(row.caller)
                    await connection.execute(
                        update(calls)
                        .where(calls.c.call_id == row.call_id)
                        .values(caller=self._numbers.hide(clear), caller_index=self._numbers.index(clear))
                    )
            done += len(rows)
            if not rows:
                if done:
                    log.info("numbers_hidden", calls=done)
                return done
            await asyncio.sleep(rest)
