"""What is recorded: both voices on their sides, through holds and phones that number their sound anew."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from lab.lab import Lab
from lab.robots import Consultant
from recordings.model.call_record import CallRecord
from recordings.model.recording import Recording
from tests.real.line import RunningLine, now
from tests.real.talking import Talk, seconds, spans, talk, team

pytestmark = pytest.mark.real

HELD = 2.5


@dataclass(frozen=True, slots=True)
class Told:
    """One conversation as it was, and as it was kept."""

    line: RunningLine
    talk: Talk
    call: CallRecord
    recordings: list[Recording]

    def caller(self, which: int = 0) -> list[tuple[float, float]]:
        return spans(self.line, self.recordings[which], "caller", self.talk.tone)

    def consultant(self, which: int = 0) -> list[tuple[float, float]]:
        return spans(self.line, self.recordings[which], "consultant", self.talk.theirs)


async def plain(one: Talk) -> None:
    await asyncio.sleep(4)
    await one.leg.hang_up()
    await asyncio.sleep(2)  # what the line says now must not be recorded
    await one.caller.hang_up()


async def held_twice(one: Talk) -> None:
    for new_ssrc in (False, True):
        await asyncio.sleep(2.5)
        await one.leg.hold()
        await asyncio.sleep(HELD)
        await one.leg.unhold(renumber=True, new_ssrc=new_ssrc)
    await asyncio.sleep(3)
    await one.caller.hang_up()


async def held_by_the_operator(one: Talk) -> None:
    await asyncio.sleep(2.5)
    await one.caller.hold()
    await asyncio.sleep(HELD)
    await one.caller.unhold(renumber=True)
    await asyncio.sleep(3)
    await one.caller.hang_up()


async def muted(one: Talk) -> None:
    await asyncio.sleep(2)
    one.leg.stream.paused = True  # a phone that sends nothing while nobody speaks
    await asyncio.sleep(9)
    one.leg.stream.paused = False
    await asyncio.sleep(2)
    await one.caller.hang_up()


def numbered_anew(side: str) -> Callable[[Talk], Awaitable[None]]:
    async def story(one: Talk) -> None:
        stream = one.leg.stream if side == "consultant" else one.caller.stream
        await asyncio.sleep(4)
        stream.numbering.renumber(lower=True)
        await asyncio.sleep(10)
        await one.caller.hang_up()

    return story


FIRST = {400: plain, 450: held_twice, 500: held_by_the_operator}
SECOND = {
    550: numbered_anew("consultant"),
    600: numbered_anew("caller"),
    650: muted,
}


@pytest.fixture(scope="module")
def told(line: RunningLine) -> dict[int, Told]:
    """All conversations, by the caller's tone."""
    return asyncio.run(_all(line))


async def _all(line: RunningLine) -> dict[int, Told]:
    found = {}
    for stories in (FIRST, SECOND):
        async with line.lab() as lab:
            since = now()
            talks = await _tell(lab, await team(lab, "c101", "c102", "c103"), stories)
            rows = {row.pii_caller: row for row in await line.new_calls(len(stories), since=since, within=15)}
        for each in talks:
            row = rows[each.number]
            found[each.tone] = Told(line, each, row, await line.recorded(row.call_id))
    return found


async def _tell(
    lab: Lab, consultants: list[Consultant], stories: dict[int, Callable[[Talk], Awaitable[None]]]
) -> list[Talk]:
    async def one(frequency: int) -> Talk:
        each = await talk(lab, consultants, frequency)
        await stories[frequency](each)
        return each

    return await asyncio.gather(*(one(frequency) for frequency in stories))


def test_both_voices_are_on_their_sides_from_the_first_word_to_the_last_and_nothing_else(
    told: dict[int, Told],
) -> None:
    one = told[400]
    (connection,), (recording,) = one.call.connections, one.recordings
    assert connection.ended_at
    lasted = (connection.ended_at - connection.answered_at).total_seconds()
    assert recording.seconds
    assert abs(recording.seconds - lasted) < 0.5
    assert seconds(one.caller()) > lasted - 0.5
    assert seconds(one.consultant()) > lasted - 0.5
    assert [] == spans(one.line, recording, "consultant", one.talk.tone)
    assert [] == spans(one.line, recording, "caller", one.talk.theirs)
    assert recording.checks == ()
    assert one.call.call_id in str(recording.stereo_file)
    assert "7700" not in str(recording.stereo_file)
    (segment,) = recording.segments
    assert segment.caller_file
    assert segment.consultant_file


def test_after_each_hold_both_are_recorded_though_the_phone_begins_to_number_anew(
    told: dict[int, Told],
) -> None:
    one = told[450]
    (recording,) = one.recordings
    # At the second hold the recorder sits on the holder's channel, and moves to where the music is.
    assert [1, 2, 3, 4] == [segment.number for segment in recording.segments]
    (connection,) = one.call.connections
    assert connection.ended_at
    lasted = (connection.ended_at - connection.answered_at).total_seconds()
    assert recording.seconds == pytest.approx(lasted, abs=0.3)  # nothing is lost between two recorders
    first, second, third = one.consultant()
    assert second[0] - first[1] == pytest.approx(HELD, abs=0.6)
    assert third[0] - second[1] == pytest.approx(HELD, abs=0.6)
    assert third[1] - third[0] > 2
    assert recording.seconds
    assert seconds(one.caller()) > recording.seconds - 1.0
    assert recording.checks == ()


def test_the_caller_hears_music_at_once_while_held(told: dict[int, Told]) -> None:
    one = told[450].talk
    offered = one.leg.seen("200 INVITE", outgoing=False)[0]
    heard = one.caller.ear.first_sound(offered + 0.2)
    assert heard is not None
    assert heard - offered < 0.5
    assert one.theirs not in one.caller.ear.tones([one.theirs], offered + 0.2, offered + HELD - 0.2)


def test_after_a_hold_by_the_operator_both_are_recorded(told: dict[int, Told]) -> None:
    one = told[500]
    (recording,) = one.recordings
    first, second = one.caller()
    assert second[0] - first[1] == pytest.approx(HELD, abs=0.6)
    assert second[1] - second[0] > 2
    assert recording.seconds
    assert seconds(one.consultant()) > recording.seconds - 1.0
    assert recording.checks == ()


@pytest.mark.parametrize(("frequency", "side"), [(550, "consultant"), (600, "caller")])
def test_a_phone_that_numbers_anew_in_mid_conversation_is_soon_recorded_again(
    told: dict[int, Told], frequency: int, side: str
) -> None:
    one = told[frequency]
    (recording,) = one.recordings
    lost, kept = (one.caller(), one.consultant()) if side == "caller" else (one.consultant(), one.caller())
    first, second = lost
    assert second[0] - first[1] < 5.5
    assert second[1] - second[0] > 4
    assert recording.seconds
    assert seconds(kept) > recording.seconds - 1.0
    assert recording.seconds == pytest.approx(14, abs=1)


def test_a_phone_that_sends_nothing_for_a_while_costs_no_new_start(told: dict[int, Told]) -> None:
    one = told[650]
    assert [1] == [segment.number for segment in one.recordings[0].segments]
