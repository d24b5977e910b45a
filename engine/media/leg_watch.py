"""The legs of all calls, watched: built here, told to the board; edge.

Counts every second (`leg_counts`), callers who give no sign of life (`silent_callers`), sound that comes from
elsewhere (`rtp_sources`), and the process on the wire that asks and carries (`wire_client`).
"""

from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dialplan import words as w
from engine.media.leg_counts import LegCounts
from engine.media.rtp_sources import RtpSources
from engine.media.silent_callers import SilentCallers
from engine.media.wire_client import WireClient
from recordings.model.entries import ENDED
from routing.ami.client import Ami
from routing.board.values import LegSigns
from routing.dispatch.service import DispatchService
from routing.live.live_call import OngoingCall


class LegWatch:
    """`alarm` writes a moment into the journal: kind, call id, time."""

    def __init__(
        self,
        ami: Ami,
        desk: DispatchService,
        living: Callable[[], Iterable[OngoingCall]],
        wire: Path,
        alarm: Callable[[str, str, datetime], object],
        changed: Callable[[], None],
        soon: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._alarm, self._living = alarm, living
        self.counts = LegCounts(ami, living)
        self.wire = WireClient(wire)
        told = (self._moment, self._over, changed, soon)
        self.silent = SilentCallers(ami, self.counts, desk, self.wire, *told)
        self.sources = RtpSources(ami, self.counts, self.wire, *told)
        self.wire.answered, self.wire.sent = self.silent.answered, self.silent.sent
        self.wire.seen = self.sources.seen
        self.counts.counted = [self.silent.look, self.sources.look]

    def signs(self, call: str) -> LegSigns:
        """What the board tells of the legs of a call; nothing where none is known (survival)."""
        since = self.silent.since.get(call)
        elsewhere = self.sources.of(call)
        return LegSigns(
            unanswered=None if since is None else round(since, 1),
            held=any(one.caller_held for one in self._living() if one.word(w.CALL) == call),
            unheard=tuple(sorted(one.side for one in elsewhere if one.where == "unheard")),
            followed=tuple(sorted(one.side for one in elsewhere if one.where == "followed")),
        )

    def _moment(self, kind: str, call: str, at: float) -> None:
        self._alarm(kind, call, datetime.fromtimestamp(at, UTC))

    def _over(self, kind: str, call: str, at: float) -> None:
        self._alarm(kind + ENDED, call, datetime.fromtimestamp(at, UTC))
