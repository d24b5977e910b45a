"""The console's side of the engine's socket: the board as it changes, and commands; edge."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any, Final

import structlog

from routing.board.as_json import BoardReader, BoardUnreadable
from routing.board.values import Beat, Board

log = structlog.get_logger()

SILENT: Final = 2.5  # seconds without a line: the engine is not there, whatever the socket says
LONGEST: Final = 8 * 1024 * 1024
AGAIN: Final = 0.25


class EngineSilent(Exception):
    """The engine does not answer; nothing was ordered, or nobody knows."""


class EngineRefused(Exception):
    """The engine refuses; `code` says why (config/refusals.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class EngineClient:
    """Follows the engine; `board` is what it said last, `fresh` whether that still counts."""

    socket: Path
    changed: Callable[[], None]
    board: Board | None = None
    fresh: bool = False
    true_until: float | None = None  # epoch seconds: when the last board was known to be true
    _reader: BoardReader = field(default_factory=BoardReader)
    _unreadable: str = ""

    async def run(self) -> None:
        """Follow until cancelled; each connection begins with the whole board."""
        while True:
            try:
                await self._follow()
            except BoardUnreadable as why:
                if str(why) != self._unreadable:  # it is tried four times a second, and said once
                    log.error("board_unreadable", why=str(why))
                self._unreadable = str(why)
            except (OSError, ValueError, TimeoutError) as why:
                log.debug("engine_away", why=type(why).__name__)
            if self.fresh:
                self.fresh = False
                log.warning("engine_lost")
                self.changed()
            await asyncio.sleep(AGAIN)

    async def send_command(self, do: str, fields: Mapping[str, Any], seconds: float = 10.0) -> dict[str, Any]:
        """One command, one answer. Raises EngineSilent, Refused."""
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=LONGEST)
                try:
                    writer.write(json.dumps({"do": do, **fields}).encode() + b"\n")
                    answer: dict[str, Any] = json.loads(await reader.readline())
                finally:
                    writer.close()
        except (OSError, ValueError, TimeoutError) as why:
            raise EngineSilent from why
        if not answer.pop("ok", False):
            raise EngineRefused(str(answer.get("code", "")))
        return answer

    async def _follow(self) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=LONGEST)
        try:
            writer.write(b'{"do": "board.follow"}\n')
            while True:
                line = await asyncio.wait_for(reader.readline(), SILENT)
                if not line:
                    return
                self._take(self._reader.read(json.loads(line)))
        finally:
            writer.close()

    def _take(self, told: Board | Beat) -> None:
        news = False
        if isinstance(told, Board):
            news = self.board is None or self.board.event != told.event
            self.board = told
        board = self.board
        fresh = board is not None and board.event == told.event and board.asterisk == "up"
        if fresh:
            self.true_until = told.at
        elif board is not None and board.away_since is not None:
            self.true_until = board.away_since
        news = news or fresh != self.fresh
        self.fresh = fresh
        if news:
            self.changed()

    def beat_fields(self) -> dict[str, Any]:
        """What a beat says."""
        return {
            "event": self.board.event if self.board else 0,
            "at": time(),
            "fresh": self.fresh,
            "since": None if self.fresh else self.true_until,
        }
