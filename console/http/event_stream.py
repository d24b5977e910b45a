"""Server-sent events: each client gets the newest state it can take, and none waits for another; edge."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import structlog
from aiohttp import web

log = structlog.get_logger()

BEAT: Final = 1.0
WRITES_FOR: Final = 10.0  # seconds: a client that takes nothing so long is let go, and may come again
CHECK: Final = 5.0  # between two looks whether the session still lives
OF_A_PERSON: Final = 20  # streams at once: nobody needs more, and nobody can take all there are


@dataclass(frozen=True, slots=True)
class View:
    """What a client is to see now. `version` differs where the page would; `message` is only made then."""

    version: object
    message: Callable[[], bytes]


class EventStreams:
    """All open streams. `wake` tells of a change; who is slow skips what came between."""

    def __init__(self) -> None:
        self._clients: dict[asyncio.Event, str] = {}  # and whose each is
        self._checks = 0
        self._closed = False

    def wake(self) -> None:
        """The board has changed."""
        for client in self._clients:
            client.set()

    def check(self) -> None:
        """A session has ended here: every stream looks at once whether it was its own."""
        self._checks += 1
        self.wake()

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        self.wake()

    @property
    def count(self) -> int:
        """Open streams."""
        return len(self._clients)

    async def serve(
        self,
        request: web.Request,
        whose: str,
        state: Callable[[], View | None],
        beat: Callable[[], dict[str, Any]],
        alive: Callable[[], Awaitable[bool]],
    ) -> web.StreamResponse:
        """One client until it goes or its session ends. Raises HTTPTooManyRequests."""
        if sum(one == whose for one in self._clients.values()) >= OF_A_PERSON:
            raise web.HTTPTooManyRequests
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        client = asyncio.Event()
        self._clients[client] = whose
        try:
            await response.prepare(request)
            await self._feed(response, client, state, beat, alive)
        except ConnectionError:
            pass
        except TimeoutError:  # takes nothing: not even an end could be written to it
            if request.transport is not None:
                request.transport.abort()
        except Exception:  # the answer has begun: no other can follow it; the page says that it has no data
            log.exception("stream_fault", path=request.path)
        finally:
            del self._clients[client]
        return response

    async def _feed(
        self,
        response: web.StreamResponse,
        client: asyncio.Event,
        state: Callable[[], View | None],
        beat: Callable[[], dict[str, Any]],
        alive: Callable[[], Awaitable[bool]],
    ) -> None:
        sent: object = None
        checked, checks = monotonic(), self._checks
        while not self._closed:
            client.clear()
            if checks != self._checks or monotonic() - checked > CHECK:
                checked, checks = monotonic(), self._checks
                if not await alive():
                    await _write(response, b"event: signed-out\ndata: {}\n\n")
                    return
            view = state()
            if view is not None and view.version != sent:
                await _write(response, view.message())
                sent = view.version
            else:
                await _write(response, event("beat", json.dumps(beat())))
            try:
                await asyncio.wait_for(client.wait(), BEAT)
            except TimeoutError:
                continue


def event(name: str, data: str) -> bytes:
    """`data` is one line: JSON has no bare line breaks."""
    return f"event: {name}\ndata: {data}\n\n".encode()


async def _write(response: web.StreamResponse, message: bytes) -> None:
    await asyncio.wait_for(response.write(message), WRITES_FOR)
