"""The recorder of a conversation started anew, as after a hold: else it may have lost a side; edge."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from dialplan import recorder
from dialplan import words as w
from recordings.names import SECOND, stem_of
from routing.ami import Ami, AmiDown, AmiError, AmiTimeout
from routing.ongoing import OngoingCall

log = structlog.get_logger()


class HoldGuard:
    """Segments of a conversation: a new one after each hold, and whenever a side was lost.

    `find` gives the living call of an id: a conversation may end while its recorder is started anew.
    """

    def __init__(
        self,
        ami: Ami,
        volume: Callable[[], Path],
        audio: Path,
        zone: ZoneInfo,
        find: Callable[[str], OngoingCall | None],
    ) -> None:
        self._ami = ami
        self._volume = volume
        self._audio = audio
        self._zone = zone
        self._find = find
        self._segments: dict[str, int] = {}
        self._busy: dict[str, asyncio.Lock] = {}

    def path(self, call: OngoingCall) -> Path:
        """Where the running segment is written: its files' names without -caller.wav and -consultant.wav."""
        stem = stem_of(call.word(w.CALL), _number(call), self._segment(call))
        return next(
            (at / stem for at in self._folders(call) if _written(at / stem)), self._folder(call) / stem
        )

    async def restart(self, call: OngoingCall) -> str | None:
        """Stop and start the recording of a call; the new segment's stem, None when there is none."""
        call_id, number = call.word(w.CALL), _number(call)
        async with self._busy.setdefault(call_id, asyncio.Lock()):
            if not self._talks(call_id, number):
                return None
            segment = self._segment(call) + 1
            self._segments[stem_of(call_id, number)] = segment
            stem = stem_of(call_id, number, segment)
            try:
                await self._again(call, number, str(self._folder(call) / stem))
            except (AmiDown, AmiError, AmiTimeout) as why:
                log.error("recording_not_restarted", call=call_id, why=type(why).__name__)
                return None
        log.info("recording_restarted", call=call_id, segment=segment)
        return stem

    def forget(self, call_id: str) -> None:
        """The call is over."""
        self._busy.pop(call_id, None)
        for key in [key for key in self._segments if key.startswith(f"{call_id}-")]:
            del self._segments[key]

    async def _again(self, call: OngoingCall, number: int, path: str) -> None:
        await self._ami.send("StopMixMonitor", {"Channel": call.channel})
        await asyncio.sleep(recorder.REST)
        if not self._talks(call.word(w.CALL), number):
            return
        order = {"Channel": call.channel, "File": f"{path}.wav", "Options": recorder.options(path)}
        begun = await self._ami.send("MixMonitor", order)
        if not self._talks(call.word(w.CALL), number):  # ended meanwhile: what follows is not recorded
            id_ = str(begun.get("MixMonitorID", ""))
            await self._ami.send("StopMixMonitor", {"Channel": call.channel, "MixMonitorID": id_})

    def _talks(self, call_id: str, number: int) -> bool:
        call = self._find(call_id)
        return call is not None and _number(call) == number and bool(call.legs.talking())

    def _segment(self, call: OngoingCall) -> int:
        """The last one begun: by us, or before this engine was there (its files are on the disk)."""
        call_id, number = call.word(w.CALL), _number(call)
        segment = self._segments.get(stem_of(call_id, number), 1)
        while any(_written(at / stem_of(call_id, number, segment + 1)) for at in self._folders(call)):
            segment += 1
        return segment

    def _folder(self, call: OngoingCall) -> Path:
        return self._volume() / self._day(call)

    def _folders(self, call: OngoingCall) -> tuple[Path, Path]:
        """On either volume: which one is used may change during a call."""
        day = self._day(call)
        return self._audio / day, self._audio / SECOND / day

    def _day(self, call: OngoingCall) -> str:
        arrived = int(call.word(w.ARRIVED) or "0") / 1000
        return datetime.fromtimestamp(arrived, self._zone).date().isoformat()


def _written(stem: Path) -> bool:
    return stem.with_name(f"{stem.name}-caller.wav").exists()


def _number(call: OngoingCall) -> int:
    text = call.word(w.CONNECTION)
    return int(text) if text.isascii() and text.isdigit() else 1
