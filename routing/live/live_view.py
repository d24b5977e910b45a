"""The line at one moment, as values for whoever shows it: console, command line, checks."""

from dataclasses import dataclass

from dialplan.words import CALL, DUTY, DUTY_ENDPOINT, LANGUAGE, PRIVATE, STAGE, SURVIVED, UCC, WISH
from routing.live.call_summary import is_helpline_call, pii_caller
from routing.live.endpoints import is_consultant
from routing.live.events import Reach
from routing.live.legs import Leg
from routing.live.live import Live
from routing.live.live_call import OngoingCall


@dataclass(frozen=True, slots=True)
class CallNow:
    """One call now; times in epoch seconds. `queued_at` is t2: the wait counts from there."""

    call_id: str
    id: str
    channel: str
    pii_caller: str | None  # None: withheld
    arrived_at: float | None
    stage: str
    language: str | None
    queued_at: float | None
    ringing: tuple[str, ...]
    talking_with: tuple[str, ...]
    talking_since: float | None
    held: bool
    survived: bool
    duty: str = ""  # ringing | answered | failed
    ucc: str = ""  # as ENGINE_1414; "wish": the consultant has asked for it
    ucc_at: float | None = None  # since when it is so
    answered_at: float | None = None  # t4: a consultant, else the duty phone
    talked_until: float | None = None  # the end of the last conversation with a consultant
    private: bool = False  # the caller asks that nobody sees the number
    ours: bool = True  # a call to 111; a feature code or a refused number is none


@dataclass(frozen=True, slots=True)
class PhoneNow:
    """One consultant's phone now; `in_call` also when the call went past the engine."""

    device: str
    reach: Reach | None
    in_call: bool


@dataclass(frozen=True, slots=True)
class LiveView:
    """Calls in order of arrival, phones by name."""

    calls: tuple[CallNow, ...]
    phones: tuple[PhoneNow, ...]


def view_of(live: Live) -> LiveView:
    """What `live` holds at this moment."""
    busy = live.busy()
    names = sorted(busy | {device for device in live.reach if is_consultant(device)})
    calls = sorted(live.calls.values(), key=lambda call: (call.born_at or 0.0, call.id))
    phones = tuple(PhoneNow(name, live.reach.get(name), name in busy) for name in names)
    return LiveView(tuple(map(_call, calls)), phones)


def _answered_at(call: OngoingCall) -> float | None:
    """As the journal's row will have it."""
    legs = [leg for leg in call.legs.known.values() if leg.talked_at is not None and not leg.dropped]
    served = [leg for leg in legs if is_consultant(leg.device)]
    answering = served or [leg for leg in legs if leg.device == DUTY_ENDPOINT]
    return min((leg.talked_at for leg in answering if leg.talked_at is not None), default=None)


def _served_until(leg: Leg) -> float | None:
    talked = leg.talked_at is not None and not leg.dropped
    return leg.ended_at if talked and is_consultant(leg.device) else None


def _call(call: OngoingCall) -> CallNow:
    talking = call.legs.talking()
    return CallNow(
        call_id=call.word(CALL) or call.id,
        id=call.id,
        channel=call.channel,
        pii_caller=pii_caller(call),
        arrived_at=call.born_at,
        stage=call.word(STAGE),
        language=call.word(LANGUAGE) or None,
        queued_at=call.queued_at,
        ringing=tuple(leg.device for leg in call.legs.known.values() if leg.ringing),
        talking_with=tuple(leg.device for leg in talking),
        talking_since=min((leg.talked_at for leg in talking if leg.talked_at), default=None),
        held=call.held,
        survived=call.word(SURVIVED) == "1",
        duty=call.word(DUTY),
        ucc=call.word(UCC) or ("wish" if call.word(WISH) == "1414" else ""),
        ucc_at=call.ucc_at,
        answered_at=_answered_at(call),
        talked_until=max(filter(None, map(_served_until, call.legs.known.values())), default=None),
        private=call.word(PRIVATE) == "1",
        ours=is_helpline_call(call),
    )
