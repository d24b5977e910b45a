"""The board's event numbers, and its stream to whoever follows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from time import time
from typing import Any, Final

BETWEEN: Final = 0.12  # seconds between two tellings: many events of one moment are one change
BEAT: Final = 1.0  # a sign of life when nothing changes

Board = Mapping[str, Any]


class Feed:
    """Numbers what `build` gives: equal numbers mean equal boards, and numbers only grow (decision 0050).

    They begin at the clock's milliseconds, so that they grow over restarts of the engine, too.
    """

    def __init__(self, build: Callable[[float], Board], now: Callable[[], float] = time) -> None:
        self._build = build
        self._now = now
        self._number = int(now() * 1000)
        self._last: Board | None = None
        self._changes = 0
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Something that the board may show has changed; cheap."""
        self._changes += 1
        if not self._changed.is_set():
            self._changed.set()

    def board(self) -> dict[str, Any]:
        """The board now, with its number and time."""
        at = self._now()
        content = self._build(at)
        if content != self._last:
            self._number += 1
            self._last = content
        return {"event": self._number, "at": at, **content}

    async def follow(self) -> AsyncIterator[dict[str, Any]]:
        """The whole board at first and after each change; {"event", "at"} alone as a sign of life."""
        told = -1
        seen = -1
        while True:
            if seen == self._changes:
                await self._news()
            seen = self._changes
            board = self.board()
            yield board if board["event"] != told else {"event": board["event"], "at": board["at"]}
            told = board["event"]
            await asyncio.sleep(BETWEEN)

    async def _news(self) -> None:
        """Until a change is told of, or a beat is due; several may wait."""
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), BEAT)
        except TimeoutError:
            return
