"""What happened in a call beside its conversations: rings that nobody answered, holds, diversions; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from dialplan.words import DUTY_ENDPOINT
from routing.live.endpoints import is_caller
from routing.live.legs import Leg
from routing.live.live_call import OngoingCall

Kind = Literal["ring", "hold", "divert"]
# Of a leg that nobody answered, by the Q.850 cause of its end.
FAILED_BY_CAUSE: Final = {17: "busy", 21: "refused", 26: "withdrawn", 3: "unreachable", 20: "unreachable"}

TOGETHER: Final = 0.1  # seconds: the log has the caller's end after that of the phone it took with it


@dataclass(frozen=True, slots=True)
class CallMoment:
    """`number` counts the same kind in one call, from 1; `at` and `until` in epoch seconds.

    `result` of a ring: answered, drops, forwards, busy, refused, no_answer, unreachable, withdrawn, or
    caller_left. `party`: who was rung, who held (a consultant's id, "1414", "duty", "caller").
    """

    kind: Kind
    number: int
    party: str
    at: float
    until: float | None
    result: str | None = None


def moments_of(call: OngoingCall) -> tuple[CallMoment, ...]:
    """All of one call, each kind in order of time."""
    rings = sorted(
        (leg for leg in call.legs.known.values() if _rang(leg)), key=lambda leg: leg.rang_at or 0.0
    )
    return (
        *(_ring(n, call, leg) for n, leg in enumerate(rings, 1)),
        *_holds(call),
        *(CallMoment("divert", n, DUTY_ENDPOINT, at, None) for n, at in enumerate(sorted(call.diverted), 1)),
    )


def _rang(leg: Leg) -> bool:
    """The duty phone rings behind a local channel: its own leg would count twice."""
    behind = leg.device == DUTY_ENDPOINT and leg.channel.startswith("PJSIP/")
    return leg.rang_at is not None and bool(leg.device) and not behind


def _ring(number: int, call: OngoingCall, leg: Leg) -> CallMoment:
    until = leg.gone_at if leg.dropped else leg.talked_at or leg.gone_at
    return CallMoment("ring", number, leg.device, leg.rang_at or 0.0, until, _result(call, leg))


def _result(call: OngoingCall, leg: Leg) -> str | None:
    same = (one for one in call.legs.known.values() if one.device == leg.device == DUTY_ENDPOINT)
    failed = next((one.failed for one in same if one.failed), leg.failed)
    if leg.dropped or (leg.device == DUTY_ENDPOINT and failed == "drops"):
        return "drops"
    if leg.talked_at is not None:
        return "answered"
    if failed == "forwards":
        return failed
    if leg.gone_at is None:
        return None
    left = call.hangups.get(call.id, call.gone_at)
    if leg.cause in FAILED_BY_CAUSE:
        return FAILED_BY_CAUSE[leg.cause]
    return "caller_left" if left is not None and left <= leg.gone_at + TOGETHER else "no_answer"


def _holds(call: OngoingCall) -> Iterator[CallMoment]:
    for number, one in enumerate(call.holds, 1):
        yield CallMoment("hold", number, "caller" if is_caller(one.device) else one.device, one.at, one.until)
