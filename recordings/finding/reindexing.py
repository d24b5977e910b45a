"""Reindexing: numbers in clear or of an earlier form indexed anew, some at a time; edge (A5, C6)."""

import asyncio

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.model.tables import calls
from recordings.privacy.hiding import UNREADABLE, reveal_caller
from recordings.privacy.numbers import FORM, Numbers

log = structlog.get_logger()

_AT_ONCE = 200
UNREAD = FORM + UNREADABLE
_BEHIND = FORM[:-1] + chr(ord(FORM[-1]) + 1)  # the first text that sorts behind every index of today's form


def stale() -> ColumnElement[bool]:
    """Calls whose number today's index does not find; a range of the index on both databases."""
    index = calls.c.caller_index
    return and_(calls.c.caller.is_not(None), or_(index.is_(None), index < FORM, index >= _BEHIND))


def unread() -> ColumnElement[bool]:
    """Calls whose number nobody can read: no question by number about their time has an answer."""
    return calls.c.caller_index == UNREAD


class Reindexing:
    """Ends once every number is hidden and found by today's form; a repeat finds nothing to do.

    One that cannot be read (altered, or hidden with another key) is marked so, and tried again next time.
    """

    def __init__(self, database: AsyncEngine, numbers: Numbers) -> None:
        self._database = database
        self._numbers = numbers

    async def run(self, rest: float = 0.05) -> int:
        """How many rows were written; `rest` seconds between batches belong to the calls."""
        done, left, after = 0, 0, ""
        query = (
            select(calls.c.call_id, calls.c.caller).where(or_(stale(), unread())).order_by(calls.c.call_id)
        )
        while True:
            async with self._database.begin() as connection:
                part = query.where(calls.c.call_id > after).limit(_AT_ONCE)
                rows = (await connection.execute(part)).all()
                for row in rows:
                    after = row.call_id
                    clear = reveal_caller(row.caller, self._numbers)
                    if clear is None or clear == UNREADABLE:
                        left += 1
                        await connection.execute(
                            update(calls).where(calls.c.call_id == row.call_id).values(caller_index=UNREAD)
                        )
                        continue
                    hidden = row.caller if self._numbers.is_hidden(row.caller) else self._numbers.hide(clear)
                    await connection.execute(
                        update(calls)
                        .where(calls.c.call_id == row.call_id)
                        .values(caller=hidden, caller_index=self._numbers.index(clear))
                    )
                    done += 1
            if not rows:
                if done:
                    log.info("numbers_indexed", calls=done)
                if left:
                    log.error("numbers_unreadable", calls=left)
                return done
            await asyncio.sleep(rest)
