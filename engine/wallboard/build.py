"""What supervisors and consultants see of the line, made of one moment's state; numbers masked (A5); edge."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, get_args

from config.log import masked
from config.settings import Language, Settings
from engine.media.leg_watch import NO_SIGNS
from engine.operations.line_events import Line
from engine.wallboard.agent_times import StintBook
from engine.wallboard.alerts import Alerts
from engine.wallboard.today import Today
from recordings.journal.figures import Ended
from routing.dispatch.service import Desk
from routing.dispatch.views import SeatView
from routing.live.call_summary import WITHHELD
from routing.live.consultant_times import Sum
from routing.live.endpoints import SUPERVISOR
from routing.live.live_view import CallNow, picture
from routing.live.phases import PHASES, UNANSWERED, OnTheLine, on_the_line, only_rings

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
STATES: Final = ("available", "ringing", "talking", "wrap_up", "paused", "unreachable", "off_shift")
SNAPSHOT: Final = 1.0  # seconds by which a stint may begin later than the conversation it is of
COUNTED: Final = {"hold": "talking", "reserved": "talking"}
SHOWN: Final = {"passed_over": "unreachable"}  # who let a call ring out does not answer


@dataclass(slots=True)
class BoardBuilder:
    """Builds the board; its clock is the wall's, the dispatcher's is not (`offset` is their difference)."""

    settings: Settings
    desk: Desk
    line: Line
    today: Today
    alerts: Alerts
    names: Callable[[], Mapping[str, str]]
    offset: Callable[[], float]
    stints: StintBook
    signs: Callable[[str], Mapping[str, Any]] = lambda call: NO_SIGNS  # of a call's legs
    _states: dict[str, tuple[str, float]] = field(default_factory=dict)
    _thresholds: dict[str, dict[str, list[float]]] = field(init=False)

    def __post_init__(self) -> None:
        self._thresholds = thresholds(self.settings)

    def build(self, at: float) -> dict[str, Any]:
        """The board without its number; every time in it is a moment: it stays true while time passes."""
        if self.today.turn(datetime.fromtimestamp(at, UTC)):
            self.stints.turn(self.today.since)
        snapshot = self.desk.snapshot()
        living = picture(self.line.live).calls
        calls = {call.call_id: call for call in living}
        for call in living:
            if call.ucc_at is not None:  # told at once: the call may go on for long
                self.today.tried(call.ucc, call.ucc_at, call.call_id)
        callers = [self._caller(one) for one in on_the_line(living, snapshot.callers)]
        waits = {caller["call"]: caller["since"] for caller in callers}
        consultants = [self._consultant(seat, calls, waits, at) for seat in snapshot.consultants]
        queues = [self._queue(language, callers, consultants) for language in LANGUAGES]
        now = [_living(call) for call in living if call.ours]
        totals = {**_count(None, callers, consultants), "diverted": None}
        return {
            "asterisk": "up" if self.line.up else "away",
            "away_since": None if self.line.up else _round(self.line.away_since),
            "law_wait": self.settings.law_wait_seconds,
            "target_seconds": self.settings.service_level_seconds,
            "thresholds": self._thresholds,
            "today": {
                "from": self.today.since,
                "whole": self.today.whole,
                "all": asdict(self.today.figures(None, now)),
                **{language: asdict(self.today.figures(language, now)) for language in LANGUAGES},
            },
            "queues": queues,
            "totals": totals,
            "callers": callers,
            "consultants": consultants,
            "phones": sorted(id_ for id_ in self.names() if SUPERVISOR.fullmatch(id_)),
            "chart": asdict(self.today.chart(at)),
            "alerts": self.alerts.now(at, queues, callers, consultants, self.today, self.line),
        }

    def _caller(self, one: OnTheLine) -> dict[str, Any]:
        call, seat = one.call, one.seat
        diverted = seat is not None and self.desk.diverted_since(seat.language) is not None
        number = _number(call)
        return {
            "call": seat.call if seat else call.call_id if call else "",
            "language": seat.language if seat else call.language if call else None,
            "phase": one.phase,
            "place": seat.place if seat else 0,
            "since": _round(one.since),
            "consultant": seat.consultant if seat else None,
            "number": _shown(call),
            "attempts": self.today.attempts(number) + 1 if number else 1,
            "priority": seat.priority if seat else 0,
            "moved_up": seat is not None and seat.moved_up,
            "diverted": diverted,
            "nobody_on_shift": seat is not None and seat.nobody_on_shift and not diverted,
            **self.signs(seat.call if seat else call.call_id if call else ""),
        }

    def _consultant(
        self, seat: SeatView, calls: Mapping[str, CallNow], waits: Mapping[str, float], at: float
    ) -> dict[str, Any]:
        call = calls.get(seat.call or "")
        state = seat.state
        if state == "talking" and call is not None:
            state = "ringing" if only_rings(call, seat.id) else "hold" if call.held else state
        talked = self._talked(seat, call)
        sums = self.stints.sums(seat.id, self.today.since, at)
        return {
            "id": seat.id,
            "name": self.names().get(seat.id, ""),
            "languages": list(seat.languages),
            "state": SHOWN.get(state, state),
            "since": self._since(seat, state, talked, at),
            "until": self._wall(seat.ends_at) if state in ("wrap_up", "passed_over") else None,
            "reason": seat.pause,
            "reachable": seat.reachable,
            "off": seat.off,
            "missed": seat.missed,
            "fault": seat.fault,
            "fault_since": self._wall(seat.fault_at),
            "passed_over": seat.passed_over,
            "call": seat.call,
            "call_language": call.language if call else None,
            "call_since": _round(talked),
            "caller_since": waits.get(seat.call or ""),
            "unheard": list(self.signs(seat.call)["unheard"]) if seat.call else [],
            "caller_held": bool(seat.call and self.signs(seat.call)["held"]),
            "number": _shown(call),
            "answered": self.today.served(seat.id) + (talked is not None),
            "missed_today": sums.missed,
            "talked": _sum(sums.talked),
            "paused": _sum(sums.paused),
            "occupancy": None if sums.occupancy is None else round(sums.occupancy, 2),
            "watched": [
                {"phone": spy.phone, "mode": spy.mode, "since": _round(spy.at)}
                for spy in self.line.live.spies.values()
                if spy.consultant == seat.id
            ],
        }

    def _talked(self, seat: SeatView, call: CallNow | None) -> float | None:
        """Since when they talk; a snapshot knows only when the phone was dialled, the kept stint more."""
        if call is None or call.talking_since is None or seat.id not in call.talking_with:
            return None
        kept = self.stints.since(seat.id, "talking")
        return kept if kept is not None and kept - call.talking_since > SNAPSHOT else call.talking_since

    def _since(self, seat: SeatView, state: str, talked: float | None, at: float) -> float:
        """When the state began: told by the seat or by the call, else when it was first seen."""
        told = talked if state == "talking" and talked else self._wall(seat.since)
        before, since = self._states.get(seat.id, ("", at))
        if before != state:
            since = self.stints.since(seat.id, state) or at
        if told is not None and state != "hold":
            kept = self.stints.since(seat.id, seat.state)
            # A pause ordered in the middle of a call begins at its end.
            since = kept if kept is not None and kept - told > SNAPSHOT else told
        self._states[seat.id] = (state, since)
        return round(since, 1)

    def _wall(self, moment: float | None) -> float | None:
        return None if moment is None else round(moment + self.offset(), 1)

    def _queue(
        self, language: Language, callers: list[dict[str, Any]], consultants: list[dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            **_count(language, callers, consultants),
            "on_shift": self.desk.on_shift(language),
            "diverted": self._wall(self.desk.diverted_since(language)),
        }


def thresholds(settings: Settings) -> dict[str, dict[str, list[float]]]:
    """[warning, critical] of each figure, for all queues together and for each."""
    names = {
        "wait": ("wait_warning_seconds", "wait_critical_seconds"),
        "waiting": ("waiting_warning", "waiting_critical"),
        "service_level": ("service_level_warning", "service_level_critical"),
        "abandoned": ("abandoned_warning", "abandoned_critical"),
    }
    return {
        key: {
            name: [settings.limit(warning, language), settings.limit(critical, language)]
            for name, (warning, critical) in names.items()
        }
        for key, language in (("all", None), *((name, name) for name in LANGUAGES))
    }


def _count(
    language: Language | None, callers: Iterable[Mapping[str, Any]], consultants: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """One queue, or all: a consultant of two languages counts once in each row and once in the total."""
    ours = [one for one in callers if language in (None, one["language"])]
    waiting = [one for one in ours if one["phase"] in UNANSWERED]
    phases = Counter(one["phase"] for one in ours)
    states: Counter[str] = Counter()
    for one in consultants:
        if language is None or language in one["languages"]:
            states[COUNTED.get(one["state"], one["state"])] += 1
    return {
        "language": language,
        "waiting": len(waiting),
        # Who shows no sign of life is told of by an alert of their own.
        "longest_since": min((one["since"] for one in waiting if not one["unanswered"]), default=None),
        "line": {phase: phases[phase] for phase in PHASES},
        **{state: states[state] for state in STATES},
    }


def _living(call: CallNow) -> Ended:
    """A call that goes on, as the figures see it."""
    return Ended(
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


def _number(call: CallNow | None) -> str:
    """Empty for one that is withheld, whatever the trunk says in its place."""
    return "" if call is None or call.pii_caller.lower() in WITHHELD else call.pii_caller


def _shown(call: CallNow | None) -> object:
    """Masked; None when it is withheld or the caller asks that nobody sees it."""
    return None if call is None or call.private else masked(_number(call)) or None


def _sum(told: Sum) -> dict[str, Any]:
    return {"seconds": round(told.seconds), "since": _round(told.since)}


def _round(at: float | None) -> float | None:
    return None if at is None else round(at, 1)
