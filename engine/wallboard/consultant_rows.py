"""Consultants' rows of the board: seat, live call and stints of the day together; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.wallboard.moments import WallClock, rounded, shown
from routing.board.values import ConsultantRow, LegSigns, Listening
from routing.dispatch.views import SeatView
from routing.live.consultant_times import Sum, Sums
from routing.live.live_view import CallNow
from routing.live.monitoring import Spy
from routing.live.phases import only_rings

if TYPE_CHECKING:
    from engine.wallboard.agent_times import AgentTimes
    from engine.wallboard.today import Today

SNAPSHOT: Final = 1.0  # seconds by which a stint may begin later than the conversation it is of
SHOWN: Final = {"passed_over": "unreachable"}  # who let a call ring out does not answer
NO_SIGNS: Final = LegSigns()
NOBODY: Final[Sequence[Spy]] = ()


@dataclass(frozen=True, slots=True)
class LineSnapshot:
    """The line at one moment, as these rows need it. `callers`: since when each is on the line, by call."""

    at: float
    calls: Mapping[str, CallNow]
    callers: Mapping[str, float]
    signs: Callable[[str], LegSigns]
    names: Mapping[str, str]
    watched: Mapping[str, Sequence[Spy]]  # by consultant


class RowSource(NamedTuple):
    """What a row is made of; equal ones make equal rows."""

    seat: SeatView
    name: str
    state: str
    since: float
    until: float | None
    fault_since: float | None
    call_language: str | None
    talked: float | None
    caller_since: float | None
    number: str | None
    signs: LegSigns
    answered: int
    sums: Sums
    watched: Sequence[Spy]

    def row(self) -> ConsultantRow:
        """As the board shows it."""
        seat, sums = self.seat, self.sums
        return ConsultantRow(
            id=seat.id,
            name=self.name,
            languages=seat.languages,
            state=SHOWN.get(self.state, self.state),
            since=self.since,
            until=self.until,
            reason=seat.pause,
            reachable=seat.reachable,
            off=seat.off,
            missed=seat.missed,
            fault=seat.fault,
            fault_since=self.fault_since,
            passed_over=seat.passed_over,
            call=seat.call,
            call_language=self.call_language,
            call_since=rounded(self.talked),
            caller_since=self.caller_since,
            unheard=self.signs.unheard,
            caller_held=self.signs.held,
            number=self.number,
            answered=self.answered,
            missed_today=sums.missed,
            talked=_whole(sums.talked),
            paused=_whole(sums.paused),
            occupancy=None if sums.occupancy is None else round(sums.occupancy, 2),
            watched=tuple(map(_listening, self.watched)),
        )


@dataclass(slots=True)
class ConsultantRows:
    """Makes rows; remembers since when each state lasts that neither seat nor call has a moment for."""

    today: Today
    stints: AgentTimes
    wall: WallClock
    _states: dict[str, tuple[str, float]] = field(default_factory=dict)
    _made: dict[str, tuple[RowSource, ConsultantRow]] = field(default_factory=dict)

    def row(self, seat: SeatView, line: LineSnapshot) -> ConsultantRow:
        """One consultant at that moment; the same object as before while nothing of it has changed."""
        call = line.calls.get(seat.call or "")
        state = _state(seat, call)
        talked = self._talked(seat, call)
        seen = RowSource(
            seat,
            name=line.names.get(seat.id, ""),
            state=state,
            since=self._since(seat, state, talked, line.at),
            until=self.wall(seat.ends_at) if state in ("wrap_up", "passed_over") else None,
            fault_since=self.wall(seat.fault_at),
            call_language=call.language if call else None,
            talked=talked,
            caller_since=line.callers.get(seat.call or ""),
            number=shown(call),
            signs=line.signs(seat.call) if seat.call else NO_SIGNS,
            answered=self.today.served(seat.id) + (talked is not None),
            sums=self.stints.sums(seat.id, self.today.since, line.at),
            watched=line.watched.get(seat.id, NOBODY),
        )
        kept = self._made.get(seat.id)
        if kept is None or kept[0] != seen:  # six hundred rows a second, of which few have changed
            kept = self._made[seat.id] = (seen, seen.row())
        return kept[1]

    def _talked(self, seat: SeatView, call: CallNow | None) -> float | None:
        """Since when they talk; a snapshot knows only when the phone was dialled, the kept stint more."""
        if call is None or call.talking_since is None or seat.id not in call.talking_with:
            return None
        kept = self.stints.since(seat.id, "talking")
        return kept if kept is not None and kept - call.talking_since > SNAPSHOT else call.talking_since

    def _since(self, seat: SeatView, state: str, talked: float | None, at: float) -> float:
        """When the state began: told by the seat or by the call, else when it was first seen."""
        told = talked if state == "talking" and talked else self.wall(seat.since)
        before, since = self._states.get(seat.id, ("", at))
        if before != state:
            since = self.stints.since(seat.id, state) or at
        if told is not None and state != "hold":
            kept = self.stints.since(seat.id, seat.state)
            # A pause ordered in the middle of a call begins at its end.
            since = kept if kept is not None and kept - told > SNAPSHOT else told
        self._states[seat.id] = (state, since)
        return round(since, 1)


def _state(seat: SeatView, call: CallNow | None) -> str:
    if seat.state != "talking" or call is None:
        return seat.state
    return "ringing" if only_rings(call, seat.id) else "hold" if call.held else seat.state


def _whole(told: Sum) -> Sum:
    return Sum(round(told.seconds), rounded(told.since))


def _listening(spy: Spy) -> Listening:
    return Listening(spy.phone, spy.mode, round(spy.at, 1))
