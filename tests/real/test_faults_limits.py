"""No limit of any kind ends a conversation between two people, nor a caller who waits (A1)."""

import asyncio
from collections.abc import Iterator

import pytest

from lab.robots import HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.absence import on_shift, silence
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

LEAST = {
    "IVR111_RING_SECONDS": "3",
    "IVR111_MISSED_RING_SECONDS": "1",
    "IVR111_COMFORT_SECONDS": "1",
    "IVR111_UCC_RING_SECONDS": "3",
    "IVR111_DUTY_RING_SECONDS": "3",
    "IVR111_ADVICE_SECONDS": "1",
    "IVR111_PROBE_SECONDS": "0.2",
    "IVR111_PROBE_DEADLINE": "1",
    "IVR111_AGI_REPLY_DEADLINE": "1",
    "IVR111_LAW_WAIT_SECONDS": "1",
}
LONG = 40.0  # seconds: more than all of them together


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """A line with every limit at its least."""
    running = RunningLine(**LEAST).start()
    yield running
    assert running.stop() == 0


async def test_a_conversation_and_a_wait_outlast_every_configured_limit(line: RunningLine) -> None:
    async with line.lab() as lab:
        consultant = await lab.consultant("c101", talk=LONG).start()
        await on_shift(line, "c101")
        since = now()
        talking = asyncio.create_task(lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(LONG)).run())
        await line.until(lambda: bool(consultant.served), 20)
        waiting = asyncio.create_task(
            lab.caller(Wait(1), Press("1"), HearTone(1000, LONG + 30), Wait(5), Press("5")).run()
        )
        await line.until(lambda: consultant.served[0].state == "ended", LONG + 10)
        consultant.talk = 3.0
        calls = await asyncio.gather(talking, waiting)
        assert [] == [call for call in calls if silence(call) > 3 or call.ended_by != "them"]
        rows = await line.new_calls(2, since=since)
        first, second = sorted(rows, key=lambda row: row.arrived_at)
        assert [Outcome.SERVED] * 2 == [first.outcome, second.outcome]
        assert first.answered_at and first.conversation_ended_at and second.answered_at
        assert (first.conversation_ended_at - first.answered_at).total_seconds() == pytest.approx(LONG, abs=1)
        assert (second.answered_at - second.arrived_at).total_seconds() > LONG - 5
        assert 5 == second.rating
