"""Waiting for what a call hears; edge."""

import asyncio
from time import monotonic
from typing import Final

from lab.ear import Ear

GAP: Final = 0.3  # seconds: more than the gaps within a tone that the ear closes


async def glance() -> None:
    """The pause between two looks: sound comes in ticks, there is no event to await."""
    await asyncio.sleep(0.04)


class Listening:
    """The listening half of a call."""

    ear: Ear

    async def hears(self, frequency: int, within: float = 5.0, *, for_seconds: float = 0.2) -> float:
        """Await a tone that starts from now on; returns when it began to sound. Raises TimeoutError."""
        since = monotonic() - 0.02
        async with asyncio.timeout(within):
            while True:
                spans = self.ear.tone_times(frequency, since, shortest=for_seconds)
                if spans:
                    return spans[0][0]
                # What came is looked at once: a tone not long enough yet began no earlier than this.
                since = max(since, self.ear.last_packet - for_seconds - GAP)
                await glance()

    async def hears_sound(self, within: float = 5.0, since: float | None = None) -> float:
        """Await any sound above -50 dBFS; returns when it began. Raises TimeoutError."""
        since = monotonic() if since is None else since
        async with asyncio.timeout(within):
            while (at := self.ear.first_sound(since)) is None:
                since = max(since, self.ear.last_packet)
                await glance()
        return at

    async def hears_silence(self, seconds: float, within: float = 30.0) -> None:
        """Await a stretch of silence, as after a prompt. Raises TimeoutError."""
        since = monotonic()
        async with asyncio.timeout(within):
            while True:
                now = monotonic()
                if now - since >= seconds and self.ear.longest_silence(now - seconds, now) >= seconds - 0.03:
                    return
                await glance()

    async def is_told(self, digits: str, within: float = 5.0) -> None:
        """Await DTMF digits from the other side. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while digits not in self.ear.tell():
                await glance()
