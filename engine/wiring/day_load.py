"""What a database that was away at the start tells late: the day's figures, kept states; wiring."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from engine.wiring.parts import Engine

AGAIN: Final = 2.0  # seconds between two tries to read from a database that is away


async def load_day(engine: Engine) -> None:
    """Today's figures and the consultants' times, as soon as the database answers."""
    known = False
    while True:
        if engine.journal.place == "database":  # what lies in the spool is not in the tables yet
            known = known or await _stints_loaded(engine)
            if known and await engine.today.load(engine.journal.reader, datetime.now(UTC)):
                break
        await asyncio.sleep(AGAIN)
    engine.feed.changed()


async def restore_late(engine: Engine) -> None:
    """The states of consultants to whom nothing has happened since the start."""
    while True:
        await asyncio.sleep(AGAIN)
        if await engine.states.restore_late():
            return


async def _stints_loaded(engine: Engine) -> bool:
    now = datetime.now(UTC)
    engine.today.turn(now)
    return await engine.stints.load(engine.journal.reader, engine.today.since, now.timestamp())
