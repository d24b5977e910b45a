"""Who may hold a connection, how many, how long: nobody shuts the console to others by being there; edge."""

import asyncio
import ipaddress
import resource
import socket
import ssl
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final, cast

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from console.http.connection_limit import ConnectionLimit

log = structlog.get_logger()

IDLE: Final = 15.0  # seconds: without a request, half a head included
HANDSHAKE: Final = 10.0
BACKLOG: Final = 1024
FILES: Final = 8192


def raise_open_files_limit() -> None:
    """Raise the limit of open files, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def client_network(address: str) -> str:
    """An IPv4 address; of IPv6 the /64, which is what one customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network(f"{found}/64", strict=False))


class ConnectionHandler(RequestHandler):
    """What is no HTTP gets a number and nothing of the inside."""

    __slots__ = ("server", "silent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.server: LimitedServer | None = None
        self.silent = True  # no whole request has come yet

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """One line in the log, none of the asker's words in it."""
        log.info("request_malformed", status=status, why=type(exc).__name__)
        answer = web.Response(status=status, text=f"{status} {HTTPStatus(status).phrase}\n")
        answer.headers.update({"Content-Security-Policy": "default-src 'none'", "Server": ""})
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.force_close()
        return answer


class LimitedServer(web.Server):
    """Knows each connection from its first packet, before TLS; lets go of whoever is one too many."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = ConnectionLimit()
        self._socket: dict[ConnectionHandler, socket.socket] = {}

    async def accept(self, peer: socket.socket, address: str, context: ssl.SSLContext | None) -> None:
        """Serve one connection that was accepted; it has a place, or takes somebody's."""
        handler = ConnectionHandler(self, loop=self._loop, **self._kwargs)
        handler.server = self
        self._socket[handler] = peer
        for other in self.slots.admit(handler, client_network(address)):
            self._shut(cast(ConnectionHandler, other))
        timer = self._loop.call_later(IDLE, self._let_go, handler)
        try:
            await self._loop.connect_accepted_socket(
                lambda: handler,
                peer,
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE if context is not None else None,
            )
        except (OSError, ssl.SSLError):  # no TLS, or none in time
            timer.cancel()
            self._forget(handler)
            peer.close()

    def note_request(self, handler: ConnectionHandler, *, known: bool) -> None:
        """A whole request came; `known`: from somebody who has signed in."""
        handler.silent = False
        self.slots.note_request(handler, known=known)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Its place is free."""
        super().connection_lost(handler, exc)
        self._forget(cast(ConnectionHandler, handler))

    def _let_go(self, handler: ConnectionHandler) -> None:
        if handler.silent:
            self._shut(handler)

    def _shut(self, handler: ConnectionHandler) -> None:
        """Whatever it is at: a handshake, half a head, a request. What asyncio has of it ends by itself."""
        if (peer := self._socket.get(handler)) is not None:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def _forget(self, handler: ConnectionHandler) -> None:
        self.slots.release(handler)
        self._socket.pop(handler, None)


class Runner(web.AppRunner):
    """aiohttp's, with a limited server."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return LimitedServer(
            made.request_handler,
            request_factory=made.request_factory,
            keepalive_timeout=IDLE,
            access_log=None,
        )


class Listener:
    """One open port: every connection is accepted, so that we choose who must go, and not the kernel."""

    def __init__(self, server: LimitedServer, port: socket.socket, context: ssl.SSLContext | None) -> None:
        self.sockets = (port,)
        self._server, self._context = server, context
        self._accepted_tasks: set[asyncio.Task[None]] = set()
        self._accepting = asyncio.create_task(self._accept(port))

    def close(self) -> None:
        """Accept no more."""
        self._accepting.cancel()
        for task in self._accepted_tasks:
            task.cancel()
        self.sockets[0].close()

    async def _accept(self, server: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                peer, address = await loop.sock_accept(server)
            except OSError as why:  # gone again, or no descriptor is free: there is a next time
                log.warning("connection_not_accepted", why=type(why).__name__)
                await asyncio.sleep(0.05)
                continue
            task = asyncio.create_task(self._server.accept(peer, address[0], self._context))
            self._accepted_tasks.add(task)
            task.add_done_callback(self._accepted_tasks.discard)


async def listen(runner: Runner, address: str, port: int, context: ssl.SSLContext | None = None) -> Listener:
    """Open one port; a TLS handshake must end soon. Raises OSError when it is taken."""
    assert isinstance(runner.server, LimitedServer), "setup() comes first"
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.create_server((address, port), family=family, backlog=BACKLOG)
    server.setblocking(False)
    return Listener(runner.server, server, context)


def note_request(request: web.Request, *, known: bool) -> None:
    """Tell the server that a whole request came, and whether of somebody who has signed in."""
    handler = request.protocol
    if isinstance(handler, ConnectionHandler) and handler.server is not None:
        handler.server.note_request(handler, known=known)
