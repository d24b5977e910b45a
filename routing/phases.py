"""Where each caller on the line is, whoever has the call: dispatcher, duty phone, 1414, survival; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from dialplan.words import DUTY_ENDPOINT, UCC_ENDPOINT
from routing.devices import is_consultant
from routing.picture import CallNow
from routing.views import CallerView

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
UNANSWERED: Final[frozenset[Phase]] = frozenset({"waiting", "ringing", "duty_ringing"})


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """One caller, from arrival to the last hang-up; `seat` is the dispatcher's view when it has the call."""

    call: CallNow | None
    seat: CallerView | None
    phase: Phase

    @property
    def waits(self) -> bool:
        """Asked for a consultant, and nobody has answered yet: a ringing phone is no answer (C1)."""
        return self.phase in UNANSWERED


def on_the_line(calls: Iterable[CallNow], queue: Iterable[CallerView]) -> Iterator[OnTheLine]:
    """Those of the queue in its order, then all others in order of arrival.

    The dispatcher lets go of a caller who rings at the duty phone, talks with 1414 or rates; the live
    state has not yet seen a caller who was placed in the same moment.
    """
    living = {call.call_id: call for call in calls if call.ours}
    for seat in queue:
        call = living.pop(seat.call, None)
        yield OnTheLine(call, seat, _queued(seat, call))
    for call in living.values():
        yield OnTheLine(call, None, _elsewhere(call))


def _queued(seat: CallerView, call: CallNow | None) -> Phase:
    match seat.phase:
        case "talking":
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
    rings = any(map(is_consultant, call.ringing))
    match call.stage, call.duty:
        case "after", _:
            return "rating"
        case (("wait" | "talk"), "ringing"):
            return "duty_ringing"
        case (("wait" | "talk"), "answered"):
            return "rating"  # the last words
        case (("wait" | "talk"), _):
            return "ringing" if rings else "waiting"
    return "menu"


def _with(call: CallNow) -> Phase:
    if UCC_ENDPOINT in call.talking_with:
        return "with_1414"
    if DUTY_ENDPOINT in call.talking_with:
        return "duty_talking"
    return "hold" if call.held else "talking"
