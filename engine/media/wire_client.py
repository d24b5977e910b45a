"""The engine's end of the connection to the process on the wire: questions out, answers in; edge."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog

from engine.wire.options_request import MARK, Address, Dialog, question

log = structlog.get_logger()

ANY: Final = "0.0.0.0"  # noqa: S104 - Asterisk listens on all addresses: it says so, we do not
AGAIN: Final = 2.0  # seconds between two tries to connect
LONGEST: Final = 1 << 20  # bytes not taken by the other side: it hangs, and is left


@dataclass(frozen=True, slots=True)
class SoundFrom:
    """What the process on the wire sees of one of our RTP ports."""

    port: int
    named: Address  # whom Asterisk hears
    follows: Address | None  # who is carried in its name
    others: tuple[Address, ...]  # who sends to the port besides


@dataclass(frozen=True, slots=True)
class Tone:
    """A key as two tones came to one of our RTP ports ("": none); `events`: telephone-events came, too."""

    port: int
    key: str
    events: bool


@dataclass(slots=True)
class WireClient:
    """Connects, and connects again; while it is not there, nobody is asked and nothing is watched."""

    path: Path
    answered: Callable[[str, int], object] = lambda branch, status: None
    sent: Callable[[str], object] = lambda branch: None  # the kernel took that question
    seen: Callable[[SoundFrom], object] = lambda seen: None
    heard: Callable[[Tone], object] = lambda tone: None
    came: Callable[[], object] = lambda: None  # connected: the other side may know nothing of us
    _writer: asyncio.StreamWriter | None = field(default=None, repr=False)

    @property
    def up(self) -> bool:
        """Whether an order has somebody to carry it out."""
        return self._writer is not None

    async def keep(self) -> None:
        """Until cancelled."""
        told = False
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self.path))
            except OSError as why:
                if not told:
                    log.warning("wire_away", why=why.strerror or str(why))
                told = True
                await asyncio.sleep(AGAIN)
                continue
            told = False
            self._writer = writer
            log.info("wire_up")
            try:
                self.came()
                while line := await reader.readline():
                    self._take(line)
            except (OSError, ValueError) as why:
                log.warning("wire_lost", why=str(why))
            finally:
                self._writer = None
                writer.close()

    def ask(self, asked: Dialog) -> str | None:
        """Have the question sent; the branch by which `sent` and its answer are known, None when nobody can.

        A process that hangs takes orders and sends nothing: a question counts when it was `sent`.
        """
        branch = MARK + uuid4().hex[:16]
        if asked.here[0] == ANY:
            host = _routed(asked.there)
            if host is None:
                return None
            asked = replace(asked, here=(host, asked.here[1]))
        ends = {"from": asked.here, "to": asked.there}
        order = {"ask": question(asked, branch).decode(), "name": branch, **ends}
        return branch if self._say(order) else None

    def watch(self, port: int, named: Address, quiet: float) -> bool:
        """Look who sends to our port, beside the source that Asterisk hears, `quiet` for so many seconds.

        Whether it was asked.
        """
        return self._say({"watch": {str(port): (*named, round(quiet, 2))}})

    def forget(self, ports: Iterable[int]) -> None:
        """These legs are no more."""
        self._say({"forget": list(ports)})

    def hear(self, port: int, named: Address) -> bool:
        """Listen for keys as tones from the source that Asterisk hears at our port. Whether it was asked."""
        return self._say({"hear": {str(port): named}})

    def deaf(self, port: int) -> None:
        """Listen there no more."""
        self._say({"deaf": [port]})

    def _say(self, order: Mapping[str, Any]) -> bool:
        if self._writer is None or self._writer.transport.get_write_buffer_size() > LONGEST:
            return False
        self._writer.write(json.dumps(order).encode() + b"\n")
        return True

    def _take(self, line: bytes) -> None:
        told = json.loads(line)
        if "answer" in told:
            self.answered(str(told["answer"]), int(told["status"]))
        elif "tone" in told:
            self.heard(Tone(int(told["to"]), str(told["tone"]), bool(told["events"])))
        elif "sent" in told:
            self.sent(str(told["sent"]))
        elif "port" in told:
            follows = told["follows"]
            self.seen(
                SoundFrom(
                    port=int(told["port"]),
                    named=_address(told["named"]),
                    follows=None if follows is None else _address(follows),
                    others=tuple(map(_address, told["others"])),
                )
            )


def _routed(there: Address) -> str | None:
    """The address of ours from which the kernel would send there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(there)  # sends nothing
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _address(told: Any) -> Address:
    host, port = told
    return str(host), int(port)
