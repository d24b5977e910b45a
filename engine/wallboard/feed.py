"""The board's event numbers, and its stream to whoever follows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from time import time
from typing import Any, Final

from routing.board.as_json import BoardWriter
from routing.board.values import Beat, Board

BETWEEN: Final = 0.12  # seconds between two tellings: many events of one moment are one change
BEAT: Final = 1.0  # a sign of life when nothing changes


class BoardFeed:
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

    def board(self) -> Board:
        """The board now, with its number and time."""
        built = self._build(self._now())
        if built != self._last:
            self._number += 1
        self._last = replace(built, event=self._number)
        return self._last

    async def follow(self) -> AsyncIterator[Mapping[str, Any]]:
        """The whole board at first and after each change, a beat as a sign of life; as JSON."""
        told = seen = -1
        writer = BoardWriter()
        while True:
            if seen == self._changes:
                await self._news()
            seen = self._changes
            board = self.board()
            yield writer.write(board if board.event != told else Beat(board.event, board.at))
            told = board.event
            await asyncio.sleep(BETWEEN)

    async def _news(self) -> None:
        """Until a change is told of, or a beat is due; several may wait."""
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), BEAT)
        except TimeoutError:
            return
