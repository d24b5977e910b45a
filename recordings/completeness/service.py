"""Is every answered conversation a playable recording of its length? Looked at again and again."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.completeness.gap import DayCount, Gap


class Completeness:
    """Compares the journal with the disk: `audio` the raw files, `sealed` the folder of sealed ones."""

    def __init__(
        self,
        database: AsyncEngine,
        audio: Path,
        sealed: Path,
        zone: ZoneInfo,
        progress: Callable[[int], object] = int,
    ) -> None:
        self._database = database
        self._audio = audio
        self._sealed = sealed
        self._zone = zone
        self._progress = progress

    async def gaps(self, since: datetime, until: datetime, now: datetime) -> list[Gap]:
        """Of the conversations answered in between and the files lying there."""
        raise NotImplementedError

    async def day(self, day: date, now: datetime) -> DayCount:
        """The figures of a civil day."""
        raise NotImplementedError
