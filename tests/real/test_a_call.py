"""A call from the first ring to the rating, heard end to end."""

import asyncio

import pytest

from lab.lab import Lab
from lab.robots import HangUp, HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real


async def test_a_kazakh_caller_is_served_and_rates_the_consultant(line: RunningLine, lab: Lab) -> None:
    consultant = await lab.consultant("c101", talk=3).start()
    since = now()
    call = await lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(5), Press("5")).run()
    assert "them" == call.ended_by
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, "kk", "c101", 5) == (row.outcome, row.language, row.served_by, row.rating)
    assert row.ended_by == "consultant"
    (recording,) = await line.recorded(row.call_id)
    assert {"left": {400}, "right": {1000}} == heard_on(line, recording)
    assert 1 == len(consultant.served)


async def test_a_caller_who_presses_nothing_is_asked_twice_and_served_in_the_default_language(
    line: RunningLine, lab: Lab
) -> None:
    await lab.consultant("c101", talk=2).start()
    since = now()
    call = await lab.caller(HearTone(1000, 30), HangUp()).run()
    (row,) = await line.new_calls(since=since)
    assert "kk" == row.language
    assert call is not None
    assert (row.queued_at - row.line_answered_at).total_seconds() <= 20


async def test_from_answer_to_the_queue_it_takes_at_most_twelve_seconds_with_the_first_choice(
    line: RunningLine, lab: Lab
) -> None:
    await lab.consultant("c102", talk=2).start()
    since = now()
    await lab.caller(Wait(6), Press("2"), HearTone(1100, 20), HangUp()).run()
    (row,) = await line.new_calls(since=since)
    assert "ru" == row.language
    assert (row.queued_at - row.line_answered_at).total_seconds() <= 12


async def test_a_caller_who_hangs_up_while_waiting_is_abandoned_and_blocks_nobody(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", answer_after=30).start()
    since = now()
    await lab.caller(Wait(1), Press("1"), Wait(6), HangUp()).run()
    (row,) = await line.new_calls(since=since)
    assert (Outcome.ABANDONED_WAITING, "caller", None) == (row.outcome, row.ended_by, row.answered_at)
    await asyncio.sleep(0.3)
    assert consultant.call is None
