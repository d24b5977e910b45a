"""RTP packets (RFC 3550) and telephone events (RFC 4733)."""

import secrets
import struct
from dataclasses import dataclass
from typing import Final

DIGITS: Final = "0123456789*#ABCD"  # event numbers 0-15
_HEADER: Final = struct.Struct("!BBHII")
_EVENT: Final = struct.Struct("!BBH")
_RTCP: Final = range(72, 77)  # what an RTCP packet on the wrong port looks like


@dataclass(slots=True)
class Numbering:
    """Where a sender's sequence numbers, timestamps and source id stand; settable at any time."""

    sequence: int
    timestamp: int
    ssrc: int

    @classmethod
    def random(cls) -> "Numbering":
        """As phones begin: anywhere."""
        return cls(secrets.randbelow(1 << 16), secrets.randbelow(1 << 32), secrets.randbelow(1 << 32))

    def renumber(self, *, lower: bool = True, new_ssrc: bool = False) -> None:
        """Go on as if the phone had begun anew, 10,000 below (or above) where it stands."""
        step = 10_000 if self.sequence >= 10_000 or not lower else max(self.sequence // 2, 1)
        self.sequence = (self.sequence + (-step if lower else step)) & 0xFFFF
        self.timestamp = (self.timestamp + (-step if lower else step) * 160) & 0xFFFFFFFF
        if new_ssrc:
            self.ssrc = secrets.randbelow(1 << 32)

    def packet(self, kind: int, payload: bytes, *, marker: bool = False) -> bytes:
        """The next packet; the sequence number moves on, the timestamp stays."""
        head = _HEADER.pack(0x80, kind | marker << 7, self.sequence, self.timestamp, self.ssrc)
        self.sequence = (self.sequence + 1) & 0xFFFF
        return head + payload

    def advance(self, samples: int) -> None:
        """Move the timestamp on."""
        self.timestamp = (self.timestamp + samples) & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet that came, with its arrival (time.monotonic)."""

    at: float
    kind: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def read(datagram: bytes, at: float) -> Packet | None:
    """A packet without padding or extensions taken off; None when it is none, or RTCP."""
    if len(datagram) < 12 or datagram[0] >> 6 != 2 or datagram[1] & 0x7F in _RTCP:
        return None
    first, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    start = 12 + 4 * (first & 15)
    if first & 0x10 and len(datagram) >= start + 4:
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    end = len(datagram) - (datagram[-1] if first & 0x20 else 0)
    return Packet(at, kind & 0x7F, sequence, timestamp, ssrc, datagram[start:end])


def event(digit: str, duration: int, *, end: bool) -> bytes:
    """The payload of a telephone event; `duration` in samples. Raises ValueError for no digit."""
    return _EVENT.pack(DIGITS.index(digit.upper()), (0x80 if end else 0) | 10, duration)


def read_event(payload: bytes) -> tuple[str, bool] | None:
    """The digit and whether it ended."""
    if len(payload) < 4 or payload[0] >= len(DIGITS):
        return None
    return DIGITS[payload[0]], bool(payload[1] & 0x80)
