"""The recorder of a conversation started anew, the new one before the old one stops; edge."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from dialplan import mixmonitor
from dialplan import words as w
from dialplan.recording_names import SECOND, day_of, file_of, segment_of, stem_of
from engine.recorder.disk_probe import DiskProbe
from recordings.capture.files import last_segment
from recordings.capture.match_conversations import NOT_RECORDED
from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout
from routing.live.legs import Leg
from routing.live.live_call import OngoingCall

log = structlog.get_logger()

PAUSES: Final = (0.0, 0.2, 1.0)  # seconds before each try to start a recorder
SEEN: Final = 1.0  # seconds within which both files of a new recorder must be there
LOOKS: Final = 0.03  # seconds between two looks for them
MOST_STALE: Final = 3  # recorders left on a channel by an engine that was killed between start and stop


class RecorderRestart:
    """Segments of a conversation: a new one after each hold, when a side was lost, when none is written.

    `find` gives the living call of an id: a conversation may end while its recorder is started anew.
    `volume` gives the folder for the n-th try.
    """

    def __init__(
        self,
        ami: Ami,
        volume: Callable[[int], Path],
        audio: Path,
        zone: ZoneInfo,
        find: Callable[[str], OngoingCall | None],
    ) -> None:
        self._ami = ami
        self._volume = volume
        self._audio = audio
        self._zone = zone
        self._find = find
        self._disk = DiskProbe(at_once=16)
        self._begun: dict[str, tuple[int, Path]] = {}  # by recording: the segment begun last, and where
        self._used: dict[str, int] = {}  # by recording: the highest number that was begun, or may have been
        self._left: set[str] = set()  # recordings of which an older recorder may run on: nobody could stop it
        self._busy: dict[str, asyncio.Lock] = {}

    def path(self, call: OngoingCall) -> Path:
        """Where the running segment is written: its files' names without the leg (recording_names.file_of).

        Looks at the disk, so not for the loop.
        """
        return self._last(call)[1]

    def folders(self, call: OngoingCall) -> tuple[Path, ...]:
        """Where files of the call may lie: which volume is used may change during a call."""
        day = self._day(call)
        return tuple({self._audio / day: 0, self._audio / SECOND / day: 0, self._volume(0) / day: 0})

    async def restart(self, call: OngoingCall) -> str | None:
        """Start a new recorder, see its files, stop the old one; the new segment's stem.

        None when no recorder could be started, or the conversation ended: the old one was not touched.
        """
        call_id, number = call.word(w.CALL), number_of(call)
        first = stem_of(call_id, number)
        async with self._busy.setdefault(call_id, asyncio.Lock()):
            try:
                segment, _ = self._begun.setdefault(first, await self._disk.ask(partial(self._last, call)))
            except OSError:  # the disk does not answer: what we know ourselves must do
                segment = self._begun.get(first, (1, Path()))[0]
            # By two after a failure: the new one stays off the channel of the one that may still run. Never a
            # number of which nobody knows what became: begun again it would write over its own sound.
            new = segment + 1
            while new <= self._used.get(first, 0):
                new += 2
            for tried, pause in enumerate(PAUSES):
                await asyncio.sleep(pause)
                new += 2 * bool(tried)
                if self._talking(call_id, number) is None:
                    return None
                try:
                    if await self._begin(call, number, new, self._volume(tried)):
                        self._used[first] = new
                        log.info("recording_restarted", call=call_id, segment=new)
                        return stem_of(call_id, number, new)
                except (AmiDown, AmiError, AmiTimeout) as why:
                    log.error("recording_not_restarted", call=call_id, tried=tried, why=type(why).__name__)
                    if not isinstance(why, AmiError):
                        self._used[first] = new
                    if isinstance(why, AmiDown):
                        return None
            return None

    async def held(self, call: OngoingCall, by: mixmonitor.Side) -> str | None:
        """A side holds the other: the recorder moves to the channel that hears the music, if it must.

        On the holder's own channel that side would be digital silence, as one that was lost is.
        """
        if call.word(w.CALL) in self._busy and self._busy[call.word(w.CALL)].locked():
            return None  # a phone that holds and comes back within moments: the last restart counts
        try:
            segment, _ = await self._disk.ask(partial(self._last, call))
        except OSError:
            return None
        return await self.restart(call) if mixmonitor.side(segment) == by else None

    def left(self, call: OngoingCall) -> bool:
        """Whether older recorders may run beside the newest, for the manager was silent when it began."""
        return stem_of(call.word(w.CALL), number_of(call)) in self._left

    async def settle(self, call: OngoingCall, segment: int) -> None:
        """Stop what an engine, killed between start and stop, left running beside that segment's recorder."""
        leg = partner(call)
        if leg is None or not leg.channel:
            return
        old = leg.channel if mixmonitor.side(segment) == "caller" else call.channel
        try:
            if await self._clear(old):
                log.warning("recorder_left_over", call=call.word(w.CALL), segment=segment)
            first = stem_of(call.word(w.CALL), number_of(call))
            if self._begun.get(first, (segment,))[0] != segment:
                del self._begun[first]  # the newest that writes is on the disk
        except (AmiDown, AmiTimeout):
            return  # the next look finds it again

    def forget(self, call_id: str) -> None:
        """The call is over."""
        self._busy.pop(call_id, None)
        for key in [key for key in self._used if key.startswith(f"{call_id}-")]:
            del self._used[key]
            self._begun.pop(key, None)
            self._left.discard(key)

    async def _begin(self, call: OngoingCall, number: int, segment: int, volume: Path) -> bool:
        call_id = call.word(w.CALL)
        leg = self._talking(call_id, number)
        if leg is None:
            return False
        on = mixmonitor.side(segment)
        channels = {"caller": call.channel, "consultant": leg.channel or call.channel}
        channel, other = channels[on], channels["caller" if on == "consultant" else "consultant"]
        first = stem_of(call_id, number)
        try:
            if await self._clear(channel):
                await asyncio.sleep(mixmonitor.REST)
            self._left.discard(first)  # the other one is cleared below
        except (AmiDown, AmiTimeout):  # a recorder is begun without the manager, beside whatever is there
            self._left.add(first)
        path = volume / self._day(call) / stem_of(call_id, number, segment)
        side = on if channel != call.channel or on == "caller" else "caller"
        mixed, options = file_of(str(path), "mixed"), mixmonitor.options(str(path), side)
        order = {"Channel": channel, "File": mixed, "Options": options}
        begun = await self._ami.send("MixMonitor", order)
        id_ = {"Channel": channel, "MixMonitorID": str(begun.get("MixMonitorID", ""))}
        if self._talking(call_id, number) is None:  # ended meanwhile: what follows is not recorded
            await self._stop(id_)
            return False
        if not await self._seen(path):  # Asterisk says Success also when it cannot open the files
            log.error("recording_not_begun", call=call_id, segment=segment)
            await self._stop(id_)
            return False
        self._begun[first] = (segment, path)
        try:
            if other != channel:
                await self._clear(other)
        except (AmiDown, AmiTimeout):  # two that run are no harm; the guard settles it
            self._left.add(first)
            log.warning("recorder_not_stopped", call=call_id, segment=segment)
        return True

    async def _seen(self, path: Path) -> bool:
        files = [path.with_name(file_of(path.name, side)) for side in mixmonitor.SIDES]
        end = asyncio.get_running_loop().time() + SEEN
        while True:
            try:
                if await self._disk.ask(lambda: all(file.exists() for file in files), SEEN):
                    return True
            except OSError:
                return False
            if asyncio.get_running_loop().time() >= end:
                return False
            await asyncio.sleep(LOOKS)

    async def _clear(self, channel: str) -> bool:
        """Stop whatever records on a channel; whether there was anything."""
        stopped = 0
        while stopped < MOST_STALE and await self._stop({"Channel": channel}):
            stopped += 1
        return stopped > 0

    async def _stop(self, which: dict[str, str]) -> bool:
        try:
            await self._ami.send("StopMixMonitor", which)
        except AmiError:  # nothing records there
            return False
        return True

    def _talking(self, call_id: str, number: int) -> Leg | None:
        """The phone the caller talks with now, in that conversation."""
        call = self._find(call_id)
        return partner(call) if call is not None and number_of(call) == number else None

    def _last(self, call: OngoingCall) -> tuple[int, Path]:
        """The segment begun last: by us, or before this engine was there (its files are on the disk)."""
        first = stem_of(call.word(w.CALL), number_of(call))
        if (begun := self._begun.get(first)) is not None:  # nobody but us begins another one
            return begun
        found = [(segment_in(folder, first), folder) for folder in self.folders(call)]
        segment, folder = max(found, key=lambda one: one[0])
        if not segment:
            return 1, self._volume(0) / self._day(call) / first
        return segment, folder / segment_of(first, segment)

    def _day(self, call: OngoingCall) -> str:
        arrived = int(call.word(w.ARRIVED) or "0") / 1000
        return day_of(arrived, self._zone)


def segment_in(folder: Path, first: str) -> int:
    """The newest segment there; none on a volume that answers with an error: the other one is looked at."""
    try:
        return last_segment(folder, first)
    except OSError as why:
        log.warning("folder_not_read", folder=folder.parent.name, why=why.strerror)
        return 0


def partner(call: OngoingCall) -> Leg | None:
    """Whom the caller talks with in a conversation that is ours to record."""
    return next((leg for leg in call.legs.talking() if leg.device not in NOT_RECORDED), None)


def number_of(call: OngoingCall) -> int:
    """The number of the call's last connection, as its files have it."""
    text = call.word(w.CONNECTION)
    return int(text) if text.isascii() and text.isdigit() else 1
