"""Legs that are not heard while somebody sends to their port: followed, or told; edge (decision 0080)."""

import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import structlog

from engine.media.leg_counts import AlarmWriter, CountedLeg, LegCounts, Side
from engine.media.wire_client import SoundFrom, WireClient
from engine.wire.options_request import Address
from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout

log = structlog.get_logger()

REFRESH: Final = "PJSIP_SEND_SESSION_REFRESH()"
UNHEARD: Final = 4.0  # seconds without a packet that is heard, while others come: by then one is followed
ASKED: Final = 30.0  # seconds between two re-INVITEs to one leg

Where = Literal["followed", "unheard"]
# In the journal: `calls show` tells when a side was not heard, and its recording holds nothing of it.
KINDS: Final[Mapping[tuple[Where, Side], str]] = {
    ("unheard", "caller"): "sound_unheard_caller",
    ("unheard", "consultant"): "sound_unheard_consultant",
    ("followed", "caller"): "sound_followed_caller",
    ("followed", "consultant"): "sound_followed_consultant",
}


@dataclass(slots=True)
class ChangedSource:
    """One leg whose sound comes from another place than its SDP says; `since` is epoch seconds."""

    call: str
    side: Side
    where: Where
    since: float


@dataclass(slots=True)
class RtpSources:
    """After each count: whose packets stand still is looked for; `alarm` and `over` write a moment."""

    ami: Ami
    legs: LegCounts
    wire: WireClient
    alarm: AlarmWriter
    over: AlarmWriter  # what an alarm told of is so no more
    changed: Callable[[], None]
    soon: Callable[[Coroutine[Any, Any, None]], object]
    wall: Callable[[], float] = time.time
    now: dict[str, ChangedSource] = field(default_factory=dict)  # by channel: the board's
    _seen: dict[int, SoundFrom] = field(default_factory=dict)  # by our port
    _silent: dict[str, float] = field(default_factory=dict)  # channel -> heard last (epoch)
    _watched: dict[str, int] = field(default_factory=dict)  # channel -> our port
    _named_anew: dict[str, float] = field(default_factory=dict)  # channel -> when it was asked by re-INVITE

    def look(self, now: float) -> None:
        """After each count."""
        for leg in self.legs.legs.values():
            if leg.port and leg.named is not None and not leg.held and leg.state.still(now):
                self._watch(leg, leg.named, now)
            elif leg.channel not in self.now:
                self._silent.pop(leg.channel, None)
        for channel in self._watched:
            if (known := self.legs.legs.get(channel)) is not None:
                self._judge(known, now)
        gone = [channel for channel in self._watched if channel not in self.legs.legs]
        if gone:
            over = [self._watched.pop(channel) for channel in gone]
            self.wire.forget(over)
            for port in over:
                self._seen.pop(port, None)
        for channel in [channel for channel in self.now if channel not in self.legs.legs]:
            self._set(channel, None)
        for kept in (self._named_anew, self._silent):
            for channel in [channel for channel in kept if channel not in self.legs.legs]:
                del kept[channel]

    def seen(self, seen: SoundFrom) -> None:
        """The process on the wire tells of a port; one that another engine had watched, too."""
        self._seen[seen.port] = seen
        leg = next((leg for leg in self.legs.legs.values() if leg.port == seen.port), None)
        if leg is not None:
            self._watched[leg.channel] = seen.port
            self._judge(leg, self.legs.clock())

    def of(self, call: str) -> list[ChangedSource]:
        """What is so of a call's legs now."""
        return [one for one in self.now.values() if one.call == call]

    def _judge(self, leg: CountedLeg, now: float) -> None:
        seen = self._seen.get(leg.port)
        if seen is None or seen.named != leg.named:
            self._set(leg.channel, None)
        elif seen.follows is not None:
            self._set(leg.channel, self._elsewhere(leg, "followed"))
        elif seen.others and now - leg.state.since >= UNHEARD and not leg.held:
            self._set(leg.channel, self._elsewhere(leg, "unheard"))
            if now - self._named_anew.get(leg.channel, -ASKED) >= ASKED:
                self._named_anew[leg.channel] = now
                self.soon(self._name_anew(leg))
        else:
            self._set(leg.channel, None)

    def _elsewhere(self, leg: CountedLeg, where: Where) -> ChangedSource:
        before = self.now.get(leg.channel)
        if before is not None and before.where == where:
            return before
        silent = self._silent.get(leg.channel)
        return ChangedSource(
            leg.call, leg.side, where, silent if silent and where == "unheard" else self.wall()
        )

    def _watch(self, leg: CountedLeg, named: Address, now: float) -> None:
        if self.wire.watch(leg.port, named, now - leg.state.since):
            self._watched[leg.channel] = leg.port
            self._silent.setdefault(leg.channel, self.wall() - (now - leg.state.since))

    def _set(self, channel: str, is_: ChangedSource | None) -> None:
        was = self.now.get(channel)
        if was == is_:
            return
        if was is not None:
            self.over(KINDS[was.where, was.side], was.call, self.wall())
            del self.now[channel]
        if is_ is not None:
            self.now[channel] = is_
            if was is None and is_.where == "followed" and (silent := self._silent.pop(channel, None)):
                # Until now it was not heard, and nobody has said so yet.
                self.alarm(KINDS["unheard", is_.side], is_.call, silent)
                self.over(KINDS["unheard", is_.side], is_.call, is_.since)
            self.alarm(KINDS[is_.where, is_.side], is_.call, is_.since)
            log.warning("sound_elsewhere", call=is_.call, side=is_.side, where=is_.where)
        self.changed()

    async def _name_anew(self, leg: CountedLeg) -> None:
        """Ask the leg by re-INVITE to name its address: a gateway that failed over knows its new one."""
        try:
            order = {"Channel": leg.channel, "Variable": REFRESH, "Value": "invite"}
            await self.ami.send("Setvar", order)
        except (AmiDown, AmiError, AmiTimeout) as why:
            log.warning("address_not_asked", call=leg.call, why=type(why).__name__)
