"""The legs of all calls counted: packets that came, and for those that stand still where from; edge.

By Getvar, one leg after the other, never by Status: that holds a channel's lock while it asks the channel's
thread, which may be waiting for the lock, and then Asterisk stands still for good (seen; decision 0081).
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from dialplan import words as w
from engine.media.leg_state import LegState
from engine.wire.options_request import Address
from routing.ami.client import Ami
from routing.ami.rtp_count import received, value
from routing.live.live_call import OngoingCall

EVERY: Final = 1.0  # seconds between two counts of those who talk
WAITING: Final = 2.0  # of all others
AT_ONCE: Final = 8
AlarmWriter = Callable[[str, str, float], object]  # into the journal: kind, call id, epoch seconds
OURS: Final = "CHANNEL(rtp,src)"
THEIRS: Final = "CHANNEL(rtp,dest)"

Side = Literal["caller", "consultant"]  # whose phone it is; the duty phone's and 1414's are "consultant"


@dataclass(slots=True)
class CountedLeg:
    """One channel with sound; `port` is ours, `named` whom Asterisk hears: known once it stands still."""

    call: str
    side: Side
    channel: str
    talking: bool = False
    held: bool = False  # by the operator
    state: LegState = field(default_factory=LegState)
    port: int = 0
    named: Address | None = None
    due: float = 0.0  # the next count


@dataclass(slots=True)
class LegCounts:
    """Asks Asterisk for each leg's packets; `counted` are called after each count."""

    ami: Ami
    living: Callable[[], Iterable[OngoingCall]]
    counted: list[Callable[[float], None]] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    legs: dict[str, CountedLeg] = field(default_factory=dict)  # by channel
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """One count of the legs that are due."""
        self._take(self.clock())
        now = self.clock()
        due = [leg for leg in self.legs.values() if now >= leg.due]
        await asyncio.gather(*map(self._count, due))
        now = self.clock()
        for told in self.counted:
            told(now)

    def callers(self) -> list[CountedLeg]:
        """The callers' own legs."""
        return [leg for leg in self.legs.values() if leg.side == "caller"]

    def _take(self, now: float) -> None:
        """The legs there are now."""
        found: dict[str, CountedLeg] = {}
        for call in self.living():
            name = call.word(w.CALL)
            if not name or call.line_answered_at is None:
                continue
            talking = call.legs.talking()
            found[call.channel] = leg = self.legs.get(call.channel) or CountedLeg(
                name, "caller", call.channel
            )
            leg.talking, leg.held = bool(talking), call.caller_held
            for one in talking:
                if one.channel:
                    known = self.legs.get(one.channel) or CountedLeg(name, "consultant", one.channel)
                    found[one.channel] = known
                    known.talking, known.held = True, call.held
        self.legs = found

    async def _count(self, leg: CountedLeg) -> None:
        async with self._at_once:
            packets = await received(self.ami, leg.channel)
            now = self.clock()
            leg.state.count(packets, now)
            leg.due = now + (EVERY if leg.talking else WAITING) - EVERY / 2
            if leg.state.still(now):
                ours = _address(await value(self.ami, leg.channel, OURS))
                leg.port = ours[1] if ours else 0
                leg.named = _address(await value(self.ami, leg.channel, THEIRS))


async def source(ami: Ami, channel: str) -> tuple[int, Address] | None:
    """Our RTP port of a channel, and whom Asterisk hears there; None when it does not say."""
    ours = _address(await value(ami, channel, OURS))
    theirs = _address(await value(ami, channel, THEIRS)) if ours else None
    return (ours[1], theirs) if ours and theirs else None


def _address(text: str) -> Address | None:
    host, colon, port = text.rpartition(":")
    plain = colon and host.count(".") == 3 and port.isascii() and port.isdigit()
    return (host, int(port)) if plain and host.strip("0.") and int(port) else None
