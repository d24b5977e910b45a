"""AMI without a wire: bytes into messages, actions into bytes, and what may go wrong; edge."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from routing.ami.message import Message

LARGEST_MESSAGE: Final = 1 << 20  # bytes; Asterisk's own messages stay far below, a list is many messages
LONGEST_VALUE: Final = 1000  # bytes
# With ": " that is a line of 1022 bytes; Asterisk refuses one of 1023.
LONGEST_NAME: Final = 20
MOST_HEADERS: Final = 100  # Asterisk ignores what comes after its 128th header

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


class AmiFault(Exception):  # the word says it
    """Anything that can go wrong with AMI."""


class AmiDown(AmiFault, ConnectionError):  # the word says it
    """No connection, or it was lost before the answer: whether Asterisk acted is unknown."""


class AmiTimeout(AmiFault, TimeoutError):  # the word says it
    """Asterisk did not answer in time: whether it acted is unknown."""


class AmiError(AmiFault):
    """Asterisk answered `Response: Error`; the text is its Message."""


class AmiRefused(AmiFault):
    """Asterisk does not accept our name and secret."""


class AmiInjection(AmiFault, ValueError):  # the word says it
    """A header that could become a second header or action, or that Asterisk would cut; nothing was sent."""


def parse(data: bytes) -> list[Message]:
    """All messages in whole blocks of the wire; bytes that are not UTF-8 become U+FFFD."""
    blocks = data.decode("utf-8", "replace").split("\r\n\r\n")
    read = Message.from_line
    return [message for block in blocks if block and (message := read(block)) is not None]


class Frames:
    """Cuts a stream into messages, wherever TCP cut it before."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._seen = 0  # so far there is no blank line: never look twice at a byte

    def take(self, chunk: bytes) -> list[Message]:
        """Messages completed by `chunk`; AmiFault when one grows over LARGEST_MESSAGE."""
        self._rest += chunk
        end = self._rest.rfind(b"\r\n\r\n", max(0, self._seen - 3))
        messages: list[Message] = []
        if end >= 0:
            messages = parse(bytes(self._rest[:end]))
            del self._rest[: end + 4]
        self._seen = len(self._rest)
        if self._seen > LARGEST_MESSAGE:
            raise AmiFault("a message without end")
        return messages


def encode(headers: Iterable[tuple[str, str]]) -> bytes:
    """One action as bytes; AmiInjection if a name or value could be read as anything else."""
    lines = [_line(name, value) for name, value in headers]
    if len(lines) > MOST_HEADERS:
        raise AmiInjection(f"{len(lines)} headers, at most {MOST_HEADERS}")
    return b"".join(lines) + b"\r\n"


def _line(name: str, value: str) -> bytes:
    if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum()) or len(name) > LONGEST_NAME:
        raise AmiInjection("not the name of a header")
    # Asterisk ends a line at a bare \n too, and a string at \0.
    if any(ending in value for ending in "\r\n\0"):
        raise AmiInjection(f"line end inside {name}")
    encoded = value.encode("utf-8", "replace")  # what AGI passed through of a foreign code page becomes "?"
    if len(encoded) > LONGEST_VALUE:
        raise AmiInjection(f"{name} has {len(encoded)} bytes, at most {LONGEST_VALUE}")
    return b"%s: %s\r\n" % (name.encode(), encoded)
