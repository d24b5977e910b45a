"""What happens on the line, as values: from AMI or from the channel event log, same words."""

from dataclasses import dataclass
from typing import Literal

# Times (`at`) are epoch seconds from the event itself, never from the reader's clock.
# `channel` is Asterisk's channel name (PJSIP/trunk-00000001), `id` its unique id, `linked` the linked id:
# the unique id of the caller's channel, equal on all channels of one call.


@dataclass(frozen=True, slots=True)
class ChannelBorn:
    """A channel exists; for the caller's channel this is t0, the INVITE came."""

    at: float
    channel: str
    id: str
    linked: str
    context: str
    dialled: str
    pii_caller: str
    pii_name: str


@dataclass(frozen=True, slots=True)
class ChannelAnswered:
    """The channel is up; for the caller's channel this is ta."""

    at: float
    id: str
    linked: str


@dataclass(frozen=True, slots=True)
class VariableSet:
    """One of the ENGINE_ variables (dialplan/words.py) was set on the caller's channel."""

    at: float
    id: str
    linked: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DialBegan:
    """A phone rings for the call: `device` is "c101", "1414", "duty"."""

    at: float
    linked: str
    device: str
    channel: str
    id: str


@dataclass(frozen=True, slots=True)
class DialEnded:
    """The ring is over; `status` as DIALSTATUS (ANSWER, BUSY, NOANSWER, CHANUNAVAIL, CONGESTION, CANCEL)."""

    at: float
    linked: str
    device: str
    id: str
    status: str


@dataclass(frozen=True, slots=True)
class BridgeEntered:
    """A channel joined a bridge: two members of one bridge hear each other."""

    at: float
    bridge: str
    id: str
    linked: str
    channel: str


@dataclass(frozen=True, slots=True)
class BridgeLeft:
    """A channel left its bridge."""

    at: float
    bridge: str
    id: str
    linked: str


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """A phone put the other side on hold (`held`) or came back."""

    at: float
    id: str
    linked: str
    channel: str
    held: bool


@dataclass(frozen=True, slots=True)
class HangupAsked:
    """The phone behind this channel sent BYE or CANCEL (orders of ours send no such event).

    Or Asterisk's own SIP stack gave it up: `code` is then the SIP status that stands for the reason.
    """

    at: float
    id: str
    linked: str
    code: int = 0


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """The channel has ended; `cause` is the Q.850 cause."""

    at: float
    id: str
    linked: str
    channel: str
    cause: int


Reach = Literal["reachable", "unreachable"]


@dataclass(frozen=True, slots=True)
class ReachChanged:
    """A consultant's phone registered and answers, or it does not."""

    at: float
    device: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class QueueRinging:
    """Survival's app_queue rings, or stopped ringing, a member for this caller's channel."""

    at: float
    linked: str
    device: str
    ringing: bool


@dataclass(frozen=True, slots=True)
class NumberRefused:
    """A trunk dialled a number that is not ours; `operator` is the address it came from. No call of ours."""

    at: float
    operator: str
    pii_number: str


@dataclass(frozen=True, slots=True)
class SpyBegan:
    """A supervisor's channel `id` began to listen to the channel `heard` (ChanSpy)."""

    at: float
    id: str
    channel: str
    heard: str


@dataclass(frozen=True, slots=True)
class SpyEnded:
    """That is over."""

    at: float
    id: str


Event = (
    SpyBegan
    | SpyEnded
    | ChannelBorn
    | ChannelAnswered
    | VariableSet
    | DialBegan
    | DialEnded
    | BridgeEntered
    | BridgeLeft
    | HoldChanged
    | HangupAsked
    | ChannelGone
    | ReachChanged
    | QueueRinging
)
