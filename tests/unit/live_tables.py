"""Events written as pipe tables, and recorded streams, for the tests of the live state."""

from pathlib import Path

from engine.cli.replay_timeline import recorded
from routing.live.call_summary import CallSummary
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
    QueueRinging,
    ReachChanged,
    VariableSet,
)
from routing.live.live import Live

STREAMS = Path(__file__).resolve().parent.parent / "streams"
CALLER = "1000.1"


def told(table: str) -> list[Event]:
    """Lines `at | who | what | with`; `who` is trunk for the caller, else a device (c101, c101#2)."""
    lines = [line for line in table.strip().splitlines() if line.strip()]
    return [_event(*(cell.strip() for cell in f"{line}|||".split("|")[:4])) for line in lines]


def _event(at_text: str, who: str, what: str, detail: str) -> Event:
    at, device = float(at_text), who.partition("#")[0]
    id_ = CALLER if who == "trunk" else f"1000.{who}"
    channel = f"PJSIP/{device}-{'00000001' if '#' not in who else '0000000' + who[-1]}"
    match what:
        case "arrives":
            return ChannelBorn(at, channel, id_, CALLER, "111-from-trunk", "111", detail, "")
        case "up":
            return ChannelAnswered(at, id_, CALLER)
        case "sets":
            name, _, value = detail.partition("=")
            return VariableSet(at, id_, CALLER, f"ENGINE_{name}", value)
        case "rings":
            return DialBegan(at, CALLER, device, channel, id_)
        case "dialled":
            return DialEnded(at, CALLER, device, id_, detail)
        case "joins":
            return BridgeEntered(at, detail or "b1", id_, CALLER, channel)
        case "leaves":
            return BridgeLeft(at, detail or "b1", id_, CALLER)
        case "holds":
            return HoldChanged(at, id_, CALLER, channel, detail != "off")
        case "hangs up":
            return HangupAsked(at, id_, CALLER)
        case "gone":
            return ChannelGone(at, id_, CALLER, channel, int(detail or 16))
        case "reach":
            return ReachChanged(at, device, "reachable" if detail == "yes" else "unreachable")
        case "queue rings":
            return QueueRinging(at, CALLER, device, detail != "off")
    raise AssertionError(what)


def lived(events: list[Event]) -> Live:
    """A fresh state after all these events."""
    live = Live()
    for event in events:
        live.apply(event)
    return live


def story_of(table: str) -> CallSummary:
    """The one story of the one call in the table."""
    (story,) = lived(told(table)).ended()
    return story


def ami() -> list[Event]:
    """Ten calls on a real Asterisk 22.10.1, as AMI told them."""
    return list(recorded((STREAMS / "ten-calls.ami").read_text("utf-8")))


def log() -> list[Event]:
    """The same ten calls, as the channel event log told them."""
    return list(recorded((STREAMS / "ten-calls.cel.csv").read_text("utf-8")))
