"""Every living conversation is recorded on both legs now, or a recorder is started anew; edge."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from dialplan import words as w
from dialplan.recording_names import Leg, stem_of
from engine.recorder.disk_probe import DiskProbe
from engine.recorder.file_growth import RATE, FileGrowth
from engine.recorder.restart import RecorderRestart, number_of, partner
from recordings.capture.files import GrowingAudio, lengths
from recordings.capture.match_conversations import HEADER
from recordings.model.entries import SegmentSeen
from routing.ami.client import Ami
from routing.ami.rtp_count import received
from routing.live.live_call import OngoingCall

log = structlog.get_logger()

EVERY: Final = 1.0  # seconds between two looks
ASKED: Final = 0.3  # seconds between two counts of packets
QUIET: Final = 2.0  # seconds until phones that say nothing are asked again
AT_ONCE: Final = 8  # recorders started at the same time
# Seconds by which the sound in a segment may fall behind the clock: where nothing comes from either side,
# as when packets of the only one who speaks are lost, Asterisk writes nothing, and the rest lies too early.
BEHIND: Final = 0.25
KIND: Final = "recording_stopped"

Sizes = Mapping[tuple[str, int, Leg], GrowingAudio]


@dataclass(slots=True)
class RecordingGuard:
    """Compares conversations with growing files, on both volumes; orders and intentions count for nothing.

    Silent phones write nothing and are no fault: packets of either side must have come (0066).
    It looks while the manager is away, too: a recorder is begun on the control socket. Nobody is told then,
    for the conversation may be over.
    """

    ami: Ami
    hold: RecorderRestart
    calls: Callable[[], Iterable[OngoingCall]]
    up: Callable[[], bool]  # what is known of the calls is the present
    restart: Callable[[OngoingCall], Coroutine[Any, Any, str | None]]
    soon: Callable[[Coroutine[Any, Any, None]], object]
    alarm: Callable[[str, str], None]
    changed: Callable[[], None]
    seen: Callable[[SegmentSeen], object] = lambda seen: None  # where the sound of a segment begins
    clock: Callable[[], float] = time.monotonic
    stopped: dict[str, float] = field(default_factory=dict)  # recording -> since when (epoch): the board's
    _growth: dict[str, FileGrowth] = field(default_factory=dict)
    _was_up: bool = True
    _unseen: bool = False  # a volume did not answer at the last look
    _disks: dict[Path, DiskProbe] = field(default_factory=dict)
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """One comparison; recorders are started beside it."""
        talking = {_recording(call): call for call in self.calls() if call.word(w.CALL) and partner(call)}
        self._forget(talking.keys())
        back, self._was_up = self.up() and not self._was_up, self.up()
        sizes = await self._sizes(talking)
        now = self.clock()
        for recording, call in talking.items():
            growth = self._growth.setdefault(recording, FileGrowth.begun(now))
            size, callers = _sizes_of(recording, sizes)
            segments = {segment: max(0, one.size - HEADER) for segment, one in callers.items()}
            newest = callers[max(callers)] if callers else GrowingAudio(0, 0.0)
            for segment in growth.fresh(callers):
                self.seen(_seen(call, segment, callers[segment]))
            if growth.twice(segments):  # the engine was killed, or cut off, between start and stop
                self.soon(self.hold.settle(call, max(segments)))
            growth.found(files=bool(segments) or self._unseen, now=now)
            behind = growth.behind(max(segments, default=0), newest)
            growth.leave = growth.leave or (back and self.hold.left(call))
            if back:
                growth.next_try = 0.0
            if growth.leave and not growth.busy and now >= growth.next_try:
                growth.busy = True
                self.soon(self._mend(call, recording, growth))
                continue
            match growth.look(size, now):
                case "grows" if growth.tried or growth.told:
                    self._grows(recording, growth)
                case "grows" if behind > BEHIND and not growth.busy:
                    growth.busy = True
                    self.soon(self._set_right(call, growth, behind))
                case "stands":
                    growth.busy = True
                    self.soon(self._mend(call, recording, growth))

    def volume_failed(self) -> None:
        """Recorders move to the other volume now, whatever their files seem to do."""
        for call in self.calls():
            if call.word(w.CALL) and partner(call):
                recording = _recording(call)
                growth = self._growth.setdefault(recording, FileGrowth.begun(self.clock()))
                growth.busy = growth.leave = True  # also beside one that begins: it may go to the old volume
                self.soon(self._mend(call, recording, growth))

    async def _sizes(self, talking: Mapping[str, OngoingCall]) -> Sizes:
        """A volume that does not answer shows no growth."""
        by_folder: dict[Path, set[str]] = {}
        self._unseen = False
        for recording, call in talking.items():
            for folder in self.hold.folders(call):
                by_folder.setdefault(folder, set()).add(recording)

        async def ask(folder: Path, recordings: frozenset[str]) -> Sizes:
            try:
                disk = self._disks.setdefault(folder.parent, DiskProbe())
                return await disk.ask(partial(lengths, folder, recordings))
            except OSError as why:
                self._unseen = True
                log.warning("recordings_not_seen", folder=folder.parent.name, why=why.strerror or str(why))
                return {}

        found: dict[tuple[str, int, Leg], GrowingAudio] = {}
        answers = await asyncio.gather(*(ask(at, frozenset(names)) for at, names in by_folder.items()))
        for sizes in answers:
            found.update(sizes)  # the link to the second volume may be the same folder twice
        return found

    async def _set_right(self, call: OngoingCall, growth: FileGrowth, behind: float) -> None:
        """A new segment has its place by the clock."""
        try:
            async with self._at_once:
                log.warning("recording_behind", call=call.word(w.CALL), seconds=round(behind, 2))
                await self.restart(call)
        finally:
            growth.busy = False

    async def _mend(self, call: OngoingCall, recording: str, growth: FileGrowth) -> None:
        try:
            async with self._at_once:
                if not growth.leave and not growth.tried and not await self._sound(call):
                    growth.next_try = self.clock() + QUIET
                    return
                if partner(call) is None or _recording(call) != recording:
                    return
                log.error("recording_not_growing", call=call.word(w.CALL), tried=growth.tried)
                stem = await self.restart(call)
                growth.leave = growth.leave and stem is None
                if (stem is None or growth.tried) and partner(call) is not None and self.up():
                    self._tell(recording, growth)
                growth.tried_at(self.clock(), started=stem is not None)
        finally:
            growth.busy = False

    async def _sound(self, call: OngoingCall) -> bool:
        """Whether packets of either side come now; also when Asterisk does not say."""
        leg = partner(call)
        channels = [call.channel, *([leg.channel] if leg and leg.channel else [])]
        before = await asyncio.gather(*(received(self.ami, channel) for channel in channels))
        await asyncio.sleep(ASKED)
        after = await asyncio.gather(*(received(self.ami, channel) for channel in channels))
        return any(b is None or a is None or a != b for b, a in zip(before, after, strict=True))

    def _tell(self, recording: str, growth: FileGrowth) -> None:
        self.stopped.setdefault(recording, time.time())
        if not growth.told:
            growth.told = True
            self.alarm(KIND, recording)
            self.changed()

    def _grows(self, recording: str, growth: FileGrowth) -> None:
        growth.grows()
        log.warning("recording_grows_again", recording=recording)
        if self.stopped.pop(recording, None) is not None:
            self.changed()

    def _forget(self, talking: Iterable[str]) -> None:
        names = set(talking)
        for recording in self._growth.keys() - names:
            del self._growth[recording]
        for recording in self.stopped.keys() - names:
            del self.stopped[recording]
            self.changed()


def _sizes_of(recording: str, sizes: Sizes) -> tuple[dict[Leg, int], dict[int, GrowingAudio]]:
    """Bytes of sound by leg, all segments together, and what stands of each segment's caller leg."""
    size: dict[Leg, int] = {"caller": 0, "consultant": 0}
    callers: dict[int, GrowingAudio] = {}
    for (name, segment, leg), written in sizes.items():
        if name == recording:
            size[leg] += max(0, written.size - HEADER)  # a header alone is no growth
            if leg == "caller":
                callers[segment] = written
    return size, callers


def _seen(call: OngoingCall, segment: int, now: GrowingAudio) -> SegmentSeen:
    stem = stem_of(call.word(w.CALL), number_of(call), segment)
    return SegmentSeen(stem, datetime.fromtimestamp(now.at, UTC), (now.size - HEADER) / RATE)


def _recording(call: OngoingCall) -> str:
    return stem_of(call.word(w.CALL), number_of(call))
