"""A recorder that no longer hears a side whose packets still come is started anew; edge."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from dialplan import words as w
from engine.recorder.disk_probe import DiskProbe
from engine.recorder.restart import RecorderRestart, partner
from recordings.capture.files import silent_tail
from routing.ami.client import Ami
from routing.ami.rtp_count import received
from routing.live.live_call import OngoingCall

log = structlog.get_logger()

EVERY: Final = 1.0  # seconds between two looks; Asterisk writes every 2 s
DEAF: Final = 1.0  # seconds of digital silence that make us ask whether packets come
AT_ONCE: Final = 40  # sides asked for their packets at the same time
SLOW: Final = 2.0  # seconds for reading all files
ASKED: Final = 0.3  # seconds between two counts of packets
BOTH: Final = 2  # recorders for one silence: one on each channel, where a supervisor may be listening
# Packets that must have come since an earlier count, where a new start may be in vain: a look late, and
# half of what Asterisk writes at once.
SURELY: Final = 60


@dataclass(slots=True)
class WatchedLeg:
    """One side of a conversation: how far its file was read, how long it has been digital silence."""

    read: int = 0
    silent: float = 0.0  # seconds, at the end of what was read
    tried: int = 0  # recorders started for this silence: a muted phone is no reason to do so for ever
    pauses: bool = False  # a phone that sends nothing while nobody speaks: be sure before a new start
    counted: int | None = None  # packets that had come when the last piece of silence was read

    def look(self, path: Path) -> bool:
        """Take in what was written since the last look; whether it raises the suspicion."""
        self.read, fresh, tail = silent_tail(path, self.read)
        if not fresh:
            return False
        if tail == fresh:
            self.silent += tail
        else:
            self.silent, self.tried, self.counted = tail, 0, None
        return self.silent >= DEAF and self.tried < BOTH

    def new_file(self) -> None:
        """Another segment has begun."""
        self.read, self.silent, self.counted = 0, 0.0, None

    def proves(self, before: int, now: int) -> bool:
        """Whether the packets counted, some moments apart, prove that the recorder is deaf."""
        if now == before:  # the phone says nothing, or has gone: nothing is lost
            self.pauses, self.counted = True, now
            return False
        if self.pauses:
            earlier, self.counted = self.counted, now
            if earlier is None or now - earlier < SURELY:
                return False
        self.tried += 1
        self.pauses = True
        return True


@dataclass(slots=True)
class SilentLegGuard:
    """Looks at the files of all conversations while they grow (docs/decisions/0030)."""

    ami: Ami
    hold: RecorderRestart
    calls: Callable[[], Iterable[OngoingCall]]
    restart: Callable[[OngoingCall], object]  # begins it and returns
    _disk: DiskProbe = field(default_factory=DiskProbe)
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _watched: dict[tuple[str, str], WatchedLeg] = field(default_factory=dict)
    _paths: dict[str, Path] = field(default_factory=dict)

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """One look at all files; suspects are asked at once: thirty muted phones hold up nobody."""
        talking = [call for call in self.calls() if partner(call) and call.word(w.CALL)]
        self._forget({call.word(w.CALL) for call in talking})
        try:
            suspected = await self._disk.ask(lambda: self._look(talking), SLOW)
        except OSError as why:
            log.warning("recordings_not_read", why=why.strerror or str(why))
            return
        await asyncio.gather(*(self._ask(call, side) for call, side in suspected))

    def _look(self, talking: list[OngoingCall]) -> list[tuple[OngoingCall, str]]:
        suspected = []
        for call in talking:
            call_id, path = call.word(w.CALL), self.hold.path(call)
            for side in ("caller", "consultant"):
                one = self._watched.setdefault((call_id, side), WatchedLeg())
                if self._paths.get(call_id) != path:
                    one.new_file()
                if one.look(path.with_name(f"{path.name}-{side}.wav")):
                    suspected.append((call, side))
            self._paths[call_id] = path
        return suspected

    async def _ask(self, call: OngoingCall, side: str) -> None:
        leg = partner(call)
        channel = call.channel if side == "caller" else leg.channel if leg else ""
        async with self._at_once:
            before = await received(self.ami, channel) if channel else None
            await asyncio.sleep(ASKED)
            after = await received(self.ami, channel) if before is not None else None
        one = self._watched.get((call.word(w.CALL), side))
        if one is None or before is None or after is None or not one.proves(before, after):
            return
        log.warning("recorder_deaf", call=call.word(w.CALL), side=side)
        self.restart(call)

    def _forget(self, talking: set[str]) -> None:
        for call_id in self._paths.keys() - talking:
            del self._paths[call_id]
        for key in [key for key in self._watched if key[0] not in talking]:
            del self._watched[key]
