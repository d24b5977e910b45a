"""An observer of its own: asks the engine and looks at the page, over and over, and writes down each lie."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page

from engine.process.local_socket import CommandRefused, EngineUnavailable
from tests.real.line import RunningLine

SEEN = """() => ({
  fresh: document.getElementById('stale').hidden,
  said: document.getElementById('stale').textContent,
  event: Number(document.getElementById('board').dataset.event || 0),
  seats: Object.fromEntries([...document.querySelectorAll('tr[data-state]')]
    .map((row) => [row.id.slice(5), row.dataset.state])),
  callers: Object.fromEntries([...document.querySelectorAll('tr[id^=caller-]')]
    .map((row) => [row.id.slice(7), row.dataset.phase])),
})"""
WAITS = ("waiting", "ringing", "duty_ringing")
BEHIND = 10.0  # seconds: ten times the target of 1 s, so that a slow machine is no failure
ENOUGH = 20  # looks


@dataclass(slots=True)
class Watcher:
    """`lies`: what a fresh-looking page showed that was not so; `behind`: how long it was late (s)."""

    line: RunningLine
    page: Page
    lies: list[str] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)
    looks: int = 0
    _late_since: float | None = None

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            before = await asyncio.to_thread(self._board)
            seen = await self.page.evaluate(SEEN)
            self.looks += 1
            self._judge(before, seen, time.monotonic())
            await asyncio.sleep(0.05)

    def _board(self) -> dict[str, Any] | None:
        try:
            return self.line.ask("board.show")
        except (EngineUnavailable, CommandRefused, OSError):
            return None

    def _judge(self, board: dict[str, Any] | None, seen: dict[str, Any], now: float) -> None:
        up = board is not None and board["asterisk"] == "up"
        late = seen["fresh"] and (not up or (board is not None and seen["event"] < board["event"]))
        if not late:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = now
        else:
            self.behind.append(now - self._late_since)
            if now - self._late_since > BEHIND:
                self.lies.append(f"fresh and {now - self._late_since:.1f} s behind: {seen}")
        if up and board is not None and seen["fresh"] and seen["event"] == board["event"]:
            seats = {one["id"]: one["state"] for one in board["consultants"]}
            callers = {one["call"]: one["phase"] for one in board["callers"] if one["phase"] in WAITS}
            if (seats, callers) != (seen["seats"], seen["callers"]):
                self.lies.append(f"at event {seen['event']} page {seen}, engine {seats} {callers}")


@asynccontextmanager
async def watched(line: RunningLine, page: Page) -> AsyncIterator[Watcher]:
    """Watch meanwhile; a lie fails at the end."""
    watcher = Watcher(line, page)
    task = asyncio.create_task(watcher.watch())
    try:
        yield watcher
        with suppress(TimeoutError):  # what was watched may be over at once
            async with asyncio.timeout(BEHIND):
                while watcher.looks <= ENOUGH:
                    await asyncio.sleep(0.05)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    worst = max(watcher.behind, default=0.0)
    print(f"\n{watcher.looks} looks, {len(watcher.lies)} lies, at worst {worst:.2f} s behind")
    assert watcher.lies == []
    assert watcher.looks > ENOUGH
