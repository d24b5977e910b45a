"""Watches without end: every new gap is an alarm within a minute of its conversation's end."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from recordings.alarming import alarm
from recordings.completeness.gap import Gap
from recordings.completeness.service import Completeness

log = structlog.get_logger()

NEAR = timedelta(hours=2)
FAR = timedelta(days=2)
_FAR_EVERY = 30  # looks


@dataclass(frozen=True, slots=True)
class WatchState:
    """For doctor: when it last looked, and what was wrong then (of the last two days)."""

    looked_at: datetime | None
    gaps: tuple[Gap, ...]


class Watch:
    """Compares the last hours again and again, the last days now and then."""

    def __init__(self, database: AsyncEngine, settings: Settings) -> None:
        self._database = database
        self._service = Completeness(database, settings.audio, settings.sealed, settings.zone)
        self._told: set[tuple[str, str, datetime]] = set()
        self._gaps: dict[tuple[str, str], Gap] = {}
        self._looked_at: datetime | None = None

    async def run(self, every: float = 15.0) -> None:
        """Until cancelled."""
        looks = 0
        while True:
            try:
                await self.look(FAR if looks % _FAR_EVERY == 0 else NEAR, datetime.now(UTC))
                looks += 1
            except (SQLAlchemyError, OSError) as error:
                log.warning("completeness_postponed", error=type(error).__name__)
            await asyncio.sleep(every)

    async def look(self, back: timedelta, now: datetime) -> list[Gap]:
        """One look; the gaps of that time, each told once."""
        found = await self._service.gaps(now - back, now, now)
        for gap in found:
            key = (gap.kind, gap.recording_id or gap.call_id, gap.at)
            if key not in self._told:
                await alarm(self._database, f"recording_{gap.kind}", key[1], gap.at)
                self._told.add(key)
        kept = {key: gap for key, gap in self._gaps.items() if now - FAR <= gap.at < now - back}
        self._gaps = {**kept, **{(gap.kind, gap.recording_id): gap for gap in found}}
        self._told = {key for key in self._told if key[2] >= now - 2 * FAR}
        self._looked_at = now
        return found

    async def state(self) -> WatchState:
        """How it stands."""
        return WatchState(self._looked_at, tuple(self._gaps.values()))
