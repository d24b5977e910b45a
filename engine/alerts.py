"""What a supervisor must act on, and since when (issue 4, item 3); ids and languages only, no numbers."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from dialplan.words import TRUNK_WATCH
from engine.alert_kinds import LASTING, STATES, on_board
from engine.line import Line
from engine.today import Today
from recordings.entries import Alarm
from recordings.reading import Reader

log = structlog.get_logger()

EVERY: Final = 5.0
AWAY: Final = 5.0  # seconds: a backup's short lock is nobody's business
RECENT: Final = timedelta(minutes=15)  # an alarm of the journal stands on the board so long
LONG: Final = timedelta(days=30)
CRITICAL: Final = frozenset(
    {
        "nobody_on_shift",
        "wait_critical",
        "trunk_down",
        "ami_down",
        "disk_low",
        "disk_failing",
        "recording_stopped",
        "evidence_away",
        "recording_missing",
        "recording_leg_silent",
        "recording_altered",
        "recording_not_sealed_whole",
        "demand_destroyed",
        "demand_unreadable",
        "demand_overdue",
        "asterisk_died",
        "call_refused",
        "ucc_unreachable",
        "journal_away",
        "journal_replaced",
    }
)

Row = Mapping[str, Any]


@dataclass(slots=True)
class Alerts:
    """Keeps since when each alert holds; alarms of the journal, from all processes, are read beside."""

    settings: Settings
    reader: Callable[[], Reader]
    changed: Callable[[], None]
    stopped: Mapping[str, float] = field(default_factory=dict)  # recordings that do not grow, since when
    volumes: Callable[[], Mapping[str, datetime]] = dict  # those that take no writes, since when
    journal_away: Callable[[], float | None] = lambda: None  # since when rows wait in the spool
    _since: dict[tuple[str, str], float] = field(default_factory=dict)
    _told: tuple[Alarm, ...] = ()
    _evidence: bool = True

    def now(
        self, at: float, queues: Iterable[Row], callers: Iterable[Row], today: Today, line: Line
    ) -> list[dict[str, Any]]:
        """All that hold at this moment, the critical first, then the oldest first."""
        rows_ = tuple(queues)
        holding = dict(self._holding(at, rows_, today, line))
        holding.update(_kept_waiting(rows_, callers))
        self._since = {key: holding[key] or self._since.get(key, at) for key in holding}
        rows = [
            {"kind": kind, "subject": subject, "since": round(since, 1), "grade": _grade(kind)}
            for (kind, subject), since in self._since.items()
        ]
        return sorted(rows, key=lambda row: (row["grade"] != "critical", row["since"], row["kind"]))

    async def watch(self) -> None:
        """Read the journal's alarms and ask the evidence process whether it lives, until cancelled."""
        while True:
            before = (self._told, self._evidence)
            try:
                now = datetime.now(UTC)
                lasting = await self.reader().alarms(now - LONG, kinds=LASTING)
                recent = await self.reader().alarms(now - RECENT)
                shown = (one for one in (*lasting, *recent) if one.kind not in STATES)
                self._told = tuple(dict.fromkeys(shown))
            except (SQLAlchemyError, OSError) as why:
                log.warning("alarms_not_read", why=type(why).__name__)
            self._evidence = await _answers(str(self.settings.evidence_socket))
            if (self._told, self._evidence) != before:
                self.changed()
            await asyncio.sleep(EVERY)

    def _holding(
        self, at: float, queues: Iterable[Row], today: Today, line: Line
    ) -> Iterable[tuple[tuple[str, str], float | None]]:
        if not line.up:
            yield ("ami_down", ""), line.away_since
        for queue in queues:
            language = str(queue["language"])
            if queue["diverted"] is not None:
                yield ("diverted", language), queue["diverted"]
            elif not queue["on_shift"]:
                yield ("nobody_on_shift", language), None
            since = queue["longest_since"]
            for kind in ("wait_critical", "wait_warning"):
                limit = self.settings.limit(f"{kind}_seconds", language)
                if since is not None and at - since >= limit:
                    yield (kind, language), since  # how long the caller has waited, not the alert
                    break
        if line.live.reach.get(TRUNK_WATCH) == "unreachable":
            yield ("trunk_down", ""), None
        if (failing := today.ucc_failing(at)) is not None:
            yield ("ucc_unreachable", ""), failing
        if (away := self.journal_away()) is not None and at - away >= AWAY:
            yield ("journal_away", ""), away
        if not today.whole:
            yield ("figures_incomplete", ""), None
        if not self._evidence:
            yield ("evidence_away", ""), None
        yield from ((("recording_stopped", recording), since) for recording, since in self.stopped.items())
        yield from ((("disk_failing", name), at_.timestamp()) for name, at_ in self.volumes().items())
        for alarm in self._told:
            yield (on_board(alarm.kind), alarm.about), alarm.at.timestamp()


def _kept_waiting(queues: Iterable[Row], callers: Iterable[Row]) -> Iterable[tuple[tuple[str, str], None]]:
    """A caller kept for one consultant while somebody else could serve them now."""
    free = {queue["language"] for queue in queues if queue["available"] and queue["diverted"] is None}
    for caller in callers:
        if caller["phase"] == "waiting" and caller["consultant"] and caller["language"] in free:
            yield ("kept_waiting", str(caller["language"])), None


def _grade(kind: str) -> str:
    return "critical" if kind in CRITICAL else "warning"


async def _answers(path: str) -> bool:
    """Whether somebody listens on the socket."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_unix_connection(path), 2.0)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
