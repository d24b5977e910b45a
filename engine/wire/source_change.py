"""Where the sound of one leg comes from: when another source is followed, and when it stays out; pure.

Strict RTP holds (decision 0071): Asterisk hears the address that the SDP names. Only when that one has
fallen silent, and one other goes on, of the same host or both of the trunk's own networks, is it heard
(decision 0080).
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Final

Address = tuple[str, int]

SILENT: Final = 1.5  # seconds without a packet of the source that is heard
ENOUGH: Final = 25  # packets of the other one, one after the other: half a second of sound
GONE: Final = 2.0  # seconds without a packet: a source that has ended
AHEAD: Final = 50  # a number that grows by more is another stream
MOST: Final = 8  # sources kept of a port: a flood of addresses is no sound


@dataclass(slots=True)
class RtpSource:
    """A sender to our port: its stream's identity, its last number, how many came in order."""

    ssrc: int
    number: int
    packets: int
    last: float

    def take(self, ssrc: int, number: int, now: float) -> None:
        """One more packet; another stream, a pause or a jump counts from the beginning."""
        grown = (number - self.number) & 0xFFFF
        whole = ssrc == self.ssrc and grown <= AHEAD and now - self.last < GONE
        self.packets = self.packets + 1 if whole else 1
        self.ssrc, self.number, self.last = ssrc, number, now


@dataclass(slots=True)
class RtpPort:
    """One of our RTP ports whose leg is not heard; `named` is whom Asterisk hears, times are monotonic."""

    named: Address
    trunk: tuple[IPv4Network, ...]
    since: float  # not heard since then, or watched
    heard: float | None = None  # the named one's last packet
    followed: Address | None = None
    sources: dict[Address, RtpSource] = field(default_factory=dict)

    def take(self, sender: Address, payload: bytes, now: float) -> bool:
        """Take in a packet; whether it is to be carried to Asterisk in the named one's name."""
        head = rtp(payload)
        if head is None:
            return False
        if sender == self.named:
            self.heard, self.followed = now, None  # it is back: nobody speaks in its place
            return False
        if sender not in self.sources and len(self.sources) >= MOST:
            self._forget(now)
            if len(self.sources) >= MOST:
                return False
        self.sources.setdefault(sender, RtpSource(*head, 0, now)).take(*head, now)
        if self.followed is not None and now - self.sources[self.followed].last >= GONE:
            self.followed = None  # it, too, has moved
        if self.followed is None and now - max(self.heard or 0.0, self.since) >= SILENT:
            self._choose(now)
        return sender == self.followed

    def others(self, now: float) -> tuple[Address, ...]:
        """Who else sends sound to the port now."""
        self._forget(now)
        return tuple(sorted(at for at, one in self.sources.items() if one.packets >= ENOUGH))

    def idle(self, now: float) -> float:
        """Seconds since anybody sent anything."""
        return now - max([self.since, self.heard or 0.0, *(one.last for one in self.sources.values())])

    def _choose(self, now: float) -> None:
        self._forget(now)
        able = [at for at, one in self.sources.items() if self._may(at)]
        if len(able) == 1 and self.sources[able[0]].packets >= ENOUGH:  # of two nobody knows which is right
            self.followed = able[0]

    def _may(self, sender: Address) -> bool:
        return sender[0] == self.named[0] or (self._ours(sender[0]) and self._ours(self.named[0]))

    def _ours(self, host: str) -> bool:
        return any(IPv4Address(host) in network for network in self.trunk)

    def _forget(self, now: float) -> None:
        for at in [at for at, one in self.sources.items() if now - one.last >= GONE and at != self.followed]:
            del self.sources[at]


def rtp(payload: bytes) -> tuple[int, int] | None:
    """Stream and number of an RTP packet with sound or keys; None for anything else, RTCP among it."""
    if len(payload) <= 12 or payload[0] >> 6 != 2 or 64 <= payload[1] & 0x7F < 96:
        return None
    number, ssrc = struct.unpack_from("!H4xI", payload, 2)
    return ssrc, number


def ports(watched: Iterable[tuple[int, RtpPort]], now: float, longest: float) -> list[int]:
    """Those on which nothing has come for so long that they may be forgotten."""
    return [number for number, port in watched if port.idle(now) >= longest]
