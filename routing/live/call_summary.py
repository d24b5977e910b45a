"""What happened in one call, told once it is over: the journal's row before it is written."""

from dataclasses import dataclass
from typing import Final, Literal

from dialplan.words import (
    ADVISED,
    ARRIVED,
    CALL,
    DUTY,
    DUTY_ENDPOINT,
    ENDED_BY,
    LANGUAGE,
    OPERATOR,
    RATING,
    RATING_ASKED,
    SURVIVED,
    UCC,
    UCC_ENDPOINT,
)
from ivr.ucc_result import UccResult
from routing.live.call_moments import CallMoment, moments_of
from routing.live.endpoints import is_consultant
from routing.live.legs import Leg
from routing.live.live_call import OngoingCall, milliseconds

End = Literal[
    "served",
    "transferred_1414",
    "abandoned_in_menu",
    "abandoned_waiting",
    "duty_phone",
    "advice",
    "failed",
]

# What trunks and phones send in place of a number that is withheld.
WITHHELD: Final = frozenset({"", "anonymous", "unavailable", "unknown", "restricted", "private"})
CUT_OFF: Final = "cut_off"
NO_ACK: Final = "no_ack"
LINE_DIED: Final = 44  # hang-up cause of Asterisk's own RTP time-out


@dataclass(frozen=True, slots=True)
class Conversation:
    """Caller and one other (consultant's id, "duty", "1414"), in one bridge; epoch seconds."""

    number: int
    party: str
    rang_at: float | None
    answered_at: float
    ended_at: float | None


def is_helpline_call(call: OngoingCall) -> bool:
    """Whether this was a call to 111: refused numbers get no call id and are in Asterisk's log only."""
    return bool(call.word(CALL))


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One call; times are epoch seconds, what the row tells (A19, C1).

    `ended_by` is caller, consultant, 1414, engine, or the line's own fault: cut_off, Asterisk died in its
    midst; no_ack, the operator never confirmed our answer, and after 32 s SIP ends such a call.
    `whole` is False when a part was not seen (the engine came later, or lost the connection):
    a whole story of the same call, from the channel event log, knows better.
    """

    call_id: str
    pii_caller: str | None  # None: withheld
    language: str | None
    arrived_at: float  # t0
    line_answered_at: float | None  # ta
    language_at: float | None  # t1
    queued_at: float | None  # t2
    first_ring_at: float | None  # t3
    answered_at: float | None  # t4
    conversation_ended_at: float | None  # t5
    rated_at: float | None  # t6
    ended_at: float | None
    served_by: str | None
    outcome: End
    ended_by: str | None
    notice_at: float | None
    ucc_result: str | None
    rating: int | None
    rating_asked: bool
    survived: bool
    operator: str  # the address the call came from; "" when not seen
    conversations: tuple[Conversation, ...]
    happened: tuple[CallMoment, ...]
    whole: bool


def summarise(call: OngoingCall) -> CallSummary:
    """The story of a call, complete once its caller's channel has gone."""
    talks = tuple(sorted((leg for leg in call.legs.known.values() if _talked(call, leg)), key=_began))
    held = tuple(leg for leg in talks if not leg.dropped)  # conversations, not mere answers
    served = [leg for leg in held if is_consultant(leg.device)]
    answering = served or [leg for leg in held if leg.device == DUTY_ENDPOINT]
    rings = [leg.rang_at for leg in call.legs.known.values() if leg.rang_at and leg.device != UCC_ENDPOINT]
    rating = call.word(RATING)
    ucc_talked = any(leg.device == UCC_ENDPOINT for leg in held)
    arrived = call.born_at or milliseconds(call.word(ARRIVED)) or call.gone_at or 0.0
    return CallSummary(
        call_id=call.word(CALL) or call.id,
        pii_caller=pii_caller(call),
        language=call.word(LANGUAGE) or None,
        arrived_at=arrived,
        line_answered_at=call.line_answered_at,
        language_at=_language_at(call),
        queued_at=call.queued_at,
        first_ring_at=min(rings, default=None),
        answered_at=answering[0].talked_at if answering else None,
        conversation_ended_at=answering[-1].ended_at if answering else None,
        rated_at=call.rated_at,
        ended_at=call.gone_at,
        served_by=served[-1].device if served else None,
        outcome=_outcome(call, held),
        ended_by=_ended_by(call, held),
        notice_at=call.notice_at,
        ucc_result=call.word(UCC) or (UccResult.ANSWERED.value if ucc_talked else None),
        rating=int(rating) if rating in ("1", "2", "3", "4", "5") else None,
        rating_asked=call.word(RATING_ASKED) == "1",
        survived=call.word(SURVIVED) == "1",
        operator=call.word(OPERATOR),
        conversations=tuple(_conversation(n, leg) for n, leg in enumerate(talks, 1)),
        happened=moments_of(call),
        whole=call.born_at is not None and not call.gap,
    )


def pii_caller(call: OngoingCall) -> str | None:
    """The caller's number; None when it is withheld."""
    return None if call.pii_caller.lower() in WITHHELD else call.pii_caller


def _talked(call: OngoingCall, leg: Leg) -> bool:
    """An answering machine at the duty phone shares the caller's bridge for a moment, and is no answer."""
    return leg.talked_at is not None and (leg.device != DUTY_ENDPOINT or call.word(DUTY) != "failed")


def _began(leg: Leg) -> float:
    return leg.talked_at or 0.0


def _conversation(number: int, leg: Leg) -> Conversation:
    return Conversation(number, leg.device, leg.rang_at, _began(leg), leg.ended_at)


def _language_at(call: OngoingCall) -> float | None:
    # From the log alone the language may be known only by its row at the end; it came before the queue.
    if call.language_at is None or call.queued_at is None:
        return call.language_at
    return min(call.language_at, call.queued_at)


def _outcome(call: OngoingCall, talks: tuple[Leg, ...]) -> End:
    parties = {leg.device for leg in talks}
    duty = call.word(DUTY)
    if call.word(UCC) == UccResult.ANSWERED or UCC_ENDPOINT in parties:
        return "transferred_1414"
    if any(is_consultant(party) for party in parties):
        return "served"
    # "ringing" with a conversation: nobody lived to note that the duty phone had confirmed.
    if duty == "answered" or (DUTY_ENDPOINT in parties and duty != "failed"):
        return "duty_phone"
    if call.word(ADVISED) == "1":
        return "advice"
    left = call.id in call.hangups or call.cause == LINE_DIED or call.word(ENDED_BY) == "caller"
    # In the log the first phone that hung up stands for all later ones: whom it dropped, and who waits, left.
    left = left or any(leg.dropped for leg in call.legs.known.values())
    if call.line_answered_at is None or call.no_ack or not left:
        return "failed"
    return "abandoned_in_menu" if call.queued_at is None else "abandoned_waiting"


def _ended_by(call: OngoingCall, talks: tuple[Leg, ...]) -> str | None:
    """Who hung up first: in the last conversation, or in the call when there was none."""
    if call.cut_off:
        return CUT_OFF
    if call.no_ack:
        return NO_ACK
    if told := call.word(ENDED_BY):
        return told
    asked = call.hangups.get(call.id)
    if not talks:
        return "caller" if asked else (None if call.gap else "engine")
    last = talks[-1]
    theirs = call.hangups.get(last.id)
    if theirs is not None and (asked is None or theirs <= asked):
        return "1414" if last.device == UCC_ENDPOINT else "consultant"
    # The log names the source of a hang-up once for a channel, an earlier leg's may have taken the place.
    return "caller" if asked or last.caller_left_first else None
