"""One AMI message: panoramisk's Message, read lazily and without loss; edge."""

from collections.abc import Iterator, Mapping
from typing import Any

from panoramisk import message as stock


class Message(stock.Message):  # type: ignore[misc]  # panoramisk ships no types
    """panoramisk's Message, read lazily: headers in the spelling of the wire, look-ups in any spelling.

    A repeated header is a list of its values, one without a value is ''. Lines that are no header are
    `content`. `text` reads one header without building the table of all: the quick way for events.
    """

    _block: str = ""  # as it came, each line between two line ends; '' once a header was set
    _headers: dict[str, Any] | None = None
    _folded: dict[str, str] | None = None  # small letters → the wire's spelling
    _content: str = ""
    manager: Any = None

    def __init__(self, headers: Mapping[str, Any] | None = None, content: str = "") -> None:
        self._headers = dict(headers or {})
        self._content = content

    @classmethod
    def from_line(cls, line: str) -> "Message | None":
        """The message in one block of the wire, without its blank line; None if it is none."""
        new = cls.__new__(cls)
        new._block = f"\r\n{line}\r\n"
        if line.startswith(("Event: ", "Response: ")) or "event" in new or "response" in new:
            return new
        return None

    def text(self, name: str, default: str = "") -> str:
        """First value of the header spelled exactly `name`, else `default`."""
        block = self._block
        mark = f"\r\n{name}: "
        start = block.find(mark)
        if start >= 0:
            start += len(mark)
            return block[start : block.find("\r\n", start)]
        if block:
            return default
        value = self.headers.get(name, default)
        return str(value[0] if isinstance(value, list) else value)

    @property
    def headers(self) -> dict[str, Any]:
        """All headers in the wire's spelling and order; str, or list of str where repeated."""
        if self._headers is None:
            self._headers, self._content = _read(self._block[2:-2])
        return self._headers

    @property
    def content(self) -> str:
        """What is no header, one line each."""
        self.headers  # noqa: B018  # reads both
        return self._content

    @property
    def event(self) -> str:
        """Name of the event; '' for a response."""
        return self.text("Event")

    @property
    def id(self) -> str | None:
        """ActionID of the action this belongs to."""
        return self.text("ActionID") or None

    action_id = id

    def _spelled(self, key: str) -> str:
        if key in self.headers:
            return key
        if self._folded is None:
            self._folded = {name.lower(): name for name in self.headers}
        return self._folded.get(key.lower(), key)

    def __getitem__(self, key: str) -> Any:
        return self.headers[self._spelled(key)]

    def __setitem__(self, key: str, value: Any) -> None:
        self.headers[self._spelled(key)] = value
        self._block, self._folded = "", None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._spelled(key) in self.headers

    def __iter__(self) -> Iterator[str]:
        return iter(self.headers)

    def __len__(self) -> int:
        return len(self.headers)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # or copy and pickle would take '' for a method
            raise AttributeError(name)
        return self.get(name, "")


def _read(block: str) -> tuple[dict[str, Any], str]:
    lines = block.split("\r\n")
    try:
        headers: dict[str, Any] = dict([line.split(": ", 1) for line in lines])
    except ValueError:  # a line without ": "
        headers = {}
    if len(headers) == len(lines):
        return headers, ""
    headers, content = {}, []
    for line in lines:
        name, colon, value = line.partition(": ")
        if not colon and line.endswith(":"):
            name, colon = line[:-1], ":"
        if not colon:
            content.append(line)
        elif name not in headers:
            headers[name] = value
        elif isinstance(headers[name], list):
            headers[name].append(value)
        else:
            headers[name] = [headers[name], value]
    return headers, "\n".join(filter(None, content))
