"""One call while it lives: its times, its variables and its legs, as the events told them."""

from dataclasses import dataclass, field, replace
from typing import Final

from dialplan.words import DIVERTED, IDENTITY, LANGUAGE, NOTICE, QUEUED, RATING, RING, UCC
from routing.live.caller_identity import caller
from routing.live.endpoints import device_of
from routing.live.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelAnswered,
    ChannelBorn,
    ChannelGone,
    DialBegan,
    DialEnded,
    HangupAsked,
    HoldChanged,
    QueueRinging,
    VariableSet,
)
from routing.live.legs import Legs

REQUEST_TIMEOUT: Final = 408
ACK_AWAITED: Final = 32.0  # seconds
LATE: Final = 5.0  # seconds: on a busy machine the end is told so much later

CallEvent = (
    ChannelBorn
    | ChannelAnswered
    | VariableSet
    | DialBegan
    | DialEnded
    | BridgeEntered
    | BridgeLeft
    | HoldChanged
    | HangupAsked
    | ChannelGone
    | QueueRinging
)


@dataclass(slots=True)
class Hold:
    """One side had put the other on hold: the channel that did, and its device; epoch seconds."""

    id: str
    device: str
    at: float
    until: float | None = None


@dataclass(slots=True)
class OngoingCall:
    """What is known of one caller's call; `id` is the unique id of the caller's channel."""

    id: str
    channel: str = ""
    pii_caller: str = ""
    born_at: float | None = None
    line_answered_at: float | None = None
    language_at: float | None = None
    queued_at: float | None = None
    rated_at: float | None = None
    notice_at: float | None = None  # kept when the variable is emptied for the next try (A14)
    ucc_at: float | None = None  # when the last try to reach 1414 began or ended
    gone_at: float | None = None
    cause: int = 0
    gap: bool = False  # events of this call may have been missed
    held: bool = False  # a consultant has put the caller on hold
    caller_held: bool = False  # the operator holds the caller, who may not talk with anybody yet
    holds: list[Hold] = field(default_factory=list)
    diverted: list[float] = field(default_factory=list)  # when a diversion sent the caller to the duty phone
    seen_at: float | None = None  # its newest event: until then it lived
    cut_off: bool = False  # it ended because Asterisk did
    no_ack: bool = False  # it ended because the operator never confirmed our answer
    words: dict[str, str] = field(default_factory=dict)
    hangups: dict[str, float] = field(default_factory=dict)  # unique id -> when its phone hung up
    legs: Legs = field(init=False)
    _early_holds: dict[str, HoldChanged] = field(default_factory=dict, compare=False)  # by channel

    def __post_init__(self) -> None:
        self.legs = Legs(self.id)

    def word(self, name: str) -> str:
        """The last value of one of the ENGINE_ variables, empty when unset."""
        return self.words.get(name, "")

    def apply(self, event: CallEvent) -> None:
        """Take in one event of this call; a repeated one changes nothing."""
        self.seen_at = max(self.seen_at or event.at, event.at)
        match event:
            case ChannelBorn():
                self._born(event)
            case ChannelAnswered(at, id_):
                if id_ == self.id and self.line_answered_at is None:
                    self.line_answered_at = at
            case VariableSet():
                self._set(event)
            case DialBegan(at, _, device, channel, id_):
                self.legs.dial(at, id_, device, channel)
            case DialEnded(device=device) | QueueRinging(device=device, ringing=False):
                self.legs.quiet(device)
            case QueueRinging():
                pass  # the DialBegan of the same ring names its channel
            case BridgeEntered():
                self.legs.enter(event)
                self._take_in_early_holds(event.at)
            case BridgeLeft():
                self.legs.leave(event)
            case HoldChanged():
                self._hold(event)
            case HangupAsked(at, id_):
                self.hangups.setdefault(id_, at)
                self.no_ack = self.no_ack or self._unconfirmed(event)
            case ChannelGone():
                self._gone(event)
        self._only_in_talk(event.at)

    def close(self, at: float) -> None:
        """The caller has gone."""
        self.gone_at = at
        self.legs.end_all(at)
        self._take_back(at)

    def correct(self, now: "OngoingCall", at: float) -> None:
        """After a gap: the present from a snapshot's call, the past as it was seen."""
        self.gap = True
        self.seen_at = at
        self.held, self.caller_held = now.held, now.caller_held
        self.words = now.words
        self.queued_at = self.queued_at or now.queued_at
        self.language_at = self.language_at or now.language_at
        self.notice_at = now.notice_at or self.notice_at
        self.line_answered_at = self.line_answered_at or now.line_answered_at
        self.legs.correct(now.legs, at)

    def _only_in_talk(self, at: float) -> None:
        """A consultant's hold ends with the conversation; the operator may hold a caller who waits."""
        if not self.legs.talking():
            self.held = False
            for id_ in {one.id for one in self.holds} - {self.id}:
                self._take_back(at, id_)

    def _take_in_early_holds(self, at: float) -> None:
        """A phone may hold as it answers: that is told before the bridge in which the conversation begins."""
        for leg in self.legs.talking():
            if (early := self._early_holds.pop(leg.id, None)) is not None:
                self._hold(replace(early, at=at))

    def _hold(self, event: HoldChanged) -> None:
        self.held = event.held if event.id in self.legs.known else self.held
        self.caller_held = event.held if event.id == self.id else self.caller_held
        if not event.held:
            self._early_holds.pop(event.id, None)
            self._take_back(event.at, event.id)
            return
        if event.id != self.id and not self.legs.talking():
            self._early_holds[event.id] = event
        elif all(one.until is not None for one in self.holds if one.id == event.id):
            self.holds.append(Hold(event.id, device_of(event.channel), event.at))

    def _take_back(self, at: float, id_: str | None = None) -> None:
        for one in self.holds:
            if one.until is None and id_ in {None, one.id}:
                one.until = at

    def _born(self, event: ChannelBorn) -> None:
        if event.id != self.id:
            self.legs.leg(event.id, device_of(event.channel))
        elif self.born_at is None:
            self.born_at, self.channel, self.pii_caller = event.at, event.channel, event.pii_caller

    def _set(self, event: VariableSet) -> None:
        if event.id != self.id:  # inherited by, or set on, a consultant's leg: not the call's
            if event.name == RING and (leg := self.legs.known.get(event.id)):
                leg.failed = event.value
            return
        if not event.value:
            self.words.pop(event.name, None)
            return
        if event.name == IDENTITY:  # a number: among the words it would be shown with them
            self.pii_caller = caller(event.value) or self.pii_caller
            return
        self.words[event.name] = event.value
        if event.name == LANGUAGE and self.language_at is None:
            self.language_at = event.at
        elif event.name == QUEUED and self.queued_at is None:
            self.queued_at = milliseconds(event.value) or event.at
        elif event.name == NOTICE:
            self.notice_at = milliseconds(event.value)
        elif event.name == UCC:
            self.ucc_at = event.at
        elif event.name == DIVERTED:
            at = milliseconds(event.value) or event.at
            if at not in self.diverted:
                self.diverted.append(at)
        elif event.name == RATING and self.rated_at is None:
            self.rated_at = event.at

    def _unconfirmed(self, event: HangupAsked) -> bool:
        """Whether this is the end that a missing ACK brings: 64 × T1 after our 200 (RFC 3261, 13.3.1.4)."""
        if event.id != self.id or event.code != REQUEST_TIMEOUT or self.line_answered_at is None:
            return False
        return ACK_AWAITED - 1 <= event.at - self.line_answered_at <= ACK_AWAITED + LATE

    def _gone(self, event: ChannelGone) -> None:
        if event.id == self.id:
            self.cause = event.cause
            self.close(event.at)
        else:
            self.legs.gone(event.id, event.at, event.cause)


def milliseconds(value: str) -> float | None:
    """Epoch milliseconds as epoch seconds; None when the text is no such number."""
    return int(value) / 1000 if value.isascii() and value.isdigit() and len(value) < 14 else None
