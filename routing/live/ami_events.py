"""AMI messages read as events: a pure function from one message to one event."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final

from dialplan.words import NUMBER_REFUSED, PREFIX, SURVIVED
from routing.live.endpoints import device_of, endpoint_of
from routing.live.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelAnswered,
    ChannelBorn,
    ChannelGone,
    DialBegan,
    DialEnded,
    Event,
    HangupAsked,
    HoldChanged,
    NumberRefused,
    QueueRinging,
    Reach,
    ReachChanged,
    SpyBegan,
    SpyEnded,
    VariableSet,
)

# A header that is repeated has a list of values (panoramisk's Message does so too).
Message = Mapping[str, str | list[str]]

UP: Final = "6"


def header_value(message: Message, name: str) -> str:
    """A header's value, the last one when repeated, empty when absent or unknown to Asterisk."""
    value = message.get(name, "")
    text = value[-1] if isinstance(value, list) and value else value
    return "" if not isinstance(text, str) or text == "<unknown>" else text


def read(message: Message) -> Event | None:
    """The event a message tells of; None for one that is not ours, or has no usable time."""
    reader = READERS.get(header_value(message, "Event"))
    if reader is None:
        return None
    try:
        at = float(header_value(message, "Timestamp"))
        return reader(message, at) if isfinite(at) else None
    except ValueError:
        return None


def refused_number(message: Message) -> NumberRefused | None:
    """A number refused to a trunk, told by the dialplan's own event; None for every other message."""
    if header_value(message, "Event") != "UserEvent" or header_value(message, "UserEvent") != NUMBER_REFUSED:
        return None
    try:
        at = float(header_value(message, "Timestamp"))
    except ValueError:
        return None
    operator = header_value(message, "Address").rpartition(":")[0].strip("[]")  # without the port
    return NumberRefused(at, operator, header_value(message, "Number")) if isfinite(at) and operator else None


def reach_of(state: str) -> Reach | None:
    """Device state as reach; UNKNOWN says nothing (seen while Asterisk starts)."""
    if state in ("UNAVAILABLE", "INVALID"):
        return "unreachable"
    return None if state in ("UNKNOWN", "") else "reachable"


def _born(m: Message, at: float) -> Event:
    names = ("Channel", "Uniqueid", "Linkedid", "Context", "Exten", "CallerIDNum", "CallerIDName")
    return ChannelBorn(at, *(header_value(m, name) for name in names))


def _state(m: Message, at: float) -> Event | None:
    up = header_value(m, "ChannelState") == UP
    return ChannelAnswered(at, header_value(m, "Uniqueid"), header_value(m, "Linkedid")) if up else None


def _variable(m: Message, at: float) -> Event | None:
    name = header_value(m, "Variable")
    if not name.startswith(PREFIX):
        return None
    return VariableSet(
        at, header_value(m, "Uniqueid"), header_value(m, "Linkedid"), name, header_value(m, "Value")
    )


def _dial_began(m: Message, at: float) -> Event:
    channel = header_value(m, "DestChannel")
    # A dial without a caller (Originate) has no Linkedid of its own.
    linked = header_value(m, "Linkedid") or header_value(m, "DestLinkedid")
    return DialBegan(at, linked, device_of(channel), channel, header_value(m, "DestUniqueid"))


def _dial_ended(m: Message, at: float) -> Event:
    linked = header_value(m, "Linkedid") or header_value(m, "DestLinkedid")
    device = device_of(header_value(m, "DestChannel"))
    return DialEnded(at, linked, device, header_value(m, "DestUniqueid"), header_value(m, "DialStatus"))


def _entered(m: Message, at: float) -> Event:
    names = (header_value(m, n) for n in ("BridgeUniqueid", "Uniqueid", "Linkedid", "Channel"))
    return BridgeEntered(at, *names)


def _left(m: Message, at: float) -> Event:
    return BridgeLeft(
        at, header_value(m, "BridgeUniqueid"), header_value(m, "Uniqueid"), header_value(m, "Linkedid")
    )


def _hold(m: Message, at: float) -> Event:
    held = header_value(m, "Event") == "Hold"
    return HoldChanged(
        at, header_value(m, "Uniqueid"), header_value(m, "Linkedid"), header_value(m, "Channel"), held
    )


def _hangup_asked(m: Message, at: float) -> Event:
    # SoftHangupRequest is not read: it is Asterisk's and our own hanging up, no phone's.
    # Asterisk 22.8 and newer; a BYE of the phone's has none, or the one its Reason header stands for.
    return HangupAsked(
        at, header_value(m, "Uniqueid"), header_value(m, "Linkedid"), int(header_value(m, "TechCause") or 0)
    )


def _gone(m: Message, at: float) -> Event:
    cause = int(header_value(m, "Cause") or 0)
    return ChannelGone(
        at, header_value(m, "Uniqueid"), header_value(m, "Linkedid"), header_value(m, "Channel"), cause
    )


def _device(m: Message, at: float) -> Event | None:
    device, reach = endpoint_of(header_value(m, "Device")), reach_of(header_value(m, "State"))
    return ReachChanged(at, device, reach) if device and reach else None


def _queue_ringing(m: Message, at: float) -> Event:
    ringing = header_value(m, "Event") == "AgentCalled"
    return QueueRinging(at, header_value(m, "Linkedid"), endpoint_of(header_value(m, "Interface")), ringing)


def _queue_joined(m: Message, at: float) -> Event:
    # Only survival uses app_queue: whoever enters it is, from here on, served without the engine.
    return VariableSet(at, header_value(m, "Uniqueid"), header_value(m, "Linkedid"), SURVIVED, "1")


def _spy_began(m: Message, at: float) -> Event:
    return SpyBegan(
        at, header_value(m, "SpyerUniqueid"), header_value(m, "SpyerChannel"), header_value(m, "SpyeeChannel")
    )


def _spy_ended(m: Message, at: float) -> Event:
    return SpyEnded(at, header_value(m, "SpyerUniqueid"))


READERS: Final[dict[str, Callable[[Message, float], Event | None]]] = {
    "Newchannel": _born,
    "Newstate": _state,
    "VarSet": _variable,
    "DialBegin": _dial_began,
    "DialEnd": _dial_ended,
    "BridgeEnter": _entered,
    "BridgeLeave": _left,
    "Hold": _hold,
    "Unhold": _hold,
    "HangupRequest": _hangup_asked,
    "Hangup": _gone,
    "DeviceStateChange": _device,
    "AgentCalled": _queue_ringing,
    "AgentConnect": _queue_ringing,
    "AgentRingNoAnswer": _queue_ringing,
    "QueueCallerJoin": _queue_joined,
    "ChanSpyStart": _spy_began,
    "ChanSpyStop": _spy_ended,
}
