"""What a supervisor must act on, and since when (decision 0050); ids and languages only, no numbers; edge."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from dialplan.recording_names import parse_stem
from dialplan.words import TRUNK_WATCH
from engine.operations.line_events import LineEvents
from engine.wallboard.journal_alarms import JournalAlarms
from engine.wallboard.today import Today
from recordings.journal.reading import Reader
from routing.board.alert_kinds import ACK_MISSING, KEYS_AS_TONES, LAST_MISSED, LASTING, on_board
from routing.board.values import Alert, CallerRow, ConsultantRow, Grade, QueueRow

log = structlog.get_logger()

EVERY: Final = 5.0
AWAY: Final = 15.0  # seconds: a backup's short lock is nobody's business, nor a machine that is busy
LONG: Final = timedelta(days=30)
FAR: Final = timedelta(hours=6)  # an alarm bears the time of its conversation, and is told after its call
# Seconds that something must hold: it does so for a moment where all is well. A process that begins with the
# line opens its door later than the engine; one question to the operator may be lost on its way.
# Who comes back from a 1414 that took no call is kept for the same consultant for a moment.
PATIENCE: Final[Mapping[str, float]] = {
    "evidence_away": 15.0,
    "trunk_down": 11.0,
    "kept_waiting": 10.0,
    "figures_incomplete": 6.0,
}
CRITICAL: Final = frozenset(
    {
        "nobody_on_shift",
        "wait_critical",
        "trunk_down",
        "ami_down",
        "disk_low",
        "disk_failing",
        "disk_not_watched",
        "recording_stopped",
        "sound_unheard",
        "evidence_away",
        "recording_missing",
        "recording_leg_silent",
        "recording_altered",
        "recording_not_sealed_whole",
        "demand_destroyed",
        "demand_unreadable",
        "demand_overdue",
        "hand_over_failed",
        "hand_over_unknown",
        "hand_over_without_receipt",
        "appeal_overdue",
        "asterisk_died",
        "call_refused",
        "ucc_unreachable",
        ACK_MISSING,
        "journal_away",
        "journal_replaced",
    }
)


@dataclass(frozen=True, slots=True)
class LastingAlert:
    """Something that holds now; `call`: the id of the call it is about, "" where there is none."""

    kind: str
    subject: str
    since: float | None = None  # epoch seconds; None: since it was first seen to hold
    call: str = ""


@dataclass(slots=True)
class Alerts:
    """Keeps since when each alert holds; alarms of the journal, from all processes, are read beside."""

    settings: Settings
    reader: Callable[[], Reader]
    changed: Callable[[], None]
    stopped: Mapping[str, float] = field(default_factory=dict)  # recordings that do not grow, since when
    # Of the disks: (kind on the board, subject) and since when.
    volumes: Callable[[], Mapping[tuple[str, str], datetime]] = dict
    journal_away: Callable[[], float | None] = lambda: None  # since when rows wait in the spool
    # Operators that dial numbers which are not ours, at a moment, and since when.
    refused: Callable[[float], Iterable[tuple[str, float]]] = lambda at: ()
    # Operators whose callers' keys come only as tones, since when, and how many calls lately.
    tones: Callable[[float], Iterable[tuple[str, float, int]]] = lambda at: ()
    notices: JournalAlarms = field(default_factory=JournalAlarms)
    _since: dict[tuple[str, str], float] = field(default_factory=dict)
    _evidence: bool = True

    def now(
        self,
        at: float,
        queues: Sequence[QueueRow],
        callers: Sequence[CallerRow],
        consultants: Sequence[ConsultantRow],
        today: Today,
        line: LineEvents,
    ) -> tuple[Alert, ...]:
        """All that hold at this moment, the critical first, then the oldest first."""
        holding = {
            (one.kind, one.subject): one
            for found in (
                self._line(at, today, line),
                self._queues(at, queues, callers),
                self._disks(at),
                self._told(consultants),
                _faults(consultants),
                _legs(callers),
            )
            for one in found
        }
        self._since = {key: self._since.get(key, at) for key in holding}
        alerts = [
            Alert(
                kind=one.kind,
                subject=one.subject,
                since=round(one.since or self._since[key], 1),
                grade=_grade(one.kind),
                call=one.call,
            )
            for key, one in holding.items()
            if at - self._since[key] >= PATIENCE.get(one.kind, 0.0)
        ]
        return tuple(sorted(alerts, key=lambda one: (one.grade != "critical", one.since, one.kind)))

    async def watch(self) -> None:
        """Read the journal's alarms and ask the evidence process whether it lives, until cancelled."""
        while True:
            changed = False
            try:
                now = datetime.now(UTC)
                lasting = await self.reader().alarms(now - LONG, kinds=LASTING)
                changed = self.notices.take([*lasting, *await self.reader().alarms(now - FAR)], now)
            except (SQLAlchemyError, OSError) as why:
                log.warning("alarms_not_read", why=type(why).__name__)
            before, self._evidence = self._evidence, await _answers(str(self.settings.evidence_socket))
            if changed or before != self._evidence:
                self.changed()
            await asyncio.sleep(EVERY)

    def _line(self, at: float, today: Today, line: LineEvents) -> Iterable[LastingAlert]:
        if not line.up:
            yield LastingAlert("ami_down", "", line.away_since)
        if line.live.reach.get(TRUNK_WATCH) == "unreachable":
            yield LastingAlert("trunk_down", "")
        if (failing := today.ucc_failing(at)) is not None:
            yield LastingAlert("ucc_unreachable", "", failing.at, failing.call)
        yield from (LastingAlert("number_refused", operator, since) for operator, since in self.refused(at))
        for operator, (since, times) in today.unconfirmed.repeated(at).items():
            yield LastingAlert(ACK_MISSING, f"{operator} ({times})", since)
        for operator, since, times in self.tones(at):
            yield LastingAlert(KEYS_AS_TONES, f"{operator} ({times})", since)
        if not today.whole:
            yield LastingAlert("figures_incomplete", "")

    def _queues(
        self, at: float, queues: Sequence[QueueRow], callers: Sequence[CallerRow]
    ) -> Iterable[LastingAlert]:
        for queue in queues:
            language = str(queue.language)
            if queue.diverted is not None:
                yield LastingAlert("diverted", language, queue.diverted)
            elif not queue.on_shift:
                yield LastingAlert("nobody_on_shift", language)
            since = queue.longest_since
            for kind in ("wait_critical", "wait_warning"):
                limit = self.settings.limit(f"{kind}_seconds", language)
                if since is not None and at - since >= limit:
                    longest = (one.call for one in callers if one.since == since)
                    # How long the caller has waited, not the alert.
                    yield LastingAlert(kind, language, since, next(longest, ""))
                    break
        yield from _kept_waiting(queues, callers)

    def _disks(self, at: float) -> Iterable[LastingAlert]:
        if (away := self.journal_away()) is not None and at - away >= AWAY:
            yield LastingAlert("journal_away", "", away)
        if not self._evidence:
            yield LastingAlert("evidence_away", "")
        for recording, since in self.stopped.items():
            yield LastingAlert("recording_stopped", recording, since, _call(recording))
        for (kind, subject), began in self.volumes().items():
            yield LastingAlert(kind, subject, began.timestamp(), _call(subject))

    def _told(self, consultants: Iterable[ConsultantRow]) -> Iterable[LastingAlert]:
        """Alarms of the journal; a missed ring is past once its consultant answers, or takes no calls."""
        missing = {one.id for one in consultants if one.missed and not one.reason}
        for alarm in self.notices.shown:
            if alarm.kind != LAST_MISSED or alarm.about in missing:
                kind, call = on_board(alarm.kind), _call(alarm.about)
                yield LastingAlert(kind, alarm.about, alarm.at.timestamp(), call)


def _faults(consultants: Iterable[ConsultantRow]) -> Iterable[LastingAlert]:
    """Phones that act for their consultants; one that nobody would ring troubles none (decision 0083)."""
    for one in consultants:
        if one.fault and one.reachable and not one.off:
            yield LastingAlert(f"phone_{one.fault}", one.id, one.fault_since)


def _kept_waiting(queues: Iterable[QueueRow], callers: Iterable[CallerRow]) -> Iterable[LastingAlert]:
    """A caller kept for one consultant while somebody else could serve them now."""
    free = {queue.language for queue in queues if queue.available and queue.diverted is None}
    for caller in callers:
        if caller.phase == "waiting" and caller.consultant and caller.language in free:
            yield LastingAlert("kept_waiting", str(caller.language), call=caller.call)


def _call(subject: str) -> str:
    """The call whose recording, or which itself, an alarm is about."""
    stem = parse_stem(subject)
    return stem.call_id if stem is not None else ""


def _legs(callers: Iterable[CallerRow]) -> Iterable[LastingAlert]:
    """Of calls whose leg gives no sign of life, or whose sound comes from a place that is not heard."""
    for caller in callers:
        if caller.unanswered:
            yield LastingAlert("caller_unanswered", caller.call, caller.unanswered, call=caller.call)
        if caller.unheard:
            yield LastingAlert("sound_unheard", caller.call, call=caller.call)


def _grade(kind: str) -> Grade:
    return "critical" if kind in CRITICAL else "warning"


async def _answers(path: str) -> bool:
    """Whether somebody listens on the socket."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_unix_connection(path), 2.0)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
