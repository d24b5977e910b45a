"""A connection at the FastAGI door, until it has shown itself as a call of our Asterisk, or is sent away."""

import asyncio
import ipaddress
from typing import Final, Protocol, cast

from agi_handlers.protocol import AgiRequest, parse_header, requested
from dialplan import limits

TOKEN_DEADLINE: Final = 0.7  # seconds to name the token: Asterisk does so in its second line
HEADER_DEADLINE: Final = 5.0  # seconds for the whole header, once the token was right
HEADER_LINES: Final = 128


class Acceptor(Protocol):
    """What a connection needs of the server."""

    def opened(self, connection: "PendingConnection") -> None:
        """A connection was made."""
        ...

    def refuse(self, connection: "PendingConnection") -> None:
        """Close a connection that is no call."""
        ...

    def closed(self, connection: "PendingConnection") -> None:
        """A connection ended by itself."""
        ...

    def knows(self, token: str) -> bool:
        """Whether this is the token."""
        ...

    def accept(self, connection: "PendingConnection", request: AgiRequest, rest: bytes) -> None:
        """The header is complete, and `rest` came after it."""
        ...


class PendingConnection(asyncio.Protocol):
    """A connection that has yet to show itself as a call: header lines, the token among them."""

    transport: asyncio.Transport

    def __init__(self, acceptor: Acceptor) -> None:
        self._acceptor = acceptor
        self._rest = b""
        self._bytes = 0
        self._lines: list[bytes] = []
        self._trusted = False
        self._path = ""
        self._left = TOKEN_DEADLINE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer has connected."""
        self.transport = cast(asyncio.Transport, transport)
        self._acceptor.opened(self)
        peer = self.transport.get_extra_info("peername")
        if not peer or not (peer[0] == "127.0.0.1" or ipaddress.ip_address(peer[0]).is_loopback):
            self._acceptor.refuse(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer has gone before its header was complete."""
        self._acceptor.closed(self)

    def tick(self, seconds: float) -> None:
        """Time has passed."""
        self._left -= seconds
        if self._left < 0:
            self._acceptor.refuse(self)

    def data_received(self, data: bytes) -> None:
        """Header lines up to the blank one; what follows belongs to the session."""
        self._bytes += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for place, line in enumerate(lines, 1):
            if line in (b"", b"\r"):
                if not self._trusted:
                    break
                rest = b"\n".join([*lines[place:], self._rest])
                self._acceptor.accept(self, parse_header(self._lines, self._path), rest)
                return
            self._lines.append(line)
            asked = None if self._trusted else requested(line)
            if asked is not None:
                self._path, token = asked
                if not self._acceptor.knows(token):
                    break
                self._trusted = True
                self._left = HEADER_DEADLINE
        else:
            most = limits.AGI_REQUEST if self._trusted else limits.UNKNOWN_AGI_REQUEST
            start = self._lines[0] if self._lines else self._rest
            if (
                start[:4] == b"agi_"[: len(start)]
                and self._bytes <= most
                and len(self._lines) <= HEADER_LINES
            ):
                return
        self._acceptor.refuse(self)
