"""`ivr111 replay FILE`: a recorded stream through the live state, told as a timeline."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from dialplan.words import CALL, LANGUAGE
from engine.cli.ami_capture import messages
from routing.cel.records import CelRecords
from routing.cel.rows import events, row
from routing.live.ami_events import read
from routing.live.call_summary import CallSummary
from routing.live.endpoints import device_of, is_caller
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
    SpyBegan,
    SpyEnded,
    VariableSet,
)
from routing.live.live import Live


def recorded(text: str) -> Iterator[Event]:
    """The events of a recording: an AMI stream, or a channel event log (which starts with a quote)."""
    if text.startswith('"'):
        for _, fields in CelRecords().feed(text.encode()):
            told = row(fields)
            yield from events(told) if told else ()
        return
    for message in messages(text.split("\n")):
        if (event := read(message)) is not None:
            yield event


def replay(stream: Iterable[Event], zone: tzinfo = UTC) -> Iterator[str]:
    """One line for each event of a call known, one for each story, and the counters; no numbers, no names."""
    live = Live()
    for event in stream:
        live.apply(event)
        if what := _words(event):
            yield f"{_clock(event.at, zone)}  {_whose(live, event):<24} {what}"
        for story in live.ended():
            yield f"{_clock(event.at, zone)}  {story.call_id:<24} = {_ending(story)}"
    counted = live.counters
    yield (
        f"{counted.applied} events, {counted.begun} calls, {counted.ended} ended, "
        f"{len(live.calls)} going on, {counted.unknown} events of unknown calls, {counted.late} late"
    )


def _clock(at: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M:%S.%f")[:-3]


def _whose(live: Live, event: Event) -> str:
    if isinstance(event, ReachChanged):
        return event.device
    if isinstance(event, SpyBegan | SpyEnded):
        return event.id
    call = live.calls.get(event.linked)
    return call.word(CALL) or call.id if call else event.linked


def _words(event: Event) -> str:  # noqa: PLR0911, PLR0912 - one sentence for each kind of event
    match event:
        case ChannelBorn(channel=channel):
            return "arrives" if is_caller(device_of(channel)) else ""
        case ChannelAnswered(id=id_, linked=linked):
            return "line answers" if id_ == linked else ""
        case VariableSet(name=name, value=value):
            return f"{name}={value}" if name != CALL else ""
        case DialBegan(device=device):
            return f"{device} rings"
        case DialEnded(device=device, status=status):
            return f"{device}: {status}"
        case BridgeEntered(channel=channel):
            return f"{device_of(channel)} joins"
        case BridgeLeft(id=id_, linked=linked):
            return "caller leaves the bridge" if id_ == linked else "the other leaves the bridge"
        case HoldChanged(held=held):
            return "on hold" if held else "back from hold"
        case HangupAsked(id=id_, linked=linked):
            return "caller hangs up" if id_ == linked else "the other hangs up"
        case ChannelGone():
            return ""
        case SpyBegan(channel=channel, heard=heard):
            return f"{device_of(channel)} listens to {device_of(heard)}"
        case SpyEnded():
            return "listening ends"
        case ReachChanged(reach=reach):
            return reach
        case QueueRinging(device=device, ringing=ringing):
            return f"survival queue {'rings' if ringing else 'no longer rings'} {device}"


def _ending(story: CallSummary) -> str:
    talks = ", ".join(
        f"{c.party} {(c.ended_at or story.ended_at or c.answered_at) - c.answered_at:.1f} s"
        for c in story.conversations
    )
    parts = [story.outcome, f"{LANGUAGE.removeprefix('ENGINE_').lower()} {story.language}", talks]
    if story.answered_at is not None:
        parts.append(f"waited {story.answered_at - story.arrived_at:.1f} s from arrival")
    if story.rating:
        parts.append(f"rated {story.rating}")
    return "; ".join(part for part in (*parts, f"ended by {story.ended_by}") if part)
