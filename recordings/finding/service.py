"""Conversations found by date and number (C6); for the command line, demands and the console."""

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.finding.criteria import Criteria, FoundCall
from recordings.numbers import Numbers


class Finder:
    """Questions only; whoever asks writes to the access log first (recordings/access_store.py)."""

    def __init__(self, database: AsyncEngine, numbers: Numbers, zone: ZoneInfo) -> None:
        self._database = database
        self._numbers = numbers
        self._zone = zone

    async def find(self, wanted: Criteria) -> list[FoundCall]:
        """Oldest first, at most `wanted.limit` calls; the caller's number revealed in `call.caller`.

        Under a second over a million calls in SQLite.
        """
        raise NotImplementedError
