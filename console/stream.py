"""Server-sent events: each client gets the newest state it can take, and none waits for another; edge."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final

from aiohttp import web

BEAT: Final = 1.0
WRITES_FOR: Final = 10.0  # seconds: a client that takes nothing so long is let go, and may come again
CHECK: Final = 5.0  # between two looks whether the session still lives


class Streams:
    """All open streams. `wake` tells of a change; who is slow skips what came between."""

    def __init__(self) -> None:
        self._clients: set[asyncio.Event] = set()
        self._closed = False

    def wake(self) -> None:
        """The board has changed."""
        for client in self._clients:
            client.set()

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
        state: Callable[[], tuple[int, str] | None],
        beat: Callable[[], dict[str, Any]],
        alive: Callable[[], Awaitable[bool]],
    ) -> web.StreamResponse:
        """One client until it goes or its session ends.

        `state`: a number that changes with what is to be shown, and the message; None when there is none.
        """
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        client = asyncio.Event()
        self._clients.add(client)
        sent: int | None = None
        checked = monotonic()
        try:
            while not self._closed:
                client.clear()
                told = state()
                if told is not None and told[0] != sent:
                    await _write(response, "board", told[1])
                    sent = told[0]
                else:
                    await _write(response, "beat", json.dumps(beat()))
                if monotonic() - checked > CHECK:
                    checked = monotonic()
                    if not await alive():
                        await _write(response, "signed-out", "{}")
                        break
                try:
                    await asyncio.wait_for(client.wait(), BEAT)
                except TimeoutError:
                    continue
        except (ConnectionError, TimeoutError):
            pass
        finally:
            self._clients.discard(client)
        return response


async def _write(response: web.StreamResponse, event: str, data: str) -> None:
    """`data` is one line: JSON has no bare line breaks."""
    await asyncio.wait_for(response.write(f"event: {event}\ndata: {data}\n\n".encode()), WRITES_FOR)
