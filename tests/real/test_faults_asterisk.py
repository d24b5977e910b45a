"""Asterisk is killed in the middle of calls: it comes back, nobody is stuck, recordings are whole (X5)."""

import asyncio

import pytest

from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.absence import kill, on_shift
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real


async def test_after_a_killed_asterisk_the_next_call_works_and_the_cut_one_is_in_the_journal_with_its_sound(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    await on_shift(line, "c101")
    first = since = now()
    talking = asyncio.create_task(lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(90)).run())
    waiting = asyncio.create_task(lab.caller(Wait(1), Press("2"), Wait(90)).run())
    await line.until(lambda: bool(consultant.served), 20)
    await asyncio.sleep(6)
    pid = line.pid("asterisk")
    kill(line, "asterisk")
    await line.until(lambda: line.pid("asterisk") != pid, 15)
    for task in (talking, waiting):
        task.cancel()
    consultant.phone.calls[-1].mark_ended("them")
    await line.until(line.engine_answers, 30)
    cut, left = sorted(await line.new_calls(2, since=since, within=10), key=lambda row: row.served_by is None)
    assert (Outcome.SERVED, "c101") == (cut.outcome, cut.served_by)
    assert cut.ended_at is not None
    assert left.answered_at is None
    (recording,) = await line.recorded(cut.call_id)
    assert {"left": {400}, "right": {1000}} == heard_on(line, recording, at_least=3.0)
    await consultant.start()
    await on_shift(line, "c101")
    consultant.talk = 2
    since = now()
    await lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(5), Press("5")).run()
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, 5, False) == (row.outcome, row.rating, row.survived)
    # Each call once, also those that Asterisk took with it.
    every = [c.call_id for c in await line.calls() if c.arrived_at >= first]
    assert sorted((cut.call_id, left.call_id, row.call_id)) == sorted(every)
