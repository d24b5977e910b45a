"""A ring that is not to go on: its channel is hung up, and the phone shows no missed call; edge."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from routing.ami import Ami, AmiDown, AmiError, AmiTimeout

TRIES: Final = 10
REST: Final = 0.2  # seconds between two looks: a phone takes its time to ring
ELSEWHERE: Final = "26"  # hang-up cause: the phone shows no missed call


@dataclass(slots=True)
class Withdrawal:
    """Ends a ring; `rings` tells whether this consultant's phone still rings for this call."""

    ami: Ami
    rings: Callable[[str, str], bool]
    rest: float = REST

    async def __call__(self, call: str, consultant: str) -> None:
        """A ring withdrawn before the phone rings has no ringing channel yet: so look more than once."""
        for _ in range(TRIES):
            if not self.rings(call, consultant) or await self._end(consultant):
                return
            await asyncio.sleep(self.rest)

    async def _end(self, consultant: str) -> bool:
        ended = False
        try:
            for item in await self.ami.list("Status"):
                channel = str(item.get("Channel", ""))
                if channel.startswith(f"PJSIP/{consultant}-") and item.get("ChannelStateDesc") == "Ringing":
                    await self.ami.send("Hangup", {"Channel": channel, "Cause": ELSEWHERE})
                    ended = True
        except (AmiDown, AmiError, AmiTimeout):
            pass  # the next look tells
        return ended
