"""SIP messages (RFC 3261): read from a datagram, built, and written back byte for byte."""

from dataclasses import dataclass, replace
from typing import Final

Address = tuple[str, int]  # host, UDP port
Headers = tuple[tuple[str, str], ...]

# Text is UTF-8 with surrogate escapes, so that a caller's name in CP1251 survives both ways.
_CODING: Final = ("utf-8", "surrogateescape")
_COMPACT: Final = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact",
    "c": "content-type", "l": "content-length", "s": "subject", "k": "supported",
}  # fmt: skip
PHRASES: Final = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 404: "Not Found",
    405: "Method Not Allowed", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending",
    500: "Server Internal Error", 503: "Service Unavailable", 600: "Busy Everywhere", 603: "Decline",
}  # fmt: skip


class NotSipError(ValueError):
    """The datagram is no SIP message."""


@dataclass(frozen=True, slots=True)
class Request:
    """A SIP request."""

    method: str
    uri: str
    headers: Headers
    body: bytes = b""

    @property
    def what(self) -> str:
        """The method, for traces."""
        return self.method

    def wire(self) -> bytes:
        """The datagram."""
        return _wire(f"{self.method} {self.uri} SIP/2.0", self.headers, self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """A SIP response."""

    status: int
    reason: str
    headers: Headers
    body: bytes = b""

    @property
    def what(self) -> str:
        """Status and the method it answers, for traces: `200 BYE`."""
        return f"{self.status} {method_of(self)}"

    def wire(self) -> bytes:
        """The datagram."""
        return _wire(f"SIP/2.0 {self.status} {self.reason}", self.headers, self.body)


Message = Request | Response


def octets(text: str | bytes) -> bytes:
    """Text as the bytes on the wire; bytes pass unchanged."""
    return text if isinstance(text, bytes) else text.encode(*_CODING)


def text(value: str | bytes) -> str:
    """Bytes of any coding as text that `octets` turns back into the same bytes."""
    return value if isinstance(value, str) else value.decode(*_CODING)


def _wire(start: str, headers: Headers, body: bytes) -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}", "", ""]
    return octets("\r\n".join(lines)) + body


def parse(datagram: bytes) -> Message:
    """Read one datagram. Raises NotSipError."""
    head, _, body = datagram.partition(b"\r\n\r\n")
    start, *lines = text(head).replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon)
    first, _, rest = start.partition(" ")
    second, _, third = rest.partition(" ")
    if first == "SIP/2.0" and second.isdigit():
        return Response(int(second), third, headers, body)
    if third == "SIP/2.0":
        return Request(first, second, headers, body)
    raise NotSipError(start[:40])


def every(message: Message, name: str) -> list[str]:
    """All values of a header, in order."""
    wanted = name.lower()
    return [v for n, v in message.headers if _COMPACT.get(n.lower(), n.lower()) == wanted]


def header(message: Message, name: str) -> str:
    """The first value of a header, or an empty string."""
    return next(iter(every(message, name)), "")


def method_of(message: Message) -> str:
    """The method in CSeq: what a response answers."""
    return header(message, "cseq").rpartition(" ")[2]


def cseq(message: Message) -> int:
    """The number in CSeq; 0 when it is garbled."""
    number = header(message, "cseq").partition(" ")[0]
    return int(number) if number.isdigit() else 0


def branch(message: Message) -> str:
    """The branch of the topmost Via: the transaction's name."""
    return header(message, "via").partition("branch=")[2].partition(";")[0]


def tag(value: str) -> str:
    """The tag of a From or To value, or an empty string. A name may hold anything: look behind it."""
    return value.rpartition(">")[2].partition("tag=")[2].partition(";")[0]


def uri_of(value: str) -> str:
    """The URI of a From, To or Contact value."""
    before, closed, _ = value.rpartition(">")
    return before.rpartition("<")[2] if closed else value.partition(";")[0]


def with_headers(request: Request, *more: tuple[str, str]) -> Request:
    """The request with headers of these names put in or replaced."""
    names = {name.lower() for name, _ in more}
    kept = tuple((n, v) for n, v in request.headers if n.lower() not in names)
    return replace(request, headers=kept + more)


def respond(
    request: Request, status: int, to_tag: str, *more: tuple[str, str], body: bytes = b""
) -> Response:
    """The response to a request, with what must be copied from it."""
    copied = [(n, v) for n, v in request.headers if _COMPACT.get(n.lower(), n.lower()) in _COPIED]
    headers = [(n, f"{v};tag={to_tag}" if n.lower() in ("to", "t") and not tag(v) else v) for n, v in copied]
    return Response(status, PHRASES.get(status, "Response"), (*headers, *more), body)


_COPIED: Final = ("via", "from", "to", "call-id", "cseq", "record-route")
