"""A phone's SIP side: its socket, its transactions, its proof of identity, a trace of all messages; edge."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from lab import digest, udp
from lab.dialog import new_branch
from lab.sip import (
    Address,
    Message,
    NotSipError,
    Request,
    Response,
    cseq,
    every,
    header,
    parse,
    with_headers,
)
from lab.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Seen:
    """A SIP message that came or went; `at` is time.monotonic, for what came the kernel's."""

    at: float
    outgoing: bool
    message: Message

    @property
    def what(self) -> str:
        """`INVITE`, `200 BYE`."""
        return self.message.what


@dataclass(frozen=True, slots=True)
class Credentials:
    """A SIP account. `algorithm` insists on MD5 or SHA-256, else the server's first is taken."""

    username: str
    password: str = field(repr=False)
    algorithm: str | None = None


class Wire:
    """Open inside a running event loop; `on_seen` gets every message, `on_request` each new request."""

    def __init__(
        self,
        address: Address,
        credentials: Credentials | None,
        on_request: Callable[[Request, Address], None],
        on_seen: Callable[[Seen], None],
    ) -> None:
        self._socket = udp.open_socket(*address)
        self.here: Address = self._socket.getsockname()
        self.credentials = credentials
        self.trace: deque[Seen] = deque(maxlen=20_000)
        self.unplugged = False  # nothing comes, nothing goes
        self.garbage = 0  # datagrams that were no SIP
        self.transactions = Transactions(self.send, on_request)
        self._on_seen = on_seen
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    def close(self) -> None:
        """Give the port back."""
        self.transactions.close()
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def send(self, message: Message, to: Address) -> None:
        """Write one message as it is."""
        if self.unplugged or self._socket.fileno() < 0:
            return
        try:
            self._socket.sendto(message.wire(), to)
        except OSError:
            return  # an address of nowhere loses datagrams; the transaction will repeat and give up
        self._note(Seen(monotonic(), True, message))

    def _note(self, seen: Seen) -> None:
        self.trace.append(seen)
        self._on_seen(seen)

    def _read(self) -> None:
        while got := udp.receive(self._socket):
            datagram, sender, at = got
            if self.unplugged or not datagram.strip(b"\r\n\0"):
                continue  # keep-alives are empty lines
            try:
                message = parse(datagram)
            except NotSipError:
                self.garbage += 1
                continue
            self._note(Seen(at, False, message))
            self.transactions.receive(message, sender)

    def authorised(self, request: Request, response: Response) -> Request | None:
        """The request again, with the proof a 401 or 407 asks for; None when there is none to give."""
        asked, given = {
            401: ("www-authenticate", "Authorization"),
            407: ("proxy-authenticate", "Proxy-Authorization"),
        }.get(response.status, ("", ""))
        before = digest.read_challenge(header(request, given)) if given else None
        if not asked or self.credentials is None:
            return None
        challenge = digest.choose(every(response, asked), self.credentials.algorithm)
        # A second challenge is answered only for a new nonce (stale), else the password is wrong.
        if challenge is None or (before and before.nonce == challenge.nonce):
            return None
        if before and "stale=true" not in header(response, asked).lower().replace('"', ""):
            return None
        proof = digest.answer(
            challenge, self.credentials.username, self.credentials.password, request.method, request.uri
        )
        via = header(request, "via").partition(";")[0] + f";branch={new_branch()};rport"
        number = f"{cseq(request) + 1} {request.method}"
        return with_headers(request, ("Via", via), ("CSeq", number), (given, proof))

    async def ask(self, request: Request, to: Address) -> tuple[Response, int]:
        """Send a request other than INVITE, with proof when asked for: (final response, last CSeq).

        Raises NoAnswerError.
        """
        while True:
            response = await self.transactions.ask(request, to)
            again = self.authorised(request, response)
            if again is None:
                return response, cseq(request)
            request = again
