"""What a phone heard: each packet with its arrival, questions about it; times are time.monotonic; edge."""

import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lab import sound
from lab.g711 import Samples, decode
from lab.rtp import Packet, read_event
from lab.sdp import ALAW, ULAW
from lab.voice import FRAME

_FOR_EVER: Final = float("inf")
_TICK: Final = 0.02


@dataclass(frozen=True, slots=True)
class Digit:
    """A digit that came, when, and how: `rfc4733` or `info`."""

    at: float
    digit: str
    by: str = "rfc4733"


@dataclass(slots=True)
class Ear:
    """Keeps the last `keep` packets (30,000 are ten minutes) and every digit."""

    keep: int = 30_000
    digits: list[Digit] = field(default_factory=list)
    packets: int = 0
    last_packet: float = 0.0
    _audio: deque[Packet] = field(default_factory=deque)
    _event: int | None = None  # timestamp of the telephone event under way

    def hear(self, packet: Packet, events: int | None) -> None:
        """A packet came; `events` is the payload type of telephone events."""
        self.packets += 1
        self.last_packet = packet.at
        if packet.kind in (ALAW, ULAW):
            self._audio.append(packet)
            if len(self._audio) > self.keep:
                self._audio.popleft()
        elif packet.kind == events and packet.timestamp != self._event:
            self._event = packet.timestamp  # all packets of one event share it
            if digit := read_event(packet.payload):
                self.digits.append(Digit(packet.at, digit[0]))

    def frames(self, since: float = 0.0, until: float = _FOR_EVER) -> tuple[sound.Reals, NDArray[np.int16]]:
        """Arrival times (n) and 20 ms frames (n x 160) in order of arrival."""
        newest_first = itertools.takewhile(lambda p: p.at >= since, reversed(self._audio))
        whole = [p for p in newest_first if p.at < until and len(p.payload) == FRAME][::-1]
        rows = [decode(p.payload, p.kind) for p in whole]
        frames = np.stack(rows) if rows else np.zeros((0, FRAME), np.int16)
        return np.array([p.at for p in whole]), frames

    def samples(self, since: float = 0.0, until: float = _FOR_EVER) -> Samples:
        """The sound as a loudspeaker would have played it: pauses between packets are silence."""
        times, frames = self.frames(since, until)
        if not len(times):
            return np.zeros(0, np.int16)
        # A frame follows its predecessor without a gap, unless it came more than two frames late.
        places = np.round((times - times[0]) / _TICK).astype(int)
        out: list[Samples] = []
        for place, frame in zip(places, frames, strict=True):
            if place - len(out) > 2:
                out += [np.zeros(FRAME, np.int16)] * int(place - len(out))
            out.append(frame)
        return np.concatenate(out)

    def longest_silence(self, since: float, until: float) -> float:
        """Seconds of the longest stretch between the two times without sound above -50 dBFS."""
        times, frames = self.frames(since, until)
        loud = times[sound.levels(frames) >= sound.SILENT] if len(times) else times
        starts = np.concatenate((loud, [until]))
        ends = np.concatenate(([since], loud + _TICK))
        return float(np.maximum(starts - ends, 0).max())

    def first_sound(self, since: float = 0.0) -> float | None:
        """Arrival of the first frame above -50 dBFS; None while there is none."""
        times, frames = self.frames(since)
        loud = times[sound.levels(frames) >= sound.SILENT] if len(times) else times
        return float(loud[0]) if len(loud) else None

    def tone_times(
        self, frequency: int, since: float = 0.0, until: float = _FOR_EVER, *, shortest: float = 0.1
    ) -> list[tuple[float, float]]:
        """When the tone was heard: (from, to), gaps up to 60 ms closed, what is shorter left out."""
        times, frames = self.frames(since, until)
        if not len(times):
            return []
        spans: list[tuple[float, float]] = []
        for at in times[sound.sounding(frames, frequency)]:
            start = spans.pop()[0] if spans and at - spans[-1][1] <= 0.06 else float(at)
            spans.append((start, float(at) + _TICK))
        return [(start, end) for start, end in spans if end - start >= shortest]

    def tones(
        self, candidates: list[int], since: float = 0.0, until: float = _FOR_EVER, *, share: float = 0.5
    ) -> set[int]:
        """Which of the tones sounded in at least `share` of the frames that came."""
        _, frames = self.frames(since, until)
        if not len(frames):
            return set()
        return {f for f in candidates if float(np.mean(sound.sounding(frames, f))) >= share}

    def tell(self) -> str:
        """All digits that came, in order."""
        return "".join(digit.digit for digit in self.digits)
