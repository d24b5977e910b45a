"""The sound of calls in real time: one ticker for all phones of a process, 20 ms G.711 frames; edge."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from lab import rtp, udp
from lab.ear import Ear
from lab.network import Network
from lab.sdp import ALAW, EVENTS, Session
from lab.sip import Address
from lab.voice import FRAME, SILENCE, Voice

TICK: Final = 0.02
_CATCH_UP: Final = 25  # frames: a process that slept longer than half a second leaves the rest out


@dataclass(slots=True)
class _Key:
    """A digit being sent as telephone events."""

    digit: str
    ticks: int
    sent: int = 0
    rest: int = 3  # ticks of sound before the next digit


class Stream:
    """One call's sound both ways, on a UDP port of its own."""

    def __init__(self, host: str, voice: Voice, numbering: rtp.Numbering | None = None) -> None:
        self._socket = udp.open_socket(host, even=True)
        self.address: Address = self._socket.getsockname()
        self.voice = voice
        self.numbering = numbering or rtp.Numbering.random()
        self.ear = Ear()
        self.remote: Address | None = None
        self.codec = ALAW
        self.events: int | None = EVENTS
        self.sending = False  # allowed by the session's direction
        self.paused = False  # RTP stopped altogether: pulled plug, silence suppression
        self.muted = False  # packets of silence
        self.network = Network()  # between this phone and the line
        self.sent = 0
        self._frame = 0
        self._talkspurt = True
        self._keys: deque[_Key] = deque()

    def agree(self, theirs: Session, *, send: bool) -> None:
        """Take over the other side's address and codec."""
        self.remote, self.codec, self.events = theirs.address, theirs.codecs[0], theirs.events
        self.sending = send

    def press(self, digit: str, ticks: int) -> None:
        """Send a digit as telephone events after those already waiting. Raises ValueError for no digit."""
        rtp.event(digit, 0, end=False)
        self._keys.append(_Key(digit, ticks))

    @property
    def pressing(self) -> bool:
        """Whether digits are still to be sent."""
        return bool(self._keys)

    def speak(self) -> None:
        """Send what is due in this tick."""
        if self.remote is None or not self.sending or self.paused:
            self.numbering.advance(FRAME)
            self._talkspurt = True
            return
        if self._keys and self.events is not None and self._key(self._keys[0], self.events):
            return
        frames = (SILENCE if self.muted else self.voice).frames(self.codec)
        self._frame = (self._frame + 1) % len(frames)
        self._send(self.codec, frames[self._frame], marker=self._talkspurt)
        self._talkspurt = False
        self.numbering.advance(FRAME)

    def _key(self, key: _Key, kind: int) -> bool:
        """One tick of a digit; False when sound may be sent meanwhile."""
        if key.sent > key.ticks:
            key.rest -= 1
            if key.rest < 0:
                self._keys.popleft()
            return False
        key.sent += 1
        if key.sent <= key.ticks:
            self._send(kind, rtp.event(key.digit, key.sent * FRAME, end=False), marker=key.sent == 1)
            return True
        for _ in range(3):  # RFC 4733, 2.5.1.4: the end is sent three times
            self._send(kind, rtp.event(key.digit, key.ticks * FRAME, end=True))
        self.numbering.advance(key.sent * FRAME)
        return True

    def _send(self, kind: int, payload: bytes, *, marker: bool = False) -> None:
        assert self.remote is not None
        try:
            for packet in self.network.carry(self.numbering.packet(kind, payload, marker=marker)):
                self._socket.sendto(packet, self.remote)
            self.sent += 1
        except OSError:
            return  # a full buffer or an address of nowhere loses a packet, as a network would

    def move(self) -> Address:
        """Send and listen on another port from now on, unannounced: a media gateway that has failed over."""
        self.listen()
        self._socket.close()
        self._socket = udp.open_socket(self.address[0], even=True)
        moved: Address = self._socket.getsockname()
        return moved

    def listen(self) -> None:
        """Take in what has come since the last tick; the kernel kept the arrival times."""
        while got := udp.receive(self._socket, 2048):
            if packet := rtp.read(got[0], got[2]):
                self.ear.hear(packet, self.events)

    def close(self) -> None:
        """Give the port back; what was heard stays."""
        self.listen()
        self._socket.close()


@dataclass(slots=True)
class Pacer:
    """The one clock all streams of a process share."""

    lost_ticks: int = 0  # left out because the process was held up for longer than 0.5 s
    _streams: tuple[Stream, ...] = ()
    _task: "asyncio.Task[None] | None" = None
    _ticked: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, stream: Stream) -> None:
        """Let a stream speak and listen from the next tick on."""
        self._streams = (*self._streams, stream)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, stream: Stream) -> None:
        """Stop a stream and close it."""
        if stream in self._streams:
            self._streams = tuple(s for s in self._streams if s is not stream)
            stream.close()

    async def tick(self) -> None:
        """Wait for the end of the next tick."""
        await self._ticked.wait()

    async def _run(self) -> None:
        started, done = time.monotonic(), 0
        while self._streams:
            due = int((time.monotonic() - started) / TICK)
            if due - done > _CATCH_UP:
                self.lost_ticks += due - done - 1
                done = due - 1
            streams = self._streams
            for _ in range(due - done):
                for stream in streams:
                    stream.speak()
            done = due
            for stream in streams:
                stream.listen()
            self._ticked.set()
            self._ticked = asyncio.Event()
            await asyncio.sleep(max(0.0, started + (done + 1) * TICK - time.monotonic()))
