"""The engine is killed or stopped while calls are in every stage: none is cut, nothing asked twice (A1)."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import pytest

from recordings.model.call_record import CallRecord, Outcome
from tests.real.absence import back, gone, kill, silence
from tests.real.heard import names
from tests.real.line import RunningLine, now
from tests.real.spread import STAGES, Caller, Spread, consultants

pytestmark = pytest.mark.real

LATE = {"IVR111_UCC_RING_SECONDS": "12", "IVR111_RING_SECONDS": "10"}


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """A line with consultants enough."""
    running = RunningLine(**LATE)
    consultants(running, 24)
    running.start()
    yield running
    assert running.stop() == 0


async def killed(line: RunningLine) -> None:
    kill(line)


async def stopped(line: RunningLine) -> None:
    pid = line.pid("engine")
    kill(line, number=signal.SIGSTOP)
    await line.until(lambda: line.pid("engine") != pid, 10)


async def away(line: RunningLine) -> None:
    """Dead for 12 s: whole stages pass without it."""
    await gone(line)
    asyncio.get_running_loop().call_later(12, lambda: asyncio.ensure_future(back(line)))


Blow = Callable[[RunningLine], Awaitable[None]]


@pytest.mark.parametrize(("blow", "silent"), [(killed, 3.0), (stopped, 5.0), (away, 3.0)])
async def test_no_call_is_cut_and_no_stage_runs_twice(line: RunningLine, blow: Blow, silent: float) -> None:
    await strike(line, blow, silent, each=1)


@pytest.mark.drill
@pytest.mark.parametrize(("blow", "silent"), [(killed, 3.0), (stopped, 5.0), (away, 3.0)])
async def test_no_call_of_thirty_is_cut(line: RunningLine, blow: Blow, silent: float) -> None:
    await strike(line, blow, silent, each=4)


async def strike(line: RunningLine, blow: Blow, silent: float, each: int) -> None:
    """Spread calls over the stages, strike, let them end, and look at every one."""
    await line.until(line.engine_answers, 30)
    async with line.lab() as lab:
        since = now()
        spread = Spread(line, lab, each)
        await spread.bring()
        await blow(line)
        await spread.let_end()
        await line.until(line.engine_answers, 30)
        rows = await line.new_calls(len(spread.callers), since=since, within=10)
        by_number = {row.pii_caller: row for row in rows}
        wrong = [
            f"{caller.stage}: {fault}"
            for caller in spread.callers
            for fault in faults(line, caller, by_number[f"+7{caller.number}"], silent)
        ]
        seats = line.ask("consultants.list")["consultants"]
        assert ([], []) == (wrong, [s for s in seats if s["call_id"]])
        assert Counter(caller.stage for caller in spread.callers).keys() == set(STAGES)


def faults(line: RunningLine, caller: Caller, row: CallRecord, silent: float) -> list[str]:
    """What went wrong with one call, in words; empty when nothing did."""
    call, found = caller.call, []
    quiet = silence(call)
    if quiet > silent:
        found.append(f"{quiet:.1f} s of silence")
    asked = names(line, call, "kk/rate", "ru/rate")
    if len(asked) > 1:
        found.append(f"rating asked {len(asked)} times")
    chosen = names(line, call, f"{row.language}/welcome_choose")
    if len(chosen) > (2 if caller.stage == "menu" else 1):  # a key at once leaves too little to be found
        found.append(f"language asked {len(chosen)} times")
    if caller.stage in {"told", "1414_rings", "1414_talks"}:
        if (row.outcome, row.ucc_result) != (Outcome.TRANSFERRED_1414, "answered"):
            found.append(f"{row.outcome} {row.ucc_result}")
        notices = names(line, call, f"{row.language}/transfer_1414_notice")
        if len(notices) != (2 if caller.stage == "told" else 1):
            found.append(f"notice told {len(notices)} times")
    elif (row.outcome, row.rating) != (Outcome.SERVED, 4):
        found.append(f"{row.outcome} rating={row.rating}")
    if call.ended_by != "them":
        found.append("did not end by itself")
    return found
