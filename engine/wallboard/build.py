"""Board of the line, made of one moment's state: what supervisors and consultants see of it; edge."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from config.settings import Language, Settings
from engine.operations.line_events import LineEvents
from engine.wallboard.agent_times import AgentTimes
from engine.wallboard.alerts import Alerts
from engine.wallboard.consultant_rows import NO_SIGNS, ConsultantRows, LineSnapshot
from engine.wallboard.counts import States, by_state, counts, thresholds
from engine.wallboard.moments import WallClock, rounded, shown
from engine.wallboard.today import Today
from recordings.journal.figures import EndedCall
from routing.board.values import (
    ALL,
    LANGUAGES,
    Board,
    CallerRow,
    DayFigures,
    LegSigns,
    QueueRow,
    Thresholds,
)
from routing.dispatch.service import DispatchService
from routing.live.endpoints import SUPERVISOR
from routing.live.live_view import CallNow, view_of
from routing.live.monitoring import Spy
from routing.live.phases import CallerOnLine, on_the_line


@dataclass(slots=True)
class BoardBuilder:
    """Builds the board; its clock is the wall's, the dispatcher's is not (`offset` is their difference)."""

    settings: Settings
    desk: DispatchService
    line: LineEvents
    today: Today
    alerts: Alerts
    names: Callable[[], Mapping[str, str]]
    offset: Callable[[], float]
    stints: AgentTimes
    signs: Callable[[str], LegSigns] = lambda call: NO_SIGNS  # of a call's legs
    _wall: WallClock = field(init=False)
    _consultants: ConsultantRows = field(init=False)
    _thresholds: Mapping[str, Thresholds] = field(init=False)

    def __post_init__(self) -> None:
        self._wall = WallClock(self.offset)
        self._consultants = ConsultantRows(self.today, self.stints, self._wall)
        self._thresholds = thresholds(self.settings)

    def build(self, at: float) -> Board:
        """The board without its number; every time in it is a moment: it stays true while time passes."""
        if self.today.turn(datetime.fromtimestamp(at, UTC)):
            self.stints.turn(self.today.since)
        snapshot, living = self.desk.snapshot(), view_of(self.line.live).calls
        self._tried(living)
        signs = cache(self.signs)  # of one moment: a call's caller and consultant both tell of them
        callers = tuple(self._caller(one, signs) for one in on_the_line(living, snapshot.callers))
        line = self._line_now(at, living, callers, signs)
        consultants = tuple(self._consultants.row(seat, line) for seat in snapshot.consultants)
        states = by_state(consultants)
        queues = tuple(self._queue(language, callers, states) for language in LANGUAGES)
        return Board(
            at=at,
            asterisk="up" if self.line.up else "away",
            away_since=None if self.line.up else rounded(self.line.away_since),
            law_wait=self.settings.law_wait_seconds,
            target_seconds=self.settings.service_level_seconds,
            thresholds=self._thresholds,
            today=self._figures(living),
            queues=queues,
            totals=counts(None, callers, states),
            callers=callers,
            consultants=consultants,
            phones=tuple(sorted(id_ for id_ in line.names if SUPERVISOR.fullmatch(id_))),
            chart=self.today.chart(at),
            alerts=self.alerts.now(at, queues, callers, consultants, self.today, self.line),
        )

    def _tried(self, living: Sequence[CallNow]) -> None:
        """1414, told at once: the call may go on for long."""
        for call in living:
            if call.ucc_at is not None:
                self.today.tried(call.ucc, call.ucc_at, call.call_id)

    def _figures(self, living: Sequence[CallNow]) -> DayFigures:
        now = [_living(call) for call in living if call.ours]
        of = {ALL: self.today.figures(None, now)}
        of |= {language: self.today.figures(language, now) for language in LANGUAGES}
        return DayFigures(self.today.since, self.today.whole, of)

    def _caller(self, one: CallerOnLine, signs: Callable[[str], LegSigns]) -> CallerRow:
        call, seat = one.call, one.seat
        diverted = seat is not None and self.desk.diverted_since(seat.language) is not None
        id_ = seat.call if seat else call.call_id if call else ""
        legs = signs(id_)
        pii_caller = call.pii_caller if call else None
        return CallerRow(
            call=id_,
            language=seat.language if seat else call.language if call else None,
            phase=one.phase,
            place=seat.place if seat else 0,
            since=round(one.since, 1),
            consultant=seat.consultant if seat else None,
            number=shown(call),
            attempts=self.today.attempts(pii_caller) + 1 if pii_caller else 1,
            priority=seat.priority if seat else 0,
            moved_up=seat is not None and seat.moved_up,
            diverted=diverted,
            nobody_on_shift=seat is not None and seat.nobody_on_shift and not diverted,
            unanswered=legs.unanswered,
            held=legs.held,
            unheard=legs.unheard,
            followed=legs.followed,
        )

    def _line_now(
        self,
        at: float,
        living: Sequence[CallNow],
        callers: Sequence[CallerRow],
        signs: Callable[[str], LegSigns],
    ) -> LineSnapshot:
        watched: defaultdict[str, list[Spy]] = defaultdict(list)
        for spy in self.line.live.spies.values():
            watched[spy.consultant].append(spy)
        return LineSnapshot(
            at,
            calls={call.call_id: call for call in living},
            callers={caller.call: caller.since for caller in callers},
            signs=signs,
            names=self.names(),
            watched=watched,
        )

    def _queue(self, language: Language, callers: Sequence[CallerRow], states: States) -> QueueRow:
        return counts(
            language,
            callers,
            states,
            on_shift=self.desk.on_shift(language),
            diverted=self._wall(self.desk.diverted_since(language)),
        )


def _living(call: CallNow) -> EndedCall:
    """A call that goes on, as the figures see it."""
    return EndedCall(
        call=call.call_id,
        language=call.language,
        arrived=call.arrived_at or 0.0,
        queued=call.queued_at,
        answered=call.answered_at,
        talked_until=None,
        ended=None,
        served_by=None,
        to_1414=call.ucc == "answered",
    )
