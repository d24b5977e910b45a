"""The journal's alarms as the board shows them: what lasts until its end is told, all else for a while."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from recordings.model.entries import Alarm
from routing.board.alert_kinds import LASTING, STATES

RECENT: Final = timedelta(minutes=15)  # so long since it was first read


@dataclass(slots=True)
class JournalAlarms:
    """An alarm bears the time of what it is about, a conversation's answer, say: it may be told long after.

    So how long one stands is counted from when it was first read, by a clock that nobody sets. A first
    reading takes what is older than RECENT for read before.
    """

    clock: Callable[[], float] = time.monotonic
    shown: tuple[Alarm, ...] = ()
    _read: dict[Alarm, float] = field(default_factory=dict)
    _begun: bool = False

    def take(self, standing: Iterable[Alarm], now: datetime) -> bool:
        """All alarms whose end was not told; whether what is shown has changed."""
        at, before = self.clock(), self.shown
        wanted = tuple(dict.fromkeys(one for one in standing if one.kind not in STATES))
        self._read = {one: self._read.get(one, self._first(one, at, now)) for one in wanted}
        self._begun = True
        recent = RECENT.total_seconds()
        self.shown = tuple(one for one in wanted if one.kind in LASTING or at - self._read[one] < recent)
        return self.shown != before

    def _first(self, one: Alarm, at: float, now: datetime) -> float:
        old = not self._begun and now - one.at >= RECENT
        return at - RECENT.total_seconds() if old else at
