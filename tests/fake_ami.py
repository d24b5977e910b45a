"""A small AMI server on loopback that does what a test tells it, in the order Asterisk does."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
BOOTED = "Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted"

Request = dict[str, str]


@dataclass
class FakeAmi:
    """What it received, and how it behaves; `answers` maps an action to blocks, None to silence."""

    username: str = "ivr111"
    secret: str = "not-a-secret"
    greet: bool = True
    boot: bool = True
    pong: bool = True
    answers: dict[str, Callable[[Request], list[str]] | None] = field(default_factory=dict)
    received: list[Request] = field(default_factory=list)
    raw: bytes = b""
    connections: int = 0
    port: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    arrival: asyncio.Event = field(default_factory=asyncio.Event)

    def names(self) -> list[str]:
        """The actions received, in order, pings left out."""
        return [request["Action"] for request in self.received if request["Action"] != "Ping"]

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait until `ready()`, looked at whenever something arrives; fails after 5 s."""
        async with asyncio.timeout(5):
            while not ready():
                self.arrival.clear()
                await self.arrival.wait()

    def say(self, *blocks: str) -> None:
        """Send blocks on the newest connection."""
        self.say_raw("".join(block + "\r\n\r\n" for block in blocks).encode())

    def say_raw(self, data: bytes) -> None:
        """Send bytes on the newest connection."""
        self.writers[-1].write(data)

    def stall(self) -> None:
        """Read no more on the newest connection."""
        self.writers[-1].transport.pause_reading()  # type: ignore[attr-defined]

    def cut(self) -> None:
        """Reset all connections."""
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        self.arrival.set()
        if self.greet:
            writer.write(GREETING)
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                self.raw += block
                pairs = [line.split(": ", 1) for line in block.decode().split("\r\n") if line]
                request: Request = {pair[0]: pair[1] for pair in pairs}
                self.received.append(request)
                self._answer(request, writer)
                self.arrival.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        name = request["Action"]
        script = self.answers.get(name, getattr(self, f"_on_{name.lower()}", _success))
        blocks = script(request) if script else []
        for block in blocks:
            head, _, rest = block.partition("\r\n")
            tail = f"\r\n{rest}" if rest else ""
            unasked = head.startswith("Event: ") and "ActionID" not in block and "EventList" not in block
            mark = "" if unasked else f"\r\nActionID: {request['ActionID']}"
            writer.write(f"{head}{mark}{tail}\r\n\r\n".encode())
        if any("Authentication failed" in block for block in blocks):
            writer.close()

    def _on_challenge(self, _: Request) -> list[str]:
        return ["Response: Success\r\nChallenge: 111222333"]

    def _on_login(self, request: Request) -> list[str]:
        key = hashlib.md5(f"111222333{self.secret}".encode()).hexdigest()
        known = request["Username"] == self.username
        if not known or (request.get("Key") != key and request.get("Secret") != self.secret):
            return ["Response: Error\r\nMessage: Authentication failed"]
        booted = [BOOTED] if self.boot else []
        return ["Response: Success\r\nMessage: Authentication accepted", *booted]

    def _on_ping(self, _: Request) -> list[str]:
        return ["Response: Success\r\nPing: Pong\r\nTimestamp: 1763800000.000000"] if self.pong else []


def _success(_: Request) -> list[str]:
    return ["Response: Success\r\nMessage: done"]


@asynccontextmanager
async def fake_ami(**behaviour: object) -> AsyncIterator[FakeAmi]:
    """A running FakeAmi; its `port` is chosen by the system unless given."""
    fake = FakeAmi(**behaviour)  # type: ignore[arg-type]
    server = await asyncio.start_server(fake._serve, "127.0.0.1", fake.port)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        fake.cut()
