"""The engine dead for a while, many callers, one consultant: served and fetched in order (A1)."""

import asyncio
from collections.abc import Iterator

import pytest

from lab.call import Call
from lab.lab import Lab
from lab.robots import Consultant
from recordings.model.call_record import CallRecord, Outcome
from tests.real.absence import back, gone, on_shift, silence
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

RING = {"IVR111_RING_SECONDS": "15"}


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """A line whose phones ring long enough for a slow consultant."""
    running = RunningLine(**RING).start()
    yield running
    assert running.stop() == 0


async def test_ten_callers_and_one_slow_consultant_are_served_in_order(line: RunningLine, lab: Lab) -> None:
    await slow_consultant(line, lab, callers=10, answer_after=1.0)


@pytest.mark.drill
async def test_with_the_engine_dead_for_ninety_seconds_ten_callers_are_served_in_order(
    line: RunningLine, lab: Lab
) -> None:
    await slow_consultant(line, lab, callers=10, answer_after=8.0, dead=90.0)


async def slow_consultant(
    line: RunningLine, lab: Lab, *, callers: int, answer_after: float, dead: float | None = None
) -> None:
    """Callers half a second apart; the engine returns after `dead` s, else while the fourth is rung for."""
    consultant = await lab.consultant("c101", answer_after=answer_after, talk=1.5).start()
    await on_shift(line, "c101")
    since = now()
    await gone(line)
    returning = asyncio.create_task(returns(line, consultant, dead))
    calls = []
    for _ in range(callers):
        calls.append(asyncio.create_task(one(lab)))
        await asyncio.sleep(0.5)
    ended = await asyncio.gather(*calls)
    await returning
    assert [] == [call for call in ended if silence(call) > 3 or call.ended_by != "them"]
    rows = await line.new_calls(callers, since=since, within=10)
    assert {(Outcome.SERVED, "c101")} == {(row.outcome, row.served_by) for row in rows}
    assert in_order(rows)
    rings = consultant.phone.calls
    cut = [ring for ring in rings if ring.answered_at is None]
    assert (callers, []) == (len(rings), cut)  # each rung once, and none cut short or rung beside another
    known = [row.call_id for row in sorted(rows, key=lambda row: row.queued_at or row.arrived_at)]
    log = line.engine_log()
    fetched = [entry["call"] for entry in log if entry["event"] == "call_taken" and entry["stage"] == "wait"]
    assigned = [entry["call"] for entry in log if entry["event"] == "call_assigned"]
    assert fetched == assigned == [call_id for call_id in known if call_id in fetched]
    assert dead or len(fetched) >= 4


async def returns(line: RunningLine, consultant: Consultant, dead: float | None) -> None:
    """Let the engine back."""
    if dead is None:
        await line.until(lambda: len(consultant.served) == 3, 40)
        consultant.answer_after = 6.0
        await line.until(lambda: len(consultant.phone.calls) == 4, 20)
    await asyncio.sleep(dead or 0.0)
    await back(line)
    assert dead or consultant.phone.calls[3].state == "ringing", "the engine came back too late for this test"
    consultant.answer_after = 8.0 if dead else 1.0


async def one(lab: Lab) -> Call:
    """A caller who chooses Russian, waits for as long as it takes, and rates."""
    call = await lab.trunk_phone().dial("111")
    await call.answered(10)
    await asyncio.sleep(1)
    await call.press("2")
    while call.state != "ended":
        await asyncio.sleep(2)
        if call.state == "talking":
            await call.press("5")
    return call


def in_order(rows: list[CallRecord]) -> bool:
    """Whether who came first was served first."""
    by_place = sorted(rows, key=lambda row: row.queued_at or row.arrived_at)
    served = [row.answered_at for row in by_place]
    return None not in served and served == sorted(served, key=lambda at: at.timestamp() if at else 0.0)
