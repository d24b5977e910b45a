"""What consultants and 1414 do while the engine is dead is known to the next one (A1)."""

import asyncio

import pytest

from config.reasons import PAUSE_BYTES
from dialplan.words import SURVIVAL_QUEUE
from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.absence import back as engine_back
from tests.real.absence import gone, on_shift, silence, without_engine
from tests.real.asterisk import console
from tests.real.heard import hears, names
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real


async def test_pauses_and_releases_by_feature_code_count_while_the_engine_is_dead_and_after_its_return(
    line: RunningLine, lab: Lab
) -> None:
    pausing = await lab.consultant("c101", talk=2).start()
    releasing = await lab.consultant("c102", talk=2).start()
    line.ask("consultants.pause", id="c102", reason="lunch")
    await on_shift(line, "c101")
    async with without_engine(line):
        for consultant, code in ((pausing, "*224"), (releasing, "*23")):
            await (await consultant.dial(code)).ended(10)
        await lab.caller(Wait(1), Press("1"), HearTone(1100, 20), Wait(4), Press("5")).run()
        assert [] == pausing.served
    await on_shift(line, "c102")
    seats = {seat["id"]: seat["paused"] for seat in line.ask("consultants.list")["consultants"]}
    assert ("technical", None) == (seats["c101"], seats["c102"])
    line.ask("consultants.unpause", id="c101")


async def test_the_longest_reason_of_a_pause_stands_whole_in_survival_s_queue_where_a_longer_one_is_cut(
    line: RunningLine, lab: Lab
) -> None:
    await lab.consultant("c101", talk=2).start()
    await on_shift(line, "c101")
    paused = f"queue pause member PJSIP/c101 queue {SURVIVAL_QUEUE} reason"
    for longest, cut in (("ұ" * 39 + "x", "x"), ("x" * PAUSE_BYTES, "x")):
        line.ask("consultants.pause", id="c101", reason=longest)
        await line.until(lambda said=longest: f"paused:{said} was" in console(line, "queue show"), 10)
        console(line, f"{paused} {longest}{cut}")
        assert f"paused:{longest} was" in console(line, "queue show")
        line.ask("consultants.unpause", id="c101")
        await on_shift(line, "c101")


async def test_killed_while_the_caller_is_told_that_1414_is_busy_survival_goes_back_to_the_same_consultant(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101", talk=None).start()
    other = await lab.consultant("c102", talk=None).start()
    lab.ucc("busy")
    await on_shift(line, "c101", "c102")
    since = now()
    caller = lab.caller(Wait(1), Press("2"), Wait(120))
    going = asyncio.create_task(caller.run())
    await line.until(lambda: bool(consultant.served or other.served), 20)
    serving = consultant if consultant.served else other
    await asyncio.sleep(1)
    await serving.press("*14")
    (call,) = caller.phone.calls
    await hears(line, call, "ru/ucc_busy", 30)
    await gone(line)
    await line.until(lambda: len(serving.served) == 2, 20)
    await asyncio.sleep(1)
    await serving.hang_up()
    await hears(line, call, "ru/rate", 10)
    await call.press("2")
    await call.ended(20)
    going.cancel()
    await engine_back(line)
    told = ("ru/transfer_1414_notice", "ru/ucc_busy", "ru/rate")
    assert list(told) == names(line, call, *told)
    assert silence(call) < 3
    (row,) = await line.new_calls(since=since, within=10)
    assert (Outcome.SERVED, "busy", 2) == (row.outcome, row.ucc_result, row.rating)
    assert row.notice_at is not None
    assert 2 == len(await line.recorded(row.call_id, 2))
