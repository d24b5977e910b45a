"""Loss and jitter of each side of a conversation, kept so that a recording's length is explained; edge."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from dialplan import mixmonitor
from dialplan import words as w
from dialplan.recording_names import stem_of
from engine.recorder.restart import number_of, partner
from recordings.model.link_quality import LinkHeard
from routing.ami.client import Ami
from routing.ami.rtp_count import Packets, packets
from routing.live.live_call import OngoingCall

EVERY: Final = 3.0  # seconds between two looks
# Between two rows of a conversation that goes on, for an engine may die; each is an entry in a chain.
WRITTEN: Final = timedelta(minutes=1)
AT_ONCE: Final = 16
RATE: Final = 50  # packets a second, 20 ms each; phones that send 10 ms are seen by what comes
LAG: Final = 6.0  # seconds by which Asterisk's count of lost packets is late: it follows the RTCP reports
NO_JITTER: Final = 0.5  # seconds: from here on it is the jump of a phone that renumbered, fading away

Key = tuple[str, mixmonitor.Side]


@dataclass(slots=True)
class LinkCount:
    """One side: the last count, what came since the conversation began, and when that was written."""

    last: Packets
    newest: LinkHeard
    written: datetime | None = None
    jitters: int = 0  # how many counts the average jitter is of

    def take(self, now: Packets, at: datetime) -> None:
        """A later count. What no network can have done is a phone that numbers anew, and no loss."""
        came, lost = now.received - self.last.received, now.lost - self.last.lost
        seconds = (at - self.newest.at).total_seconds()
        rate = RATE if came <= 1.2 * RATE * seconds else 2 * RATE
        if came < 0:  # another source, counted from nothing
            came = lost = 0
        elif abs(lost) > rate * (seconds + LAG) - came:
            lost = 0
        jitter = self.newest.jitter
        if now.jitter < NO_JITTER:
            self.jitters += 1
            jitter += (now.jitter - jitter) / self.jitters
        self.last = now
        self.newest = replace(
            self.newest,
            received=self.newest.received + came,
            lost=max(0, self.newest.lost + lost),
            jitter=round(jitter, 6),
            at=at,
        )


@dataclass(slots=True)
class LinkWatch:
    """Asks for the counts every few seconds, and writes them now and then and when a conversation is over."""

    ami: Ami
    calls: Callable[[], Iterable[OngoingCall]]
    write: Callable[[LinkHeard], None]
    _counted: dict[Key, LinkCount] = field(default_factory=dict)
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
            self._counted[key] = LinkCount(heard, LinkHeard(*key, 0, 0, 0.0, now), now)
            return
        counted.take(heard, now)
        if counted.written is None or now - counted.written >= WRITTEN:
            counted.written = now
            self.write(counted.newest)
