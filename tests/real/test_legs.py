"""Legs that are silent, held, or heard from elsewhere: who is next, what is heard, what the board says."""

import asyncio
import time

import pytest

from engine.cli.journal import number_keys
from lab.ear import Ear
from lab.lab import Lab
from recordings.journal.reading import Reader
from tests.real.absence import on_shift
from tests.real.line import RunningLine, now
from tests.real.talking import dial, served

pytestmark = pytest.mark.real


async def test_sound_that_moves_to_another_port_is_heard_again_both_ways_and_told(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    since = now()
    caller = await dial(lab, 500)
    talk = await served(caller, [consultant], 500)
    await asyncio.sleep(1.0)
    caller.stream.move()
    moved = time.monotonic()
    await asyncio.sleep(0.5)
    assert [] == talk.leg.ear.tone_times(500, moved + 0.2)
    await until_heard(talk.leg.ear, 500, moved + 0.5)
    await until_heard(caller.ear, talk.theirs, moved + 0.5)
    caller.stream.numbering.renumber(new_ssrc=True)
    caller.stream.move()
    again = time.monotonic()
    await until_heard(talk.leg.ear, 500, again + 0.5)
    await caller.hang_up()
    [row] = await line.new_calls(since=since)
    told = await moments(line, row.call_id)
    assert ["sound_unheard_caller", "sound_unheard_caller_ended", "sound_followed_caller"] == told[:3]


async def test_a_vanished_caller_is_passed_over_and_has_the_old_place_when_it_comes_back(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    first = await dial(lab, 500)
    talk = await served(first, [consultant], 500)
    vanished = await dial(lab, 550)
    await asyncio.sleep(1.5)
    muted = await dial(lab, 600)
    await asyncio.sleep(1.5)
    muted.stream.paused = True  # not one packet, but it answers: no silence makes it wait
    vanished.phone.unplug()
    last = await dial(lab, 650)
    await line.until(lambda: [True, False, False] == unanswered(line), 25)
    alerts = line.ask("board.show")["alerts"]
    assert ["caller_unanswered"] == [one["kind"] for one in alerts if one["kind"].startswith("caller_")]
    await first.hang_up()
    await line.until(lambda: len(consultant.served) == 2, 15)
    muted.stream.paused = False
    talk = await served(muted, [consultant], 600)
    vanished.phone.unplug(out=False)
    await line.until(lambda: [False, False] == unanswered(line), 25)
    await muted.hang_up()
    talk = await served(vanished, [consultant], 550)  # before the one who came after it
    await vanished.hang_up()
    talk = await served(last, [consultant], 650)
    await talk.caller.hang_up()


async def test_a_consultant_who_answers_a_held_caller_hears_music_until_the_operator_lets_go(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    first = await dial(lab, 500)
    await served(first, [consultant], 500)
    held = await dial(lab, 550)
    await asyncio.sleep(2.0)
    assert 200 == await held.hold("inactive")
    await line.until(lambda: any(one["held"] for one in callers(line)), 10)
    await first.hang_up()
    await line.until(lambda: len(consultant.served) == 2, 20)
    leg = consultant.served[-1]
    await leg.hears_sound(10)
    assert 200 == await held.unhold()
    back = time.monotonic()
    await until_heard(leg.ear, 550, back)
    await until_heard(held.ear, consultant.phone.voice.frequency, back)
    await line.until(lambda: not any(one["held"] for one in callers(line)), 10)
    await held.hang_up()


async def until_heard(ear: Ear, frequency: int, since: float, within: float = 12.0) -> None:
    """Until an ear hears a tone after a moment."""
    end = time.monotonic() + within
    while not ear.tone_times(frequency, since):
        assert time.monotonic() < end, f"{frequency} Hz was not heard"
        await asyncio.sleep(0.1)


async def moments(line: RunningLine, call_id: str) -> list[str]:
    """What `calls show` has to tell of a call's legs."""
    reader = Reader.open(line.settings.database, number_keys(line.settings))
    try:
        return [one.kind for one in await reader.leg_alarms(call_id)]
    finally:
        await reader.close()


def callers(line: RunningLine) -> list[dict[str, object]]:
    """Those on the line as `queue show --json` has them."""
    return list(line.ask("queue.show")["callers"])


def unanswered(line: RunningLine) -> list[bool]:
    """Of those who wait, in order: who gives no sign of life."""
    return [bool(one["unanswered"]) for one in callers(line) if one["state"] == "waiting"]
