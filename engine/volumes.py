"""Which volume new calls record to: a second one when the first is nearly full; nothing ever stops a call."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from config.settings import Settings
from recordings.names import SECOND, parse_file
from routing.ami import Ami, AmiDown, AmiError, AmiTimeout

log = structlog.get_logger()

VARIABLE: Final = "ENGINE_VOLUME"  # a global of the dialplan: "" or "v2/"
BACK: Final = 0.05  # the first volume has to have so much more room before it is used again
LEAST: Final = 200_000_000  # bytes; less is "filling", whatever its share
GROWING: Final = 10.0  # seconds since a file was written to

Usage = Callable[[Path], tuple[int, int, int]]
Tell = Callable[[str, str, datetime], None]


@dataclass(frozen=True, slots=True)
class Room:
    """Free space of a volume: its share, and bytes."""

    share: float
    free: int


def choose(first: Room, second: Room | None, now_second: bool, low: float) -> bool:
    """Whether new calls go to the second volume."""
    if second is None:
        return False
    enough = low + BACK if now_second else low
    if first.share > enough:
        return False
    return second.share > low or second.free > first.free


class Volumes:
    """Looks every few seconds; `folder()` is where the next recording goes."""

    def __init__(self, settings: Settings, ami: Ami, tell: Tell, usage: Usage = shutil.disk_usage) -> None:
        self._audio = settings.audio
        self._has_second = settings.second_audio is not None
        self._low = settings.low_space
        self._ami = ami
        self._tell = tell
        self._usage = usage
        self._second = False
        self._told: dict[tuple[str, str], datetime] = {}

    def folder(self) -> Path:
        """The audio folder of new recordings."""
        return self._audio / SECOND if self._second else self._audio

    async def keep(self, every: float = 5.0) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look(datetime.now(UTC))
            except OSError as error:  # a volume that is gone is one without room
                log.error("volume_unread", error=error.strerror)
            await asyncio.sleep(every)

    async def look(self, now: datetime) -> None:
        """Measure, choose, tell the dialplan, name what may be lost."""
        first = await asyncio.to_thread(self._room, self._audio)
        second = await asyncio.to_thread(self._second_room)
        before, self._second = self._second, choose(first, second, self._second, self._low)
        if self._second != before:
            log.error("volume_changed", second=self._second, free=round(first.share, 3))
            await self.set_global()
        if first.share <= self._low:
            self._alarm("disk_low", "first volume", now)
        if second is not None and second.share <= self._low:
            self._alarm("disk_low", "second volume", now)
        elif self._has_second and second is None:
            self._alarm("volume_missing", "second volume", now)
        for folder, room in ((self._audio, first), (self._audio / SECOND, second)):
            if room is not None and (room.share <= self._low / 2 or room.free < LEAST):
                for recording in await asyncio.to_thread(lambda at: list(growing(at)), folder):
                    self._alarm("volume_filling", recording, now)

    async def set_global(self) -> None:
        """Survival's dialplan reads it: the choice outlives this engine. Also after each AMI login."""
        try:
            value = f"{SECOND}/" if self._second else ""
            await self._ami.send("Setvar", {"Variable": VARIABLE, "Value": value})
        except (AmiDown, AmiError, AmiTimeout) as error:
            log.warning("volume_not_told", error=type(error).__name__)

    def _alarm(self, kind: str, about: str, now: datetime) -> None:
        last = self._told.get((kind, about))
        if last is None or (now - last).total_seconds() > 3600:
            self._told[kind, about] = now
            self._tell(kind, about, now)

    def _room(self, folder: Path) -> Room:
        total, _, free = self._usage(folder)
        return Room(free / max(total, 1), free)

    def _second_room(self) -> Room | None:
        folder = self._audio / SECOND
        try:
            return self._room(folder) if self._has_second and folder.is_dir() else None
        except OSError:
            return None


def growing(folder: Path) -> Iterator[str]:
    """Ids of recordings being written there now."""
    since = time.time() - GROWING
    seen = set()
    days = sorted((day for day in folder.iterdir() if day.name != SECOND and day.is_dir()), reverse=True)
    for day in days[:2]:
        for file in day.iterdir():
            parsed = parse_file(file.name)
            if parsed is not None and parsed[1] != "stereo" and file.stat().st_mtime >= since:
                seen.add(parsed[0].recording)
    yield from sorted(seen)
