"""One call's AGI conversation: a command, its reply, and what happens when a command is cut short; edge."""

import asyncio
import math
import socket
from typing import Final

from agi_handlers.protocol import COMMON, DEAD, SYNC, UNKNOWN, AgiReply, AgiRequest, encode, parse_reply
from ivr.line import HungUp, SoundMissing

INTERRUPTIBLE: Final = ("STREAM FILE", "WAIT FOR DIGIT")  # the next line on the connection ends them
LASTING: Final = frozenset({*INTERRUPTIBLE, "EXEC"})  # may take longer than the reply deadline
LONGEST_PROMPT: Final = 600.0  # seconds; Asterisk alone knows how long a file is
LONGEST_REPLY: Final = 65536  # bytes of one line
MOST_STRAYS: Final = 1000  # lines nobody asked for, before the peer is taken for broken
NUDGE: Final = 0.01  # seconds; doubled each time, up to NUDGE_MOST
NUDGE_MOST: Final = 1.0


class ConnectionLost(Exception):
    """Asterisk, or its connection to us, is gone; nothing can be said to this call any more."""


class AgiRejected(Exception):
    """Asterisk does not know the command (510) or its syntax (520): a mistake of ours."""


class AgiSession(asyncio.Protocol):
    """The connection of one call, from the header's end on.

    One command at a time. Cancel the task that waits for a STREAM FILE or a WAIT FOR DIGIT and give the
    next command at once: that ends what runs. Every line is matched to its command, whichever came first.
    """

    __slots__ = (
        "_left",
        "_loop",
        "_lost",
        "_nudge",
        "_reply_deadline",
        "_rest",
        "_running",
        "_settled",
        "_syncs",
        "_transport",
        "_usage",
        "_waiter",
        "call_id",
        "hung_up",
        "request",
        "strays",
    )  # fmt: skip

    def __init__(
        self, transport: asyncio.Transport, request: AgiRequest, reply_deadline: float = 5.0
    ) -> None:
        self.request = request
        self.call_id = request.args[0] if request.args else request.unique_id
        self.hung_up = False
        self.strays = 0
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._reply_deadline = reply_deadline
        self._rest = b""
        self._usage = False
        self._lost = ""
        # `_running` is the command whose line may still come; `_waiter` is who waits for it. A waiter that
        # is done while `_running` is set was cancelled: its line is owed to nobody.
        self._running = ""
        self._waiter: asyncio.Future[AgiReply] | None = None
        self._left = math.inf
        self._syncs = 0
        self._settled: asyncio.Future[None] | None = None
        self._nudge: asyncio.TimerHandle | None = None

    async def command(self, name: str, *args: str) -> AgiReply:
        """Say `name` with `args` and return the reply, code 200.

        Raises HungUp once the caller has gone, SoundMissing, ConnectionLost, AgiRejected, AgiRefused.
        """
        if self.hung_up:
            raise HungUp
        line = encode(name, args)
        while self._running:
            await self._settle()
        reply = await self._say(line, name, args)
        if reply.code == 200 and reply.result[:1] != "-":
            return reply
        if reply.code == DEAD:
            self.hung_up = True
            raise HungUp
        if reply.code != 200 or reply.result != "-1":
            raise AgiRejected(f"{name}: {reply.code} {reply.result}")  # -2: no such application
        # A missing sound and a hang-up both answer -1. Asterisk sends HANGUP before it reads another
        # line of a dead channel, so by the status' answer the two are told apart.
        status = await self.ask("CHANNEL STATUS")
        if status.code == DEAD or self.hung_up:
            self.hung_up = True
            raise HungUp
        if name == "STREAM FILE":
            raise SoundMissing(args[0])
        return reply

    async def ask(self, name: str, *args: str) -> AgiReply:
        """As `command`, but also after a hang-up, and the reply as it is. Raises ConnectionLost, AgiRefused.

        SET VARIABLE, GET VARIABLE and EXEC still work on a dead channel; others answer 511.
        """
        line = encode(name, args)
        while self._running:
            await self._settle()
        return await self._say(line, name, args)

    def close(self) -> None:
        """End the session: Asterisk goes on in the dialplan."""
        self._fail("closed by us")

    def tick(self, seconds: float) -> None:
        """Time has passed while our loop ran: only this counts against Asterisk, never a stall of our own."""
        if self._running or self._syncs:
            self._left -= seconds
            if self._left < 0:
                self._fail(f"no reply to {self._running}")

    def _say(self, line: bytes, name: str, args: tuple[str, ...]) -> asyncio.Future[AgiReply]:
        """Write a line; the answer comes in the future. A plain function: it is the path of every command."""
        if self._lost:
            raise ConnectionLost(self._lost)
        self._waiter = waiter = self._loop.create_future()
        self._running = name
        self._left = self._limit(name, args) if name in LASTING else self._reply_deadline
        self._transport.write(line)
        return waiter

    def _limit(self, name: str, args: tuple[str, ...]) -> float:
        if name == "WAIT FOR DIGIT":
            return int(args[0]) / 1000 + self._reply_deadline
        if name == "STREAM FILE":
            return LONGEST_PROMPT + self._reply_deadline
        # Nothing of ours ends a conversation.
        return math.inf if args[0] == "Dial" else self._reply_deadline

    async def _settle(self) -> None:
        """Come to a state in which Asterisk owes us nothing, though a command's waiter was cancelled.

        Interrupted, STREAM FILE gives no line and WAIT FOR DIGIT one; but either may have ended by itself
        just before. So SYNC is said and its 510 awaited. And the next command must not be written before:
        Asterisk reads its lines through stdio, and two that it reads at once leave the second in stdio's
        buffer, where no running command sees it. Hence the nudge: one more SYNC, on its own.
        """
        if self._waiter is not None and not self._waiter.done():
            if self._running not in INTERRUPTIBLE:
                raise RuntimeError(f"a second command while {self._running} runs")
            self._waiter.cancel()
        if self._settled is not None and not self._settled.done():
            raise RuntimeError("two commands at once on one session")
        if self._lost:
            raise ConnectionLost(self._lost)
        if self._running in INTERRUPTIBLE and not self._syncs:
            self._left = self._reply_deadline
            self._sync(NUDGE)
        self._settled = self._loop.create_future()
        await self._settled

    def _sync(self, delay: float) -> None:
        self._syncs += 1
        self._transport.write(SYNC)
        self._nudge = self._loop.call_later(delay, self._sync, min(2 * delay, NUDGE_MOST))

    def data_received(self, data: bytes) -> None:
        """Lines from Asterisk."""
        reply = COMMON.get(data)
        if reply is not None and self._running and not (self._rest or self._usage or self._syncs):
            self._answered(reply)  # the one line that nearly always comes, by the shortest way
            return
        if self._rest:
            data = self._rest + data
        *lines, self._rest = data.split(b"\n")
        for line in lines:
            self._line(line)
        if len(self._rest) > LONGEST_REPLY:
            self._fail("endless line")

    def _line(self, line: bytes) -> None:
        if self._usage:
            if not line.startswith(b"520 "):
                return
            self._usage = False
        elif line == b"HANGUP":
            self.hung_up = True  # at any moment, and never an answer
            return
        elif line.startswith(b"520-"):  # wrong syntax: a block, up to a line "520 "
            self._usage = True
            return
        reply = parse_reply(line)
        if reply is None or not self._running:
            self.strays += 1  # a value's second line, or noise
            if self.strays > MOST_STRAYS:
                self._fail("noise")
        elif self._syncs:
            if reply.code == UNKNOWN:
                self._syncs -= 1
                if not self._syncs:
                    self._answered(None)
                    return
            # Asterisk leaves Nagle's algorithm on: the 510 that follows another line would wait 40 ms for
            # our delayed acknowledgement of that line. So acknowledge it now.
            own: socket.socket | None = self._transport.get_extra_info("socket")
            if own is not None:
                own.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        else:
            self._answered(reply)

    def _answered(self, reply: AgiReply | None) -> None:
        self._running = ""
        if self._settled is not None:  # the next command waits for this one's end
            if self._nudge is not None:
                self._nudge.cancel()
            if not self._settled.done():
                self._settled.set_result(None)
            self._nudge = self._settled = None
        elif reply is not None and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """Asterisk closed, or the connection broke."""
        self._fail("connection closed")

    def _fail(self, why: str) -> None:
        if self._lost:
            return
        self._lost = why
        if self._transport.get_write_buffer_size():
            self._transport.abort()  # a peer that does not read must not keep us
        else:
            self._transport.close()
        self._running, self._syncs = "", 0
        if self._nudge is not None:
            self._nudge.cancel()
        for waiting in (self._waiter, self._settled):
            if waiting is not None and not waiting.done():
                waiting.set_exception(ConnectionLost(why))
