"""Orders and live questions over a Unix socket: one JSON object a line, one answer each; edge."""

import asyncio
import json
import os
import pwd
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import structlog

log = structlog.get_logger()

Answer = Mapping[str, Any]
Order = Callable[["Asker", Mapping[str, Any]], Awaitable[Answer]]
Stream = Callable[[], AsyncIterator[Answer]]
LONGEST: Final = 64 * 1024
READS_FOR: Final = 5.0  # seconds for a follower to take one line; else it is let go, and may come again


class Asker(str):
    """The system user at the other end of the socket, told by the kernel."""


class Wrong(ValueError):
    """The order cannot be carried out; the text says why and what to do."""


class Control:
    """Serves `orders` by name: {"do": name, …} is answered {"ok": true, …} or {"ok": false, "error": …}.

    One of `streams` is answered by a line for each of its values, until the asker goes.
    """

    def __init__(
        self, path: Path, orders: Mapping[str, Order], streams: Mapping[str, Stream] | None = None
    ) -> None:
        self._path = path
        self._orders = dict(orders)
        self._streams = dict(streams or {})
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; a socket left by a dead engine is replaced."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LONGEST)
        self._path.chmod(0o660)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asker = _asker(writer.get_extra_info("socket"))
            while line := await reader.readline():
                if (stream := self._stream(line)) is not None:
                    await self._follow(stream, writer)
                    return
                answer = await self._answer(asker, line)
                writer.write(json.dumps(answer, ensure_ascii=False, default=str).encode() + b"\n")
                await writer.drain()
        except (ValueError, OSError, TimeoutError):
            pass  # too long a line, or the asker has gone or does not read
        finally:
            writer.close()

    def _stream(self, line: bytes) -> Stream | None:
        try:
            asked = json.loads(line)
            return self._streams.get(asked["do"])
        except (ValueError, KeyError, TypeError):
            return None

    async def _follow(self, stream: Stream, writer: asyncio.StreamWriter) -> None:
        async for value in stream():
            if writer.is_closing():
                return
            writer.write(json.dumps(value, ensure_ascii=False, default=str).encode() + b"\n")
            await asyncio.wait_for(writer.drain(), READS_FOR)

    async def _answer(self, asker: Asker, line: bytes) -> Answer:
        try:
            asked = json.loads(line)
            order = self._orders[asked["do"]]
        except (ValueError, KeyError, TypeError):
            return {"ok": False, "error": "unknown order"}
        try:
            return {"ok": True, **await order(asker, asked)}
        except Wrong as why:
            return {"ok": False, "error": str(why)}
        except Exception:
            log.exception("order_failed", order=asked["do"])
            return {"ok": False, "error": "the engine met a fault; see log/engine.log"}


def _asker(peer: socket.socket) -> Asker:
    _, uid, _ = struct.unpack(
        "3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    try:
        return Asker(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return Asker(f"uid{uid}")


class EngineAway(Exception):
    """The engine does not answer; the text says what to do."""


def ask(path: Path, do: str, *, seconds: float = 10.0, **fields: object) -> dict[str, Any]:
    """Ask the engine from another process. Raises EngineAway; Wrong with the engine's own words."""
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(seconds)
            peer.connect(os.fspath(path))
            peer.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
            data = b""
            while not data.endswith(b"\n"):
                part = peer.recv(65536)
                if not part:
                    break
                data += part
        answer: dict[str, Any] = json.loads(data)
    except (OSError, ValueError) as why:
        raise EngineAway(
            f"the engine does not answer on {path} ({why}); is the line up? start it: make run"
        ) from why
    if not answer.pop("ok"):
        raise Wrong(answer["error"])
    return answer
