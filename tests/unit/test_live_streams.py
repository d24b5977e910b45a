"""Ten calls recorded from a real Asterisk 22.10.1, once by AMI and once by its channel event log."""

from dataclasses import fields, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from live_tables import STREAMS, ami, lived, log

from engine.cli.ami_capture import messages
from routing.live.ami_events import Message, header_value, read
from routing.live.call_summary import CallSummary
from routing.live.events import BridgeEntered, Event
from routing.live.live import Live
from routing.live.live_view import LiveView, view_of
from routing.live.resync import snapshot

AMI, LOG = ami(), log()
OUTCOMES = {
    "n1-1795354052000-0": "abandoned_waiting",
    "n1-1795354052000-1": "served",
    "n1-1795354056000-3": "served",
    "n1-1795354060000-5": "abandoned_in_menu",
    "n1-1795354060000-6": "failed",
    "n1-1795354061000-7": "transferred_1414",
    "n1-1795354071000-13": "served",
    "n1-1795354077000-16": "advice",
    "n1-1795354081000-18": "duty_phone",
    "n1-1795354084000-20": "abandoned_waiting",
}


def apart(one: CallSummary, other: CallSummary) -> float:
    """The largest difference of two stories in seconds; infinite when anything but a time differs."""
    largest = 0.0
    rows = {"conversations", "happened"}
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(one) if f.name not in rows]
    for a, b in zip(one.conversations, other.conversations, strict=True):
        pairs += [(getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
    ours, theirs = ([m for m in story.happened if m.kind != "hold"] for story in (one, other))
    for c, d in zip(ours, theirs, strict=True):  # the log has no row for a hold
        pairs += [(getattr(c, f.name), getattr(d, f.name)) for f in fields(c)]
    for a, b in pairs:
        if isinstance(a, float) and isinstance(b, float):
            largest = max(largest, abs(a - b))
        elif a != b:
            return float("inf")
    return largest


def test_every_recorded_call_has_its_outcome() -> None:
    assert {story.call_id: story.outcome for story in lived(AMI).ended()} == OUTCOMES


def test_ami_and_the_channel_event_log_tell_the_same_story() -> None:
    by_ami = {story.call_id: story for story in lived(AMI).ended()}
    by_log = {story.call_id: story for story in lived(LOG).ended()}
    assert by_ami.keys() == by_log.keys()
    assert max(apart(by_ami[call], by_log[call]) for call in by_ami) < 0.03


def test_survival_is_known_from_the_log_alone() -> None:
    assert [story.call_id for story in lived(LOG).ended() if story.survived] == ["n1-1795354071000-13"]


def test_a_stream_may_start_anywhere() -> None:
    for stream in (AMI, LOG):
        for first in range(len(stream)):
            live = lived(stream[first:])
            assert not live.calls
            for story in live.ended():
                assert story.outcome in OUTCOMES.values()


def test_every_event_twice_changes_nothing() -> None:
    for stream in (AMI, LOG):
        twice = [event for event in stream for _ in range(2)]
        assert list(lived(twice).ended()) == list(lived(stream).ended())


def test_a_stream_told_twice_from_the_start_tells_each_call_once() -> None:
    assert list(lived(AMI + AMI).ended()) == list(lived(AMI).ended())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_order_of_events_ever_raises(data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from([AMI, LOG]))
    prefix = stream[: data.draw(st.integers(0, len(stream)))]
    events = data.draw(st.permutations(prefix[-60:])) + data.draw(
        st.lists(st.sampled_from(stream), max_size=40)
    )
    live = Live()
    for event in events:
        live.apply(event)
        view_of(live)
    live.lose(frozenset(), 2e9)
    assert not live.calls
    assert all(story.outcome for story in live.ended())


def until_the_lists() -> tuple[list[Event], list[Message], float]:
    """The stream up to the lists recorded in its middle, those lists, and their moment."""
    text = (STREAMS / "ten-calls.ami").read_text("utf-8")
    before, lists, at = [], [], 0.0
    for message in messages(text.splitlines()):
        if header_value(message, "ActionID").startswith("snap1"):
            lists.append(message)
        elif lists:
            break
        elif event := read(message):
            before.append(event)
            at = event.at
    return before, lists, at


def known_to_a_snapshot(seen: LiveView) -> LiveView:
    """Without what no list of Asterisk tells: since when, and who is on hold. Trunk arrival to a second."""
    calls = [
        replace(c, arrived_at=None, talking_since=None, answered_at=None, held=False) for c in seen.calls
    ]
    return LiveView(tuple(sorted(calls, key=lambda c: c.id)), seen.phones)


def test_a_snapshot_knows_what_the_stream_had_told() -> None:
    before, lists, at = until_the_lists()
    status = [m for m in lists if header_value(m, "Event") == "Status"]
    devices = [m for m in lists if header_value(m, "Event") == "DeviceStateChange"]
    fresh = snapshot(at, status, devices)
    assert known_to_a_snapshot(view_of(fresh)) == known_to_a_snapshot(view_of(lived(before)))
    assert [call.talking_with for call in view_of(fresh).calls] in ([("c101",), ()], [(), ("c101",)])


def test_a_call_met_by_snapshot_ends_with_the_right_outcome_but_is_not_whole() -> None:
    before, lists, at = until_the_lists()
    live = snapshot(at, [m for m in lists if header_value(m, "Event") == "Status"], [])
    for event in AMI[len(before) :]:
        live.apply(event)
    stories = {story.call_id: story for story in live.ended()}
    assert {call: story.outcome for call, story in stories.items()} == OUTCOMES
    assert [call for call, story in stories.items() if not story.whole] == list(stories)[:2]


def test_a_lost_connection_keeps_the_past_and_takes_the_present_from_the_lists() -> None:
    before, lists, at = until_the_lists()
    missed = next(n for n, event in enumerate(before) if isinstance(event, BridgeEntered))
    fresh = snapshot(at, [m for m in lists if header_value(m, "Event") == "Status"], [])
    fresh.inherit(lived(before[:missed]), at)
    for event in AMI[len(before) :]:
        fresh.apply(event)
    served = next(story for story in fresh.ended() if story.call_id == "n1-1795354052000-1")
    whole = next(story for story in lived(AMI).ended() if story.call_id == served.call_id)
    # The conversation began unseen: it is known since the lists were asked, all else as if never away.
    assert served.answered_at == at
    talk = replace(whole.conversations[0], answered_at=at)
    rings = tuple(replace(one, until=at) for one in whole.happened if one.kind == "ring")
    assert served == replace(whole, answered_at=at, conversations=(talk,), happened=rings, whole=False)


def test_calls_that_ended_while_the_connection_was_lost_are_told_once() -> None:
    before, _, at = until_the_lists()
    fresh = snapshot(at, [], [])
    fresh.inherit(lived(before), at)
    assert not fresh.calls
    assert sorted((s.call_id, s.whole) for s in fresh.ended()) == [
        ("n1-1795354052000-0", False),
        ("n1-1795354052000-1", False),
    ]
