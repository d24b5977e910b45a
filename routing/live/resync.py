"""The live state made anew from Asterisk's own lists, when the engine connects."""

from collections.abc import Container, Iterable, Iterator

from dialplan.words import PREFIX, SURVIVED
from routing.live.ami_events import UP, Message, header_value, reach_of
from routing.live.endpoints import device_of, endpoint_of
from routing.live.events import (
    BridgeEntered,
    ChannelAnswered,
    ChannelBorn,
    DialBegan,
    DialEnded,
    Event,
    HoldChanged,
    ReachChanged,
    VariableSet,
)
from routing.live.live import Live

# Two lists suffice. `Status` with `Variables:` names every channel with its bridge and variables in one
# answer; CoreShowChannels, BridgeList and QueueStatus would say it again, each a moment later.


ON_HOLD = "CHANNEL(rtp,hold)"  # asked of every channel: a phone that holds its party


def snapshot(
    at: float, status: Iterable[Message], devices: Iterable[Message], held: Container[str] = ()
) -> Live:
    """A fresh state from the events of `Status` and `DeviceStateList`, asked at `at` (epoch seconds).

    `held`: the channels whose phones hold their party.

    What the lists cannot know: since when two talk (taken: since the phone was dialled), what has ended.
    So the stories of these calls will not be `whole`.
    """
    live = Live()
    channels = [m for m in status if header_value(m, "Event") == "Status"]
    channels.sort(key=lambda m: header_value(m, "Uniqueid") != header_value(m, "Linkedid"))  # callers first
    for message in channels:
        for event in _channel(at, message, header_value(message, "Channel") in held):
            live.apply(event)
    for message in devices:
        device, reach = endpoint_of(header_value(message, "Device")), reach_of(header_value(message, "State"))
        if device and reach:
            live.apply(ReachChanged(at, device, reach))
    for call in live.calls.values():
        call.gap = True
    return live


def _channel(at: float, m: Message, holds: bool) -> Iterator[Event]:
    names = ("Channel", "Uniqueid", "Linkedid", "Context", "Exten", "CallerIDNum", "CallerIDName")
    channel, id_, linked, *rest = (header_value(m, name) for name in names)
    seconds = header_value(m, "Seconds")
    born, up = at - (float(seconds) if seconds.isdigit() else 0.0), header_value(m, "ChannelState") == UP
    yield ChannelBorn(born, channel, id_, linked, *rest)
    if id_ != linked:
        yield DialBegan(born, linked, device_of(channel), channel, id_)
    if up:
        yield ChannelAnswered(born, id_, linked)
        yield DialEnded(born, linked, device_of(channel), id_, "ANSWER")
    for name, value in _variables(m):
        yield VariableSet(at, id_, linked, name, value)
    if header_value(m, "Application") == "Queue":
        yield VariableSet(at, id_, linked, SURVIVED, "1")
    if bridge := header_value(m, "BridgeID"):
        yield BridgeEntered(born, bridge, id_, linked, channel)
    if (bridge or id_ == linked) and holds:
        yield HoldChanged(at, id_, linked, channel, True)


def _lines(m: Message) -> list[str]:
    lines = m.get("Variable", [])
    return [lines] if isinstance(lines, str) else list(lines)


def _variables(m: Message) -> Iterator[tuple[str, str]]:
    for line in _lines(m):
        name, _, value = line.partition("=")
        if name.startswith(PREFIX) and value not in ("", "(null)"):
            yield name, value
