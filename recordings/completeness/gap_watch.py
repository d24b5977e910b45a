"""Watch for gaps: every new one is an alarm within a minute of its conversation's end; edge."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from dialplan.recording_names import parse_stem
from recordings.completeness import store
from recordings.completeness.service import Completeness
from recordings.journal.alarming import alarm, alarm_ended, standing_alarms
from recordings.model.entries import Alarm
from recordings.model.gap import KINDS, Gap

log = structlog.get_logger()

NEAR = timedelta(hours=2)
FAR = timedelta(days=2)
_FAR_EVERY = 30  # looks; each far one is done twice, for an alarm is what two looks saw
_ALARMS = tuple(f"recording_{kind}" for kind in KINDS)
_SEALABLE = ("recording_unread", "recording_unreadable")  # of judge and sealer: over once the seal is there


@dataclass(frozen=True, slots=True)
class GapWatchState:
    """For doctor: when it last looked, and what was wrong then (of the last two days)."""

    looked_at: datetime | None
    gaps: tuple[Gap, ...]


class GapWatch:
    """Compares the last hours again and again, the last days now and then."""

    def __init__(
        self, database: AsyncEngine, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._clock = clock  # the wall's may be set
        self._service = Completeness(database, settings.audio, settings.sealed, settings.zone)
        self._seen: dict[tuple[str, str], tuple[float, datetime]] = {}  # since when, and the gap's own time
        self._gaps: dict[tuple[str, str], Gap] = {}
        self._looked_at: datetime | None = None

    async def run(self, every: float = 15.0) -> None:
        """Until cancelled."""
        looks = 0
        while True:
            try:
                await self.poll(FAR if looks % _FAR_EVERY in (0, 1) else NEAR, datetime.now(UTC))
                looks += 1
            except (SQLAlchemyError, OSError) as error:
                log.warning("completeness_postponed", error=type(error).__name__)
            await asyncio.sleep(every)

    async def poll(self, back: timedelta, now: datetime) -> list[Gap]:
        """One look; the gaps of that time. Each is told once and its end once, over restarts too.

        Told is what was there at two looks: rows and files are not read at one moment.
        """
        found, at = await self._service.gaps(now - back, now, now), self._clock()
        beyond = {about: one for about, one in self._seen.items() if now - FAR <= one[1] < now - back}
        seen = {_about(gap): self._seen.get(_about(gap), (at, gap.at)) for gap in found}
        told = [gap for gap in found if at - seen[_about(gap)][0] >= gap.settles.total_seconds()]
        self._seen = beyond | seen
        standing = await standing_alarms(self._database, [*_ALARMS, *_SEALABLE], now - back - FAR)
        alarmed = {(one.kind, one.about) for one in standing}
        for gap in told:
            if _about(gap) not in alarmed and not await alarm(self._database, *_about(gap), gap.at):
                await alarm(self._database, *_about(gap), now)  # it had ended, and is there again
        for one in await self._over(standing, {_about(gap) for gap in found}, now - back):
            await alarm_ended(self._database, one)
        kept = {key: gap for key, gap in self._gaps.items() if now - FAR <= gap.at < now - back}
        self._gaps = {**kept, **{(gap.kind, gap.recording_id): gap for gap in told}}
        self._looked_at = now
        return found

    async def _over(self, standing: list[Alarm], found: set[tuple[str, str]], since: datetime) -> list[Alarm]:
        """Those whose cause is gone, as far as a look back to `since` can tell."""
        sealed = await store.sealed_known(
            self._database, [one.about for one in standing if one.kind in _SEALABLE]
        )
        strangers = [one.about for one in standing if one.kind == "recording_orphan"]
        known = await self._service.known(strangers)
        over = []
        for one in standing:
            gone = (one.kind, one.about) not in found and _looked_at(one, since)
            if one.kind in _SEALABLE:
                gone = one.about in sealed
            elif one.kind == "recording_orphan" and one.about in known:
                gone = known[one.about]  # its conversation was found
            if gone:
                over.append(one)
        return over

    async def state(self) -> GapWatchState:
        """How it stands."""
        return GapWatchState(self._looked_at, tuple(self._gaps.values()))


def _looked_at(one: Alarm, since: datetime) -> bool:
    """Whether a look back to `since` would have found it: by its call's arrival."""
    stem = parse_stem(one.about)
    return stem is not None and int(stem.call_id.split("-")[1]) / 1000 >= since.timestamp()


def _about(gap: Gap) -> tuple[str, str]:
    return f"recording_{gap.kind}", gap.recording_id or gap.call_id
