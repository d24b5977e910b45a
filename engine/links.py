"""Loss and jitter of each side of a conversation, kept so that a recording's length is explained; edge."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from dialplan import recorder
from dialplan import words as w
from engine.hold import number_of, partner
from engine.packets import Packets, packets
from recordings.link import LinkHeard
from recordings.names import stem_of
from routing.ami import Ami
from routing.ongoing import OngoingCall

EVERY: Final = 3.0  # seconds between two looks
WRITTEN: Final = timedelta(seconds=60)  # between two rows of one that goes on: an engine may die
AT_ONCE: Final = 16

Key = tuple[str, recorder.Side]


@dataclass(slots=True)
class Counted:
    """One side: what was counted before the conversation, the newest count of it, and when it was written."""

    before: Packets
    newest: LinkHeard
    written: datetime | None = None

    def take(self, now: Packets, at: datetime) -> None:
        """A later count; a source that began anew is counted on from what was there."""
        received, lost = now.received - self.before.received, now.lost - self.before.lost
        if received < self.newest.received or lost < self.newest.lost:
            self.before = Packets(
                now.received - self.newest.received, now.lost - self.newest.lost, self.before.jitter
            )
            received, lost = self.newest.received, self.newest.lost
        jitter = max(now.jitter, self.newest.jitter)
        self.newest = replace(self.newest, received=received, lost=lost, jitter=jitter, at=at)


@dataclass(slots=True)
class LinkWatch:
    """Asks for the counts every few seconds, and writes them now and then and when a conversation is over."""

    ami: Ami
    calls: Callable[[], Iterable[OngoingCall]]
    write: Callable[[LinkHeard], None]
    _counted: dict[Key, Counted] = field(default_factory=dict)
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await self.look(datetime.now(UTC))
            await asyncio.sleep(EVERY)

    def over(self, call_id: str) -> None:
        """The call is over: its recording is judged within seconds."""
        for key in [key for key in self._counted if key[0].startswith(f"{call_id}-c")]:
            self.write(self._counted.pop(key).newest)

    async def look(self, now: datetime) -> None:
        """One count of all sides that talk."""
        channels = self._channels()
        for key in self._counted.keys() - channels.keys():
            self.write(self._counted.pop(key).newest)
        await asyncio.gather(*(self._count(key, channel, now) for key, channel in channels.items()))

    def _channels(self) -> Mapping[Key, str]:
        found: dict[Key, str] = {}
        for call in self.calls():
            leg = partner(call)
            if leg is None or not call.word(w.CALL):
                continue
            recording = stem_of(call.word(w.CALL), number_of(call))
            found[recording, "caller"] = call.channel
            if leg.channel:
                found[recording, "consultant"] = leg.channel
        return found

    async def _count(self, key: Key, channel: str, now: datetime) -> None:
        async with self._at_once:
            heard = await packets(self.ami, channel)
        if heard is None:
            return
        counted = self._counted.get(key)
        if counted is None:
            self._counted[key] = Counted(heard, LinkHeard(*key, 0, 0, 0.0, now), now)
            return
        counted.take(heard, now)
        if counted.written is None or now - counted.written >= WRITTEN:
            counted.written = now
            self.write(counted.newest)
