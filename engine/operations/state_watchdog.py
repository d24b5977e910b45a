"""Compares the dispatcher's states with live channels, and heals what got stuck (decision 0051); edge."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from engine.operations.line_events import LineEvents
from routing.dispatch.service import DispatchService
from routing.live.mismatch import Mismatch, mismatches

log = structlog.get_logger()

EVERY: Final = 1.0
PATIENCE: Final = 6.0  # seconds: what differs for a moment is only on its way


@dataclass(slots=True)
class StateWatchdog:
    """Heals only what stayed different for `PATIENCE` seconds while AMI was up without a break."""

    desk: DispatchService
    line: LineEvents
    alarm: Callable[[str, str], None]
    clock: Callable[[], float] = time.monotonic
    _seen: dict[Mismatch, float] = field(default_factory=dict)
    _away: float | None = None  # since when Asterisk's manager has been silent
    _told: bool = False

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self.look()

    def look(self) -> None:
        """One comparison."""
        now = self.clock()
        if not self.line.up:
            self._seen.clear()
            self._away = now if self._away is None else self._away
            if now - self._away >= PATIENCE and not self._told:  # calls go on; the wallboard is old
                self._told = True
                self.alarm("ami_down", "manager")
            return
        self._away, self._told = None, False
        found = mismatches(self.desk.snapshot().consultants, self.line.live)
        self._seen = {one: self._seen.get(one, now) for one in found}
        for one in [one for one, since in self._seen.items() if now - since >= PATIENCE]:
            del self._seen[one]
            log.error("consultant_healed", consultant=one.consultant, call=one.call, why=one.why)
            self.alarm("consultant_healed", one.consultant)
            if one.why == "call_gone":
                self.desk.conversation_ended(one.call, one.consultant)
            else:
                self.line.found_talking(one.linked, one.consultant)
