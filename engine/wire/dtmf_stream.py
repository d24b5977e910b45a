"""The RTP packets of one caller, as far as keys may be in them: G.711 sound, telephone-events; pure."""

import struct
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.wire.dtmf_detector import DtmfDetector, Samples

Address = tuple[str, int]

ULAW, ALAW = 0, 8  # RTP payload types (RFC 3551)
DYNAMIC: Final = 96  # and above: telephone-event among them
EVENT: Final = 4  # bytes of one event (RFC 4733, 2.3)
KEYS: Final = 16  # events that are keys
FAR: Final = 100  # packets: numbers that go back by more are another stream's
MOST: Final = 50  # packets kept between two looks: a second
HEAD: Final = struct.Struct("!BBHII")


@dataclass(slots=True)
class DtmfStream:
    """What comes to one of our ports from the source that Asterisk hears; nothing of it is kept (A19)."""

    named: Address
    until: float  # monotonic: nobody listens any more
    events: bool = False  # keys came as telephone-events too
    _detector: DtmfDetector = field(default_factory=DtmfDetector)
    _packets: list[tuple[int, int, int, int, bytes]] = field(default_factory=list)
    _ssrc: int = -1
    _number: int = 0
    _time: int = 0

    def take(self, sender: Address, payload: bytes) -> None:
        """A packet; it is looked at by `pressed`."""
        if sender == self.named and len(self._packets) < MOST and (packet := _read(payload)) is not None:
            self._packets.append(packet)

    def pressed(self) -> str:
        """The keys that have become known since the last look."""
        packets, self._packets = self._packets, []
        told, sound = "", list[Samples]()
        for kind, number, time, ssrc, body in packets:
            if not self._follows(number, ssrc):
                continue
            if kind >= DYNAMIC and len(body) % EVENT == 0 and 0 < len(body) <= 4 * EVENT:
                self.events = self.events or body[0] < KEYS
            if kind not in _VALUES or not body:
                continue
            missing = (time - self._time) & 0xFFFFFFFF
            if missing or ssrc != self._ssrc:
                told += self._hear(sound)
                sound = []
                self._detector.gap(missing)
            sound.append(_VALUES[kind][np.frombuffer(body, np.uint8)])
            self._time, self._ssrc = (time + len(body)) & 0xFFFFFFFF, ssrc
        return told + self._hear(sound)

    def _follows(self, number: int, ssrc: int) -> bool:
        """Whether a packet is newer than the last one: not sent twice, and not late."""
        back = (self._number - number) & 0xFFFF
        if ssrc == self._ssrc and back < FAR:
            return False
        self._number = number
        return True

    def _hear(self, sound: list[Samples]) -> str:
        return self._detector.take(np.concatenate(sound)) if sound else ""


def _read(payload: bytes) -> tuple[int, int, int, int, bytes] | None:
    """Payload type, number, time, source and body of an RTP packet (RFC 3550, 5.1), or None."""
    if len(payload) <= HEAD.size or payload[0] >> 6 != 2 or 64 <= payload[1] & 0x7F < DYNAMIC:
        return None
    first, second, number, time, ssrc = HEAD.unpack_from(payload)
    start = HEAD.size + 4 * (first & 15)
    if first & 0x10:
        if len(payload) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(payload[start + 2 : start + 4])
    end = len(payload) - (payload[-1] if first & 0x20 else 0)
    return (second & 0x7F, number, time, ssrc, payload[start:end]) if start <= end else None


def _alaw() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, size = (code >> 4) & 7, ((code & 15) << 4) + 8
    size = np.where(exponent == 0, size, (size + 0x100) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _ulaw() -> Samples:
    code = ~np.arange(256) & 0xFF
    size = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


_VALUES: Final = {ULAW: _ulaw(), ALAW: _alaw()}  # ITU-T G.711
