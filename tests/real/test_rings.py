"""Who is rung, and what happens when a phone does not answer, refuses, or dies; the rating after it all."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

import pytest

from lab.lab import Lab
from lab.policy import Policy, Reject
from lab.robots import Consultant
from recordings.model.call_record import CallRecord, Outcome
from tests.real.line import RunningLine, now
from tests.real.talking import Talk, dial, served, talk, talks, team, told_at

pytestmark = pytest.mark.real


def rung(*consultants: Consultant) -> list[str]:
    """Ids of those whose phones were rung, in order."""
    calls = [
        (call.seen("INVITE", outgoing=False)[0], one.phone.user)
        for one in consultants
        for call in one.phone.calls
    ]
    return [id_ for _, id_ in sorted(calls)]


async def test_the_longest_idle_is_rung_first(line: RunningLine, lab: Lab) -> None:
    two = await team(lab, "c103", "c101")
    for frequency in (400, 450, 500, 550):
        one = await talk(lab, two, frequency)
        await one.caller.hang_up()
        await one.leg.ended(3)
    assert ["c103", "c101", "c103", "c101"] == rung(*two)


async def test_a_missed_a_busy_and_a_refused_ring_each_go_on_to_the_next(line: RunningLine, lab: Lab) -> None:
    since = now()
    four = await team(lab, "c101", "c102", "c103", "c104")
    refusals: list[Policy] = [Reject(486), Reject(603)]
    ways = {one.phone.user: policy for one, policy in zip(four, refusals, strict=False)}
    four[2].answer_after = 60
    for one in four[:2]:
        one.phone.policy = ways[one.phone.user]
    frequency = 400
    one = await served(await dial(lab, frequency), four, frequency)
    assert "c104" == one.id
    await one.caller.hang_up()
    (row,) = await line.new_calls(since=since)
    assert ["c104"] == [c.party for c in row.connections]
    (recording,) = await line.recorded(row.call_id)
    assert 1 == recording.connection


async def test_the_last_available_consultant_is_rung_again_and_never_paused(
    line: RunningLine, lab: Lab
) -> None:
    since = now()
    (last,) = await team(lab, "c101")
    last.answer_after = 60
    call = await dial(lab, 450)
    async with asyncio.timeout(25):
        while len(last.phone.calls) < 2:
            await asyncio.sleep(0.1)
    last.answer_after = 0.2
    one = await served(call, [last], 450)
    await one.caller.hang_up()
    (row,) = await line.new_calls(since=since)
    assert Outcome.SERVED == row.outcome


@dataclass(slots=True)
class Fallen:
    """What happened to a caller whose consultant's phone died."""

    line: RunningLine
    talk: Talk
    back: Talk
    unplugged: float
    row: CallRecord
    quiet: bool  # another conversation, of a phone that said nothing meanwhile, went on


@pytest.fixture(scope="module")
def fallen(line: RunningLine) -> Iterator[Fallen]:
    """A phone dies in mid-conversation, and stays dead."""
    yield asyncio.run(_fall(line))


async def _fall(line: RunningLine) -> Fallen:
    async with line.lab() as lab:
        (quiet,) = await team(lab, "c103")
        beside = await talk(lab, [quiet], 550)
        beside.leg.stream.paused = True
        since = now()
        two = await team(lab, "c101", "c102")
        one = await talk(lab, two, 500)
        await asyncio.sleep(2)
        at = monotonic()
        one.consultant.phone.unplug()
        back = await served(one.caller, [other for other in two if other is not one.consultant], 500, 40)
        await asyncio.sleep(2)
        await one.caller.hang_up()
        (row,) = await line.new_calls(since=since)
        await line.recorded(row.call_id, 2)
        beside.leg.stream.paused = False
        await beside.caller.hears(beside.theirs, 3)
        return Fallen(line, one, back, at, row, beside.leg.state == "talking")


def test_a_caller_whose_consultants_phone_died_is_told_so_and_served_by_another(fallen: Fallen) -> None:
    heard = told_at(fallen.line, fallen.talk.caller, "kk", "connection_lost")
    assert heard is not None
    assert 10 <= heard[0] - fallen.unplugged < 22
    assert [fallen.talk.id, fallen.back.id] == [c.party for c in fallen.row.connections]
    assert Outcome.SERVED == fallen.row.outcome
    assert not fallen.row.rating_asked


def test_a_reachable_phone_that_sends_nothing_is_never_cut_off(fallen: Fallen) -> None:
    assert fallen.quiet


async def test_a_phone_that_dies_while_it_rings_costs_one_ring(line: RunningLine, lab: Lab) -> None:
    two = await team(lab, "c101", "c104")
    for one in two:
        one.answer_after = 3
    call = await dial(lab, 600)
    async with asyncio.timeout(20):
        while not any(one.call for one in two):
            await asyncio.sleep(0.05)
    dying = next(one for one in two if one.call)
    dying.phone.unplug()
    at = monotonic()
    other = next(one for one in two if one is not dying)
    await served(call, [other], 600, 20)
    assert monotonic() - at < 12
    await call.hang_up()


async def test_the_rating_is_asked_at_once_and_a_digit_acts_in_mid_prompt(
    line: RunningLine, lab: Lab
) -> None:
    since = now()
    four = await team(lab, "c101", "c102", "c103", "c104")
    asked, wrong, silent, gone = await talks(lab, four, 400, 450, 500, 550)
    await asyncio.sleep(1)
    ended = monotonic()
    await asyncio.gather(*(one.leg.hang_up() for one in (asked, wrong, silent)))
    await gone.caller.hang_up()
    began = await asked.caller.hears_sound(2, ended)
    assert began - ended < 0.5
    await asyncio.sleep(0.7)
    pressed = monotonic()
    await asked.caller.press("4")
    await wrong.caller.press("9")
    await asyncio.gather(*(one.caller.ended(20) for one in (asked, wrong, silent)))
    rows = {row.pii_caller: row for row in await line.new_calls(4, since=since)}
    assert [4, None, None, None] == [rows[one.number].rating for one in (asked, wrong, silent, gone)]
    assert [True, True, True, False] == [
        rows[one.number].rating_asked for one in (asked, wrong, silent, gone)
    ]
    thanks = told_at(line, asked.caller, "kk", "rate_thanks")
    assert thanks is not None
    assert thanks[0] - pressed < 0.5
    assert told_at(line, wrong.caller, "kk", "rate_thanks") is None
    assert told_at(line, wrong.caller, "kk", "rate") is not None
    for one in (wrong, silent):
        assert told_at(line, one.caller, "kk", "goodbye") is not None
    assert "caller" == rows[gone.number].ended_by
