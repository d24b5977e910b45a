"""Watches without end: every new gap is an alarm within a minute of its conversation's end."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from recordings.alarming import alarm, alarm_ended, standing_alarms
from recordings.completeness.gap import KINDS, Gap
from recordings.completeness.service import Completeness
from recordings.entries import Alarm
from recordings.names import parse_stem

log = structlog.get_logger()

NEAR = timedelta(hours=2)
FAR = timedelta(days=2)
SETTLES = timedelta(seconds=10)  # less than between two looks
_FAR_EVERY = 30  # looks
_ALARMS = tuple(f"recording_{kind}" for kind in KINDS)


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
        self._seen: dict[tuple[str, str], datetime] = {}
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
        """One look; the gaps of that time. Each is told once and its end once, over restarts too."""
        found = await self._service.gaps(now - back, now, now)
        # One whose sound may lie there, waiting to be judged, is told when it is seen again.
        seen = {_about(gap): self._seen.get(_about(gap), now) for gap in found if gap.settling}
        told = [gap for gap in found if not gap.settling or now - seen[_about(gap)] >= SETTLES]
        self._seen = seen
        standing = await standing_alarms(self._database, list(_ALARMS), now - 2 * FAR)
        alarmed = {(one.kind, one.about) for one in standing}
        for gap in told:
            if _about(gap) not in alarmed and not await alarm(self._database, *_about(gap), gap.at):
                await alarm(self._database, *_about(gap), now)  # it had ended, and is there again
        gone = alarmed - {_about(gap) for gap in found}
        for one in standing:
            if (one.kind, one.about) in gone and _looked_at(one, now - back):
                await alarm_ended(self._database, one)
        kept = {key: gap for key, gap in self._gaps.items() if now - FAR <= gap.at < now - back}
        self._gaps = {**kept, **{(gap.kind, gap.recording_id): gap for gap in told}}
        self._looked_at = now
        return found

    async def state(self) -> WatchState:
        """How it stands."""
        return WatchState(self._looked_at, tuple(self._gaps.values()))


def _looked_at(one: Alarm, since: datetime) -> bool:
    """Whether a look back to `since` would have found it: by its call's arrival.

    What became of a file that no conversation was known for, no gap tells.
    """
    stem = parse_stem(one.about)
    if stem is None or one.kind == "recording_orphan":
        return False
    return int(stem.call_id.split("-")[1]) / 1000 >= since.timestamp()


def _about(gap: Gap) -> tuple[str, str]:
    return f"recording_{gap.kind}", gap.recording_id or gap.call_id
