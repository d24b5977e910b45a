"""A ring that is not to go on: its channel is hung up, and the phone shows no missed call; edge."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout

TRIES: Final = 25
REST: Final = 0.2  # seconds between two looks: a phone takes its time to ring, and to stop
ELSEWHERE: Final = "26"  # hang-up cause: the phone shows no missed call
THEIRS: Final = frozenset({"Up", "Ring"})  # a conversation, or the phone's own call to a feature code


@dataclass(slots=True)
class RingCancellation:
    """Ends a ring; `rings` tells whether this consultant's phone still rings for this call."""

    ami: Ami
    rings: Callable[[str, str], bool]
    rest: float = REST

    async def __call__(self, call: str, consultant: str) -> None:
        """Until the ring is gone: told so by the dialplan, or by a look at Asterisk's channels.

        A ring withdrawn before Asterisk rings the phone has no channel yet, and a Hangup may be lost: so look
        more than once. A channel that comes when one was already ended is the phone's next ring.
        """
        ours: frozenset[str] = frozenset()
        for _ in range(TRIES):
            if not self.rings(call, consultant):
                return
            try:
                ringing = await self._ringing(consultant)
                if ours and not ours & ringing:
                    return
                ours = ours & ringing or ringing
                for channel in sorted(ours):
                    await self._end(channel)
            except (AmiDown, AmiError, AmiTimeout):
                pass  # the next look tells
            await asyncio.sleep(self.rest)

    async def _ringing(self, consultant: str) -> frozenset[str]:
        """Its channels that nobody has answered; a phone that sends 183, or nothing yet, is "Down"."""
        return frozenset(
            str(item["Channel"])
            for item in await self.ami.list("Status")
            if str(item.get("Channel", "")).startswith(f"PJSIP/{consultant}-")
            and item.get("ChannelStateDesc") not in THEIRS
        )

    async def _end(self, channel: str) -> None:
        with suppress(AmiError):  # it is gone: the next look tells
            await self.ami.send("Hangup", {"Channel": channel, "Cause": ELSEWHERE})
