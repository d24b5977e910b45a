"""Commands and live questions over a Unix socket: one JSON object a line, one answer each; edge."""

import asyncio
import json
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

import structlog

from config.refusals import Code, refusal_from_json, refusal_to_json, refused
from config.told import told
from engine.process.operator import UNSET, UnknownUser, command_uid, login_uid, operator_uid, user_name

log = structlog.get_logger()

Answer = Mapping[str, Any]
Command = Callable[["Peer", Mapping[str, Any]], Awaitable[Answer]]
Stream = Callable[[], AsyncIterator[Answer]]
LONGEST: Final = 64 * 1024  # bytes of what is asked, unless a process takes more
LAST: Final = 1.0  # seconds for commands under way when we stop
READS_FOR: Final = 5.0  # seconds for a follower to take one line; else it is let go, and may come again


class Peer(str):
    """The system user who asks: told by the kernel; where root asks for somebody, by root.

    `root`: whether the process at the other end is root's, whoever it acts for.
    """

    root: bool

    def __new__(cls, user: str, root: bool = False) -> "Peer":
        """`user`: the name of a system user."""
        made = super().__new__(cls, user)
        made.root = root
        return made


class CommandRefused(ValueError):
    """The command cannot be carried out; the text says why and what to do."""


async def ping(asker: Peer, asked: Mapping[str, Any]) -> Answer:
    """Command of every process: the loop is alive."""
    return {}


class ControlSocket:
    """Serves `commands` by name: {"do": name, …} is answered {"ok": true, …} or {"ok": false, "code": …}.

    One of `streams` is answered by a line for each of its values, until the asker goes; `may_follow` raises
    CommandRefused for who may not.
    """

    def __init__(
        self,
        path: Path,
        commands: Mapping[str, Command],
        streams: Mapping[str, Stream] | None = None,
        may_follow: Callable[[Peer], object] = bool,
        longest: int = LONGEST,
    ) -> None:
        self._path = path
        self._commands = dict(commands)
        self._streams = dict(streams or {})
        self._may_follow = may_follow
        self._longest = longest
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; a socket left by a dead engine is replaced."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._connected, str(self._path), limit=self._longest)
        self._path.chmod(0o660)

    async def close(self) -> None:
        """Listen no more; who follows is let go."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
        for task in self._serving - self._answering:
            task.cancel()
        if self._answering:  # a command under way is carried out
            await asyncio.wait(set(self._answering), timeout=LAST)
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: those of start_unix_server log a traceback when the loop ends them (Python 3.11).
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            peer = _peer(writer.get_extra_info("socket"))
            while line := await reader.readline():
                asked = _read(line)
                try:
                    asker = _asker(peer, asked.get("asker"))
                    stream = self._streams.get(str(asked.get("do")))
                    if stream is not None:
                        self._may_follow(asker)
                except CommandRefused as why:
                    await _send(writer, _refused(why))
                    continue
                if stream is not None:
                    await self._follow(stream, writer)
                    return
                self._answering.add(task)
                await _send(writer, await self._answer(asker, asked))
                self._answering.discard(task)
        except (ValueError, OSError, TimeoutError):
            pass  # too long a line, or the asker has gone or does not read
        finally:
            self._answering.discard(task)
            writer.close()

    async def _follow(self, stream: Stream, writer: asyncio.StreamWriter) -> None:
        async for value in stream():
            if writer.is_closing():
                return
            writer.write(json.dumps(value, ensure_ascii=False, default=str).encode() + b"\n")
            await asyncio.wait_for(writer.drain(), READS_FOR)

    async def _answer(self, asker: Peer, asked: Mapping[str, Any]) -> Answer:
        command = self._commands.get(str(asked.get("do")))
        if command is None:
            return _refused(CommandRefused(refused(Code.UNKNOWN_ORDER)))
        try:
            return {"ok": True, **await command(asker, asked)}
        except CommandRefused as why:
            return _refused(why)
        except Exception:
            log.exception("order_failed", order=asked["do"])
            return _refused(CommandRefused(refused(Code.ENGINE_FAULT)))


def _refused(why: CommandRefused) -> Answer:
    """As a code with fields, which the asker's side says in its language, and in English for programs."""
    return {"ok": False, **refusal_to_json(why)}


def _read(line: bytes) -> Mapping[str, Any]:
    """What is asked; nothing where the line is none of ours."""
    try:
        asked = json.loads(line)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    writer.write(json.dumps(answer, ensure_ascii=False, default=str).encode() + b"\n")
    await writer.drain()


def _peer(peer: socket.socket) -> tuple[int, int | None]:
    """The system user at the other end and who signed in there, both told by the kernel."""
    pid, uid, _ = struct.unpack(
        "3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    return uid, login_uid(Path(f"/proc/{pid}/loginuid"))


def _asker(peer: tuple[int, int | None], said: object) -> Peer:
    """Root says for whom it asks, as sudo told it; nobody else's word counts. Raises CommandRefused."""
    uid, login = peer
    if said is not None and (type(said) is not int or not 0 <= said < UNSET):
        raise CommandRefused(refused(Code.ASKER_UNFIT))
    if uid != 0 and said not in (None, uid):
        raise CommandRefused(refused(Code.ASKER_NOT_ROOT))
    try:
        return Peer(user_name(operator_uid(said, uid, login)), root=uid == 0)
    except UnknownUser as why:
        raise CommandRefused(str(why)) from None


class EngineUnavailable(Exception):
    """The engine does not answer; the text says what to do."""


def ask(path: Path, do: str, *, seconds: float = 10.0, **fields: object) -> dict[str, Any]:
    """Ask the engine from another process, in the name of whoever gave the command.

    Raises EngineUnavailable; CommandRefused with the engine's own words; UnknownUser.
    """
    asker = command_uid()
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(seconds)
            peer.connect(os.fspath(path))
            peer.sendall(json.dumps({"do": do, "asker": asker, **fields}).encode() + b"\n")
            data = b""
            while not data.endswith(b"\n"):
                part = peer.recv(65536)
                if not part:
                    break
                data += part
        answer: dict[str, Any] = json.loads(data)
    except (OSError, ValueError) as why:
        raise EngineUnavailable(
            told(
                "the engine does not answer on {path} ({why}); is the line up? start it: make run",
                path=path,
                why=why,
            )
        ) from why
    if not answer.pop("ok"):
        raise CommandRefused(refusal_from_json(answer))
    return answer
