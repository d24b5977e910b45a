"""The FastAGI door: lets Asterisk's calls in, keeps strangers out, and sees each call to an end; edge."""

import asyncio
import hmac
import ipaddress
import resource
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

import structlog

from agi_handlers.pending_connection import PendingConnection
from agi_handlers.protocol import AgiRequest
from agi_handlers.session import AgiSession, ConnectionLost
from ivr.line import HungUp

Handler = Callable[[AgiSession], Awaitable[None]]

TICK: Final = 0.2  # seconds between two looks at the clock, for all connections at once
MOST_PENDING: Final = 2000  # connections that have not yet shown the token; the oldest has to go

log = structlog.get_logger(__name__)


class AgiServer:
    """FastAGI on loopback. `handlers` by path; `apology` runs for an unknown path and after a crash.

    A handler that returns or raises ends its session, and Asterisk goes on in the dialplan: without the
    engine's last word (ENGINE_NEXT) that is survival, so a crash brings the caller to a person.
    Times in seconds. Raises ValueError for a host that is not loopback or an empty token.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        host: str,
        port: int,
        token: str,
        apology: Handler,
        reply_deadline: float = 5.0,
        most_pending: int = MOST_PENDING,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"FastAGI listens on loopback only, not on {host}")
        if not token:
            raise ValueError("FastAGI needs a token")
        self.port = port  # the real one after start(), also when 0 was asked for
        self.sessions: set[AgiSession] = set()
        self.refused = 0  # connections closed at the door since start
        self.left = 0  # connections that went before they had shown themselves
        self._handlers = dict(handlers)
        self._host = host
        self._token = token.encode()
        self._apology = apology
        self._reply_deadline = reply_deadline
        self._most_pending = most_pending
        self._pending: dict[PendingConnection, None] = {}  # in order of arrival
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._told = 0

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if hard != resource.RLIM_INFINITY:
            self._most_pending = min(self._most_pending, hard // 2)  # strangers never eat a call's descriptor
        loop = asyncio.get_running_loop()
        opened = partial(PendingConnection, self)
        self._server = await loop.create_server(opened, self._host, self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        self._ticker = loop.call_later(TICK, self._tick)

    async def close(self) -> None:
        """Stop listening, cancel what runs, close every session: Asterisk carries the calls on."""
        if self._ticker is not None:
            self._ticker.cancel()
        if self._server is not None:
            self._server.close()
        for connection in list(self._pending):
            self.refuse(connection)
        for task in self._tasks:
            task.cancel()
        for session in tuple(self.sessions):
            session.close()  # a handler that will not be cancelled meets ConnectionLost at its next command
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _tick(self) -> None:
        # A fixed step, whatever the clock says: when our own loop stood still, Asterisk was not late.
        self._ticker = asyncio.get_running_loop().call_later(TICK, self._tick)
        for session in tuple(self.sessions):
            session.tick(TICK)
        for connection in tuple(self._pending):
            connection.tick(TICK)
        if self.refused != self._told:  # one line a tick, however many knock
            log.warning("connections_refused", number=self.refused - self._told)
            self._told = self.refused

    def opened(self, connection: PendingConnection) -> None:
        """A connection was made; with too many unknown ones the oldest has to go."""
        self._pending[connection] = None
        if len(self._pending) > self._most_pending:
            self.refuse(next(iter(self._pending)))

    def refuse(self, connection: PendingConnection) -> None:
        """Close a connection that is no call."""
        if self._pending.pop(connection, connection) is None:
            self.refused += 1
            connection.transport.abort()

    def closed(self, connection: PendingConnection) -> None:
        """A connection ended by itself before it was a call."""
        if self._pending.pop(connection, connection) is None:
            self.left += 1

    def knows(self, token: str) -> bool:
        """Whether this is the token, in a time that does not depend on how much of it is right."""
        return hmac.compare_digest(token.encode(), self._token)

    def accept(self, connection: PendingConnection, request: AgiRequest, rest: bytes) -> None:
        """The header is complete: from here on the connection is a call."""
        self._pending.pop(connection, None)
        session = AgiSession(connection.transport, request, self._reply_deadline)
        connection.transport.set_protocol(session)
        self.sessions.add(session)
        if rest:
            session.data_received(rest)  # an early HANGUP
        task = asyncio.get_running_loop().create_task(self._serve(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, session: AgiSession) -> None:
        structlog.contextvars.bind_contextvars(call=session.call_id)
        handler = self._handlers.get(session.request.path)
        try:
            if handler is None:
                log.error("path_unknown", path=session.request.path)
            elif await self._finished(session, handler):
                return
            await self._finished(session, self._apology)
        finally:
            session.close()
            self.sessions.discard(session)

    async def _finished(self, session: AgiSession, handler: Handler) -> bool:
        """Run a handler; False when it crashed and the caller may still be there."""
        try:
            await handler(session)
        except HungUp:
            log.info("caller_gone")
        except ConnectionLost as lost:
            log.warning("connection_lost", why=str(lost))
        except Exception:
            log.exception("handler_crashed", path=session.request.path)
            return False
        return True
