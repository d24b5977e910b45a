"""Where each caller on the line is, whoever has the call: dispatcher, duty phone, 1414, survival; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from dialplan.words import DUTY_ENDPOINT, UCC_ENDPOINT
from ivr.ucc_result import UccResult
from routing.dispatch.views import CallerView
from routing.live.endpoints import is_consultant
from routing.live.live_view import CallNow

Phase = Literal[
    "menu",  # chooses the language, hears the notice
    "waiting",
    "ringing",  # a consultant's phone rings for the caller
    "duty_ringing",
    "talking",
    "hold",
    "duty_talking",
    "reserved",  # 1414 is tried, the consultant stays kept
    "with_1414",
    "rating",
]
PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
# 1414 is wished for, dialled, or has answered a moment ago.
UCC: Final[Mapping[str, Phase]] = {
    "wish": "reserved",
    UccResult.DIALLING: "reserved",
    UccResult.ANSWERED: "with_1414",
}
UNANSWERED: Final[tuple[Phase, ...]] = ("waiting", "ringing", "duty_ringing")


@dataclass(frozen=True, slots=True)
class CallerOnLine:
    """One caller, from arrival to the last hang-up; `seat` is the dispatcher's view when it has the call."""

    call: CallNow | None
    seat: CallerView | None
    phase: Phase

    @property
    def since(self) -> float:
        """When the caller began to wait: at the arrival, or when the last conversation had ended."""
        arrived = (self.call.arrived_at if self.call else None) or (self.seat.arrived if self.seat else 0.0)
        return (self.call.talked_until if self.call and self.waits else None) or arrived

    @property
    def waits(self) -> bool:
        """Asked for a consultant, and nobody has answered yet: a ringing phone is no answer (C1)."""
        return self.phase in UNANSWERED


def on_the_line(calls: Iterable[CallNow], queue: Iterable[CallerView]) -> Iterator[CallerOnLine]:
    """Those of the queue in its order, then all others in order of arrival.

    The dispatcher lets go of a caller who rings at the duty phone, talks with 1414 or rates; the live
    state has not yet seen a caller who was placed in the same moment.
    """
    living = {call.call_id: call for call in calls if call.ours}
    for seat in queue:
        call = living.pop(seat.call, None)
        yield CallerOnLine(call, seat, _queued(seat, call))
    for call in living.values():
        yield CallerOnLine(call, None, _elsewhere(call))


def only_rings(call: CallNow, consultant: str) -> bool:
    """A ring of survival's: the dispatcher takes it for talk, so that nobody else rings the phone."""
    return consultant in call.ringing and consultant not in call.talking_with


def _queued(seat: CallerView, call: CallNow | None) -> Phase:
    match seat.phase:
        case "talking":
            if call is not None and only_rings(call, seat.consultant or ""):
                return "ringing"
            return "hold" if call is not None and call.held else "talking"
        case "ringing":
            return "ringing"
        case "reserved":
            return "with_1414" if call is not None and UCC_ENDPOINT in call.talking_with else "reserved"
    return "waiting"


def _elsewhere(call: CallNow) -> Phase:
    """Of a call that the dispatcher does not hold."""
    if call.talking_with:
        return _with(call)
    if call.stage != "after" and call.ucc in UCC:
        return UCC[call.ucc]
    match call.stage, call.duty:
        case ("after", _) | (
            "wait" | "talk",
            "answered",
        ):  # the rating, or the last words after the duty phone
            return "rating"
        case (("wait" | "talk"), "ringing"):
            return "duty_ringing"
        case (("wait" | "talk"), _):
            return "ringing" if any(map(is_consultant, call.ringing)) else "waiting"
    return "menu"


def _with(call: CallNow) -> Phase:
    if UCC_ENDPOINT in call.talking_with:
        return "with_1414"
    if DUTY_ENDPOINT in call.talking_with:
        return "duty_talking"
    return "hold" if call.held else "talking"
