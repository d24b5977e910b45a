"""Who may hold a connection, how many and how long: nobody shuts the console to others by being there."""

import asyncio
import ipaddress
import resource
import ssl
from collections import Counter
from http import HTTPStatus
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

log = structlog.get_logger()

IDLE: Final = 15.0  # seconds: without a request, half a head included
HANDSHAKE: Final = 10.0
OF_AN_ADDRESS: Final = 200  # an office behind one address has that many pages open
ALL: Final = 2000
FILES: Final = 8192


def more_files() -> None:
    """Raise the limit of open files, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def neighbourhood(address: str) -> str:
    """An IPv4 address; of IPv6 the /64, which is what one customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network(f"{found}/64", strict=False))


class Handler(RequestHandler):
    """What is no HTTP gets a number and nothing of the inside."""

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


class Doorkeeper(web.Server):
    """Counts the connections of each address, and lets go of whoever has too many."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._of: Counter[str] = Counter()
        self._whose: dict[RequestHandler, str] = {}

    def __call__(self) -> RequestHandler:
        return Handler(self, loop=self._loop, **self._kwargs)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """A stranger's connections beyond the limit are closed at once."""
        super().connection_made(handler, transport)
        peer = transport.get_extra_info("peername")
        whose = neighbourhood(peer[0]) if peer else ""
        self._whose[handler] = whose
        self._of[whose] += 1
        if self._of[whose] > OF_AN_ADDRESS or len(self._whose) > ALL:
            transport.abort()

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Uncounted."""
        super().connection_lost(handler, exc)
        whose = self._whose.pop(handler, None)
        if whose is not None:
            self._of[whose] -= 1
            if not self._of[whose]:
                del self._of[whose]


class Runner(web.AppRunner):
    """aiohttp's, with a doorkeeper."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return Doorkeeper(
            made.request_handler,
            request_factory=made.request_factory,
            keepalive_timeout=IDLE,
            access_log=None,
        )


async def listen(
    runner: Runner, address: str, port: int, context: ssl.SSLContext | None = None
) -> asyncio.Server:
    """Open one port; a TLS handshake must end soon. Raises OSError when it is taken."""
    assert runner.server is not None, "setup() comes first"
    return await asyncio.get_running_loop().create_server(
        runner.server,
        address,
        port,
        ssl=context,
        ssl_handshake_timeout=HANDSHAKE if context is not None else None,
    )
