"""After a hold the recorder is started anew: else it loses a phone that restarts its RTP numbers; edge."""

import asyncio
from pathlib import Path

import structlog

from dialplan import words as w
from recordings.names import stem_of
from routing.ami import Ami, AmiDown, AmiError, AmiTimeout
from routing.ongoing import OngoingCall

log = structlog.get_logger()

REST = 0.12  # seconds between stop and start: one audio frame at least (recipes.md 3)


class HoldGuard:
    """Segments of a conversation: a new one after each hold."""

    def __init__(self, ami: Ami, audio: Path) -> None:
        self._ami = ami
        self._audio = audio
        self._segments: dict[str, int] = {}

    async def restart(self, call: OngoingCall, folder: str) -> str | None:
        """Stop and start the recording of a call; the new segment's stem, None when Asterisk refused."""
        call_id, number = call.word(w.CALL), int(call.word(w.CONNECTION) or "1")
        key = stem_of(call_id, number)
        segment = self._segments.get(key, 1) + 1
        self._segments[key] = segment
        stem = stem_of(call_id, number, segment)
        path = str(self._audio / folder / stem)
        try:
            await self._ami.send("StopMixMonitor", {"Channel": call.channel})
            await asyncio.sleep(REST)
            legs = f"r({path}-caller.wav)t({path}-consultant.wav)"
            order = {"Channel": call.channel, "File": f"{path}.wav", "Options": f"b{legs}i({w.PREFIX}MMID)"}
            await self._ami.send("MixMonitor", order)
        except (AmiDown, AmiError, AmiTimeout) as why:
            log.error("recording_not_restarted", call=call_id, why=type(why).__name__)
            return None
        log.info("recording_restarted", call=call_id, segment=segment)
        return stem

    def forget(self, call_id: str) -> None:
        """The call is over."""
        for key in [key for key in self._segments if key.startswith(f"{call_id}-")]:
            del self._segments[key]
