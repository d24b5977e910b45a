"""SIP transactions over UDP (RFC 3261, 17): repeats until answered, answers repeats, acknowledges."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from lab.sip import Address, Message, Request, Response, branch, cseq, header

T1: Final = 0.5  # seconds: first repeat
T2: Final = 4.0  # longest pause between repeats
LIVES: Final = 64  # T1s, then nobody answers any more


class NoAnswerError(TimeoutError):
    """No final response within 32 s."""


@dataclass(slots=True)
class _Repeat:
    """A message sent again and again, until stopped."""

    send: Callable[[], None]
    ceiling: float
    on_end: Callable[[], None]
    t1: float
    _handle: asyncio.TimerHandle | None = None

    def start(self, pause: float | None = None, elapsed: float = 0.0) -> "_Repeat":
        pause = self.t1 if pause is None else pause
        self._handle = asyncio.get_running_loop().call_later(pause, self._again, pause, elapsed + pause)
        return self

    def _again(self, pause: float, elapsed: float) -> None:
        left = LIVES * self.t1 - elapsed
        if left < 1e-6:
            self.on_end()
            return
        self.send()
        self.start(min(pause * 2, self.ceiling, left), elapsed)

    def stop(self) -> None:
        if self._handle:
            self._handle.cancel()


@dataclass(slots=True)
class _Client:
    request: Request
    to: Address
    on_response: Callable[[Response | None], None]
    repeat: _Repeat


@dataclass(slots=True)
class _Server:
    last: Response | None = None
    repeat: _Repeat | None = None


@dataclass(slots=True)
class Transactions:
    """All transactions of one phone; `send` writes a datagram, `on_request` gets each new request once."""

    send: Callable[[Message, Address], None]
    on_request: Callable[[Request, Address], None]
    t1: float = T1  # tests hurry
    repeats: int = 0  # how many of our messages had to be sent again
    _clients: dict[tuple[str, str], _Client] = field(default_factory=dict)
    _servers: dict[tuple[str, str, str], _Server] = field(default_factory=dict)
    _unacknowledged: dict[tuple[str, int], _Server] = field(default_factory=dict)
    _closed: bool = False

    def start(self, request: Request, to: Address, on_response: Callable[[Response | None], None]) -> None:
        """Send a request; every response comes to `on_response`, None when nobody answers."""
        key = (branch(request), request.method)
        ceiling = LIVES * self.t1 if request.method == "INVITE" else T2
        again, fail = partial(self._resend, request, to), partial(self._fail, key)
        repeat = _Repeat(again, ceiling, fail, self.t1).start()
        self._clients[key] = _Client(request, to, on_response, repeat)
        self.send(request, to)

    async def ask(self, request: Request, to: Address) -> Response:
        """Send a request other than INVITE, await its final response. Raises NoAnswerError."""
        answered: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()

        def take(response: Response | None) -> None:
            if not answered.done() and (response is None or response.status >= 200):
                answered.set_result(response)

        self.start(request, to, take)
        if (response := await answered) is None:
            raise NoAnswerError(request.method)
        return response

    def reply(self, request: Request, response: Response, to: Address) -> None:
        """Answer a request; a final answer to INVITE is repeated until the ACK comes."""
        server = self._servers.setdefault(_server_key(request), _Server())
        server.last = response
        self.send(response, to)
        if request.method == "INVITE" and response.status >= 200:
            key = (header(request, "call-id"), cseq(request))
            self._unacknowledged[key] = server
            again, end = partial(self._resend, response, to), partial(self._drop, key)
            server.repeat = _Repeat(again, T2, end, self.t1).start()

    def receive(self, message: Message, sender: Address) -> None:
        """A message came: match it, absorb repeats, pass on what is new."""
        if isinstance(message, Response):
            self._response(message)
        elif message.method == "ACK":
            self._drop((header(message, "call-id"), cseq(message)))
            self.on_request(message, sender)
        elif (server := self._servers.get(_server_key(message))) is None:
            key = _server_key(message)
            self._servers[key] = _Server()
            asyncio.get_running_loop().call_later(LIVES * self.t1, self._servers.pop, key, None)
            self.on_request(message, sender)
        elif server.last:
            self._resend(server.last, sender)

    def close(self) -> None:
        """Forget everything; nothing is sent any more."""
        self._closed = True
        servers = self._unacknowledged.values()
        for repeat in itertools.chain(
            (c.repeat for c in self._clients.values()), (s.repeat for s in servers)
        ):
            if repeat:
                repeat.stop()

    def _resend(self, message: Message, to: Address) -> None:
        if not self._closed:
            self.repeats += 1
            self.send(message, to)

    def _response(self, response: Response) -> None:
        key = (branch(response), header(response, "cseq").rpartition(" ")[2])
        if (client := self._clients.get(key)) is None:
            return
        invite = client.request.method == "INVITE"
        if invite or response.status >= 200:  # a provisional answer does not stop other requests
            client.repeat.stop()
        if invite and response.status >= 300:
            self.send(_acknowledge(client.request, response), client.to)
        if response.status >= 200:
            # An INVITE's final answer may be repeated to us: stay to acknowledge it again.
            if invite:
                asyncio.get_running_loop().call_later(LIVES * self.t1, self._clients.pop, key, None)
            else:
                del self._clients[key]
        client.on_response(response)

    def _fail(self, key: tuple[str, str]) -> None:
        if client := self._clients.pop(key, None):
            client.on_response(None)

    def _drop(self, key: tuple[str, int]) -> None:
        if (server := self._unacknowledged.pop(key, None)) and server.repeat:
            server.repeat.stop()


def _server_key(request: Request) -> tuple[str, str, str]:
    return branch(request), header(request, "via").partition(";")[0], request.method


def _acknowledge(invite: Request, response: Response) -> Request:
    """The ACK to a refusal: same branch as the INVITE, the To of the response."""
    kept = tuple(
        (n, v) for n, v in invite.headers if n in ("Via", "Max-Forwards", "From", "Call-ID", "Route")
    )
    to = header(response, "to")
    return Request("ACK", invite.uri, (*kept, ("To", to), ("CSeq", f"{cseq(invite)} ACK")))
