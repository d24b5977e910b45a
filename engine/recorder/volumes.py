"""Which volume calls record to: a second one when the first is full or fails; nothing stops a call; edge."""

import asyncio
import errno
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from config.settings import Settings
from dialplan.recording_names import SECOND, parse_file
from engine.recorder.disk_probe import DiskProbe
from engine.recorder.flush_client import FlushClient
from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout
from routing.board.alert_kinds import STATES

log = structlog.get_logger()

VARIABLE: Final = (
    "ENGINE_VOLUME"  # a global of the dialplan: "", "v2/", or a path of its own with "/" at its end
)
BACK: Final = 0.05  # the first volume has to have so much more room before it is used again
_PLAIN = re.compile(r"/[A-Za-z0-9/_.@+~=-]{1,400}")  # what a session may name as a recording's path
LEAST: Final = 200_000_000  # bytes; less is "filling", whatever its share
GROWING: Final = 10.0  # seconds since a file was written to
REST: Final = timedelta(seconds=30)  # a volume is used again when it worked so long
MISSING: Final = frozenset({"ENOENT", "ENOTDIR"})
FIRST: Final = "first volume"
OTHER: Final = "second volume"

Usage = Callable[[Path], tuple[int, int, int]]
Tell = Callable[[str, str, datetime], None]


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """Free space of a volume: its share, and bytes."""

    share: float
    free: int


@dataclass(frozen=True, slots=True)
class VolumeFault:
    """A volume that does not take writes: why (an errno's name, or "slow"), and when it failed last."""

    why: str
    at: datetime


def choose(first: FreeSpace | None, second: FreeSpace | None, now_second: bool, low: float) -> bool:
    """Whether new calls go to the second volume; None: the volume fails, or is not there."""
    if second is None:
        return False
    if first is None:
        return True
    enough = low + BACK if now_second else low
    if first.share > enough:
        return False
    return second.share > low or second.free > first.free


class Volumes:
    """Looks every few seconds, and at once when a volume fails; `folder()` is where the next recording goes.

    `failed` is called when running recordings must leave a volume.
    """

    def __init__(
        self,
        settings: Settings,
        ami: Ami,
        tell: Tell,
        usage: Usage = shutil.disk_usage,
        *,
        failed: Callable[[], None] = lambda: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._audio = settings.audio
        self._second_audio = settings.second_audio
        self._low_share = settings.low_space
        self._ami = ami
        self._tell = tell
        self._usage = usage
        self._failed = failed
        self._changed = changed
        self._second = False
        self._faults: dict[str, VolumeFault] = {}
        self._low_now: dict[tuple[str, str], datetime] = {}  # (alarm, subject) of the last look: since when
        self._denied: dict[str, datetime] = {}
        self._disks = {FIRST: DiskProbe(), OTHER: DiskProbe()}
        self._told: dict[tuple[str, str], datetime] = {}
        self._again = asyncio.Event()

    def folder(self, tried: int = 0) -> Path:
        """The audio folder of new recordings; for the second try at one (`tried` 1) the other volume's."""
        second = self._second
        if tried % 2 and self._second_audio is not None:
            second = not second
        return self._second_folder() if second else self._audio

    def holding(self) -> dict[tuple[str, str], datetime]:
        """What is wrong with the volumes now, as (kind on the board, subject), and since when."""
        found = {(STATES[kind], about): at for (kind, about), at in self._low_now.items()}
        found |= {(STATES["volume_not_watched"], name): at for name, at in self._denied.items()}
        return found | {(STATES["volume_failing"], name): fault.at for name, fault in self._faults.items()}

    def helpers(self) -> list[FlushClient]:
        """One for each volume: it flushes growing audio and says whether the volume takes writes."""
        first = self._helper(FIRST, self._audio)
        if self._second_audio is None:
            return [first]
        return [first, self._helper(OTHER, self._second_audio)]

    def _helper(self, name: str, folder: Path) -> FlushClient:
        def tell(why: str | None) -> None:
            self.said(name, why, datetime.now(UTC))

        return FlushClient(folder, tell, lambda denied: self.watched(name, denied, datetime.now(UTC)))

    def watched(self, volume: str, denied: bool, now: datetime) -> None:
        """`denied`: we may not look at a volume: nobody knows whether it works, and nothing is flushed."""
        before = volume in self._denied
        if denied:
            self._denied.setdefault(volume, now)
            self._alarm("volume_not_watched", volume, now)
        else:
            self._denied.pop(volume, None)
        if before != denied:
            self._changed()

    def said(self, volume: str, why: str | None, now: datetime) -> None:
        """A volume took a write (None) or did not."""
        fault = self._faults.get(volume)
        if volume == OTHER and why in MISSING:
            return  # not mounted: the next look says so
        if why is None:
            if fault is not None and now - fault.at > REST:
                del self._faults[volume]
                log.warning("volume_works_again", volume=volume)
                self._changed()
                self._again.set()
            return
        self._faults[volume] = VolumeFault(why, now)
        if fault is None:
            log.error("volume_failing", volume=volume, why=why)
            self._tell("volume_failing", volume, now)
            self._changed()
            self._again.set()

    async def keep(self, every: float = 5.0) -> None:
        """Until cancelled."""
        while True:
            self._again.clear()
            await self.look(datetime.now(UTC))
            try:
                await asyncio.wait_for(self._again.wait(), every)
            except TimeoutError:
                continue

    async def look(self, now: datetime) -> None:
        """Measure, choose, tell the dialplan, name what may be lost."""
        first = await self._room(FIRST, self._audio, now)
        second = await self._second_room(now)
        sound = None if FIRST in self._faults else first
        before = (self._second, self.folder())
        self._second = choose(sound, None if OTHER in self._faults else second, self._second, self._low_share)
        if before != (self._second, self.folder()):
            log.error("volume_changed", second=self._second, free=round(first.share, 3) if first else None)
            if (OTHER if before[0] else FIRST) in self._faults:
                self._failed()
            await self.set_global()
        before_low, self._low_now = self._low_now, await self._low(first, second, now)
        if before_low.keys() != self._low_now.keys():
            self._changed()

    async def _low(
        self, first: FreeSpace | None, second: FreeSpace | None, now: datetime
    ) -> dict[tuple[str, str], datetime]:
        """The alarms of this moment with what each is about, and since when."""
        found = {}

        def stands(kind: str, about: str) -> None:
            found[kind, about] = self._low_now.get((kind, about), now)
            self._alarm(kind, about, now)

        if first is not None and first.share <= self._low_share:
            stands("disk_low", FIRST)
        if second is not None and second.share <= self._low_share:
            stands("disk_low", OTHER)
        elif self._second_audio is not None and second is None and OTHER not in self._faults:
            stands("volume_missing", OTHER)
        for name, folder, room in ((FIRST, self._audio, first), (OTHER, self._audio / SECOND, second)):
            if room is not None and (room.share <= self._low_share / 2 or room.free < LEAST):
                for recording in await self._growing(name, folder):
                    stands("volume_filling", recording)
        return found

    async def set_global(self) -> None:
        """Survival's dialplan reads it: the choice outlives this engine. Also after each AMI login."""
        try:
            folder = self.folder()
            value = "" if not self._second else f"{SECOND}/" if folder.name == SECOND else f"{folder}/"
            await self._ami.send("Setvar", {"Variable": VARIABLE, "Value": value})
        except (AmiDown, AmiError, AmiTimeout) as error:
            log.warning("volume_not_told", error=type(error).__name__)

    def _alarm(self, kind: str, about: str, now: datetime) -> None:
        last = self._told.get((kind, about))
        if last is None or (now - last).total_seconds() > 3600:
            self._told[kind, about] = now
            log.error(kind, about=about)
            self._tell(kind, about, now)

    def _second_folder(self) -> Path:
        """Its own path when the first fails: the link to it lies on the first."""
        if (
            FIRST in self._faults
            and self._second_audio is not None
            and _PLAIN.fullmatch(str(self._second_audio))
        ):
            return self._second_audio
        return self._audio / SECOND

    async def _room(self, name: str, folder: Path, now: datetime) -> FreeSpace | None:
        """None when the volume does not answer; which is a fault of it."""
        try:
            total, _, free = await self._disks[name].ask(partial(self._usage, folder), 3.0)
        except OSError as error:
            self.said(name, errno.errorcode.get(error.errno or 0, "slow"), now)
            return None
        return FreeSpace(free / max(total, 1), free)

    async def _second_room(self, now: datetime) -> FreeSpace | None:
        folder = self._second_folder()
        if self._second_audio is None:
            return None
        try:
            if not await self._disks[OTHER].ask(folder.is_dir, 3.0):
                return None
        except OSError as error:
            self.said(OTHER, errno.errorcode.get(error.errno or 0, "slow"), now)
            return None
        return await self._room(OTHER, folder, now)

    async def _growing(self, name: str, folder: Path) -> list[str]:
        try:
            return await self._disks[name].ask(lambda: list(growing(folder)), 3.0)
        except OSError as error:
            log.warning("growing_not_seen", volume=name, why=error.strerror)
            return []


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
