"""What supervisors and consultants see of the line, made of one moment's state; numbers masked (A5)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, get_args

from config.log import masked
from config.settings import Language, Settings
from engine.alerts import Alerts
from engine.line import Line
from engine.today import Today
from routing.desk import Desk
from routing.picture import CallNow, picture
from routing.views import CallerView, SeatView

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
STATES: Final = ("available", "ringing", "talking", "wrap_up", "paused", "unreachable", "off_shift")
COUNTED: Final = {"hold": "talking", "reserved": "talking", "passed_over": "available"}


@dataclass(slots=True)
class BoardBuilder:
    """Builds the board; its clock is the wall's, the dispatcher's is not (`offset` is their difference)."""

    settings: Settings
    desk: Desk
    line: Line
    today: Today
    alerts: Alerts
    names: Callable[[], Mapping[str, str]]
    offset: float
    _states: dict[str, tuple[str, float]] = field(default_factory=dict)

    def build(self, at: float) -> dict[str, Any]:
        """The board without its number; every time in it is a moment: it stays true while time passes."""
        self.today.turn(datetime.fromtimestamp(at, UTC))
        snapshot = self.desk.snapshot()
        calls = {call.call_id: call for call in picture(self.line.live).calls}
        callers = [self._caller(caller, calls.get(caller.call)) for caller in snapshot.callers]
        waits = {caller["call"]: caller["since"] for caller in callers}
        consultants = [self._consultant(seat, calls, waits, at) for seat in snapshot.consultants]
        queues = [self._queue(language, callers, consultants) for language in LANGUAGES]
        totals = {**_count(None, callers, consultants), "diverted": None}
        return {
            "asterisk": "up" if self.line.up else "away",
            "away_since": None if self.line.up else _round(self.line.away_since),
            "law_wait": self.settings.law_wait_seconds,
            "target_seconds": self.settings.service_level_seconds,
            "thresholds": {
                "wait": [self.settings.wait_warning_seconds, self.settings.wait_critical_seconds],
            },
            "today": {
                "from": self.today.since,
                "all": asdict(self.today.figures(None)),
                **{language: asdict(self.today.figures(language)) for language in LANGUAGES},
            },
            "queues": queues,
            "totals": totals,
            "callers": callers,
            "consultants": consultants,
            "chart": asdict(self.today.chart(at)),
            "alerts": self.alerts.now(at, queues, self.today, self.line),
        }

    def _caller(self, caller: CallerView, call: CallNow | None) -> dict[str, Any]:
        number = call.pii_caller if call else ""
        return {
            "call": caller.call,
            "language": caller.language,
            "phase": caller.phase,
            "place": caller.place,
            "since": _round(call.arrived_at if call and call.arrived_at else caller.arrived),
            "consultant": caller.consultant,
            "number": masked(number) or None,
            "attempts": self.today.attempts(number) + 1 if number else 1,
            "priority": caller.priority,
            "moved_up": caller.moved_up,
            "nobody_on_shift": caller.nobody_on_shift,
        }

    def _consultant(
        self, seat: SeatView, calls: Mapping[str, CallNow], waits: Mapping[str, float], at: float
    ) -> dict[str, Any]:
        call = calls.get(seat.call or "")
        state = seat.state
        if state == "talking" and call is not None and call.held:
            state = "hold"
        talked = call.talking_since if call and seat.id in call.talking_with else None
        answered, seconds = self.today.served(seat.id)
        return {
            "id": seat.id,
            "name": self.names().get(seat.id, ""),
            "languages": list(seat.languages),
            "state": "available" if state == "passed_over" else state,
            "since": self._since(seat, state, talked, at),
            "until": self._wall(seat.ends_at) if state == "wrap_up" else None,
            "reason": seat.pause,
            "reachable": seat.reachable,
            "missed": seat.missed,
            "passed_over": seat.passed_over,
            "call": seat.call,
            "call_language": call.language if call else None,
            "call_since": _round(talked),
            "caller_since": waits.get(seat.call or ""),
            "number": (masked(call.pii_caller) or None) if call else None,
            "answered": answered,
            "talk_seconds": round(seconds),
            "watched": [
                {"phone": spy.phone, "mode": spy.mode, "since": _round(spy.at)}
                for spy in self.line.live.spies.values()
                if spy.consultant == seat.id
            ],
        }

    def _since(self, seat: SeatView, state: str, talked: float | None, at: float) -> float:
        """When the state began: told by the seat or by the call, else when it was first seen."""
        told = talked if state == "talking" and talked else self._wall(seat.since)
        before, since = self._states.get(seat.id, ("", at))
        if before != state:
            since = at
        if told is not None and state != "hold":
            since = told
        self._states[seat.id] = (state, since)
        return round(since, 1)

    def _wall(self, moment: float | None) -> float | None:
        return None if moment is None else round(moment + self.offset, 1)

    def _queue(
        self, language: Language, callers: list[dict[str, Any]], consultants: list[dict[str, Any]]
    ) -> dict[str, Any]:
        dispatcher = self.desk.dispatcher
        return {
            **_count(language, callers, consultants),
            "on_shift": dispatcher.floor.on_shift[language],
            "diverted": self._wall(dispatcher.diverted.get(language)),
        }


def _count(
    language: Language | None, callers: Iterable[Mapping[str, Any]], consultants: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """One queue, or all: a consultant of two languages counts once in each row and once in the total."""
    waiting = [one for one in callers if one["phase"] == "waiting" and language in (None, one["language"])]
    states: Counter[str] = Counter()
    for one in consultants:
        if language is None or language in one["languages"]:
            states[COUNTED.get(one["state"], one["state"])] += 1
    return {
        "language": language,
        "waiting": len(waiting),
        "longest_since": min((one["since"] for one in waiting), default=None),
        **{state: states[state] for state in STATES},
    }


def _round(at: float | None) -> float | None:
    return None if at is None else round(at, 1)
