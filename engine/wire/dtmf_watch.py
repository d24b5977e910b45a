"""Where the process on the wire listens for keys as tones, and for how long (decision 0088); pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.wire.dtmf_stream import Address, DtmfStream
from engine.wire.packets import Datagram

LONGEST: Final = 60.0  # seconds: a menu is shorter, and an engine that died says no more when it is over
MOST: Final = 100  # ports: callers in a menu at once


@dataclass(slots=True)
class DtmfWatch:
    """Streams by our port; nothing of their sound is kept beyond one look."""

    streams: dict[int, DtmfStream] = field(default_factory=dict)

    def begin(self, port: int, named: Address, now: float) -> None:
        """A caller is in a menu; the newest come before those already listened to."""
        if port not in self.streams and len(self.streams) >= MOST:
            del self.streams[next(iter(self.streams))]
        self.streams[port] = DtmfStream(named, now + LONGEST)

    def end(self, port: int) -> None:
        """The menu is over. Harmless when repeated."""
        self.streams.pop(port, None)

    def take(self, one: Datagram) -> None:
        """A packet to one of our ports, listened to or not."""
        stream = self.streams.get(one.target[1])
        if stream is not None and not one.carried:
            stream.take(one.sender, one.payload)

    def look(self, now: float) -> Iterator[dict[str, object]]:
        """What is to be told: {"tone": KEY, "to": PORT, "events": whether keys came as events too}.

        No key ("") when the first event comes: a gateway that makes events of tones lets a tone's begin pass.
        """
        for port in [port for port, stream in self.streams.items() if now >= stream.until]:
            self.end(port)
        for port, stream in self.streams.items():
            before, keys = stream.events, stream.pressed()
            if stream.events and not before:
                yield {"tone": "", "to": port, "events": True}
            for key in keys:
                yield {"tone": key, "to": port, "events": stream.events}
