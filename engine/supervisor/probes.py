"""Questions to the engine's loop and to Asterisk, three ways, and what excuses their silence; edge."""

import asyncio
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

ANEW: Final = 5.0  # seconds: a connection that a firewall swallowed is made anew; the debt of an answer stays
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Probe(Protocol):
    """One way of asking a process whether it still answers."""

    async def ask(self) -> None:
        """Return when it has answered, however late; raise OSError or EOFError when it cannot be asked."""
        ...


class EngineProbe:
    """Asks the engine's own loop over its control socket: {"do": "ping"} -> {"ok": true}."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def ask(self) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            writer.write(b'{"do": "ping"}\n')
            if not await reader.readline():
                raise EOFError("the engine closed the control socket without an answer")
        finally:
            writer.transport.abort()


class AsteriskProbe:
    """Logs in to the manager once on an account that may do nothing, then asks Ping over and over."""

    def __init__(self, address: str, port: int, secret: Path) -> None:
        self._where = (address, port)
        self._secret = secret
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self) -> None:
        try:
            async with asyncio.timeout(ANEW):
                await self._ask()
        except BaseException:
            self._close()
            raise

    async def _ask(self) -> None:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._where)
            if not await self._log_in(self._reader, self._writer):
                self._close()  # it lives and refuses us: a wrong secret is no reason to end calls
                return
        self._writer.write(b"Action: Ping\r\n\r\n")
        await _response(self._reader)

    async def _log_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if not await reader.readline():
            raise EOFError("the manager closed the connection without its banner")
        try:
            secret = self._secret.read_text().strip()
        except OSError:
            return False
        writer.write(f"Action: Login\r\nUsername: probe\r\nSecret: {secret}\r\nEvents: off\r\n\r\n".encode())
        return "Success" in await _response(reader)

    async def close(self) -> None:
        """Hang up; the next question connects anew."""
        self._close()

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None


class ControlProbe:
    """Asks Asterisk through its control socket, as `asterisk -rx` does: no port and no network has a part."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def ask(self) -> None:
        async with asyncio.timeout(ANEW):
            await self._ask()

    async def _ask(self) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            await reader.readuntil(b"\n")  # host, pid, version
            writer.write(b"core show uptime seconds\0")
            while b"uptime" not in await reader.readuntil(b"\n"):
                pass
        finally:
            writer.transport.abort()


class SipProbe:
    """Asks Asterisk's own SIP port with OPTIONS; any answer counts.

    Asked only while the manager is silent: each question is a line in the security log.
    """

    def __init__(self, address: str, port: int) -> None:
        self._where = ("127.0.0.1" if address == "0.0.0.0" else address, port)  # noqa: S104 - compared, not bound

    async def ask(self) -> None:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[None] = loop.create_future()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Answer(answered), remote_addr=self._where)
        try:
            own = transport.get_extra_info("sockname")
            while not answered.done():
                transport.sendto(options(self._where, own, secrets.token_hex(8)))
                await asyncio.wait({answered}, timeout=1.0)  # a datagram may be lost
            answered.result()
        finally:
            transport.close()


class _Answer(asyncio.DatagramProtocol):
    def __init__(self, answered: asyncio.Future[None]) -> None:
        self._answered = answered

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data.startswith(b"SIP/2.0 ") and not self._answered.done():
            self._answered.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if not self._answered.done():
            self._answered.set_exception(OSError(str(exc)))


def options(where: tuple[str, int], own: tuple[str, int], token: str) -> bytes:
    """An OPTIONS request (RFC 3261, 11) to `where` from `own`; `token` makes it unlike every other."""
    to, here = f"{where[0]}:{where[1]}", f"{own[0]}:{own[1]}"
    return (
        f"OPTIONS sip:{to} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{token};rport\r\n"
        f"Max-Forwards: 1\r\n"
        f"From: <sip:supervisor@{here}>;tag={token}\r\n"
        f"To: <sip:{to}>\r\n"
        f"Call-ID: {token}@supervisor\r\n"
        f"CSeq: 1 OPTIONS\r\n"
        f"Contact: <sip:supervisor@{here}>\r\n"
        f"Content-Length: 0\r\n\r\n"
    ).encode()


async def _response(reader: asyncio.StreamReader) -> str:
    """The next response's first line, read to its blank line; events in between are passed over."""
    while True:
        packet = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
        if packet.startswith("Response:"):
            return packet.split("\r\n", 1)[0]


def starved_seconds(pid: int) -> float:
    """How long the main thread of `pid` has wanted to run and got no processor, since its start."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def worked_seconds(pid: int) -> float:
    """Processor time all threads of `pid` have used since its start."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0
