"""The engine is dead and nobody is on shift: the duty phone serves, or advice is given for ever (A1)."""

import asyncio

import pytest

from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.real.absence import on_shift, silence, without_engine
from tests.real.heard import hears, names
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real


async def test_with_nobody_on_shift_the_duty_phone_serves_who_presses_1_and_else_advice_is_given_for_ever(
    line: RunningLine, lab: Lab
) -> None:
    duty = lab.duty(press_1=False, talk=4)
    await on_shift(line)
    since = now()
    async with without_engine(line):
        machine = lab.caller(Wait(1), Press("1"), HearTone(1000, 120), Wait(4), Press("5"))
        waiting = asyncio.create_task(machine.run(within=240))
        await line.until(lambda: bool(duty.phone.calls), 30)
        await line.until(lambda: not duty.phone.busy, 40)
        duty.press_1 = True
        serving = asyncio.create_task(lab.caller(Wait(1), Press("2"), HearTone(850, 40)).run())
        (call,) = machine.phone.calls
        await asyncio.gather(
            hears(line, call, "kk/advice", 40),
            line.until(
                lambda: duty.phone.calls[-1].answered_at is not None and len(duty.phone.calls) > 1, 40
            ),
        )
        await lab.consultant("c101", talk=2).start()
        served = await serving
        assert call is await waiting
    expected = ["kk/nobody_on_shift", "kk/duty_failed", "kk/advice"]
    assert expected == names(line, call, *expected)[:3]
    assert ["kk/rate_thanks"] == names(line, call, "kk/rate_thanks")
    assert ["ru/nobody_on_shift", "ru/goodbye"] == names(
        line, served, "ru/nobody_on_shift", "ru/goodbye", "ru/advice"
    )
    assert max(silence(call), silence(served)) < 3
    rows = await line.new_calls(2, since=since, within=10)
    first, second = sorted(rows, key=lambda row: row.arrived_at)
    assert (Outcome.SERVED, "c101", 5) == (first.outcome, first.served_by, first.rating)
    assert (Outcome.DUTY_PHONE, "ru", True) == (second.outcome, second.language, second.survived)
    assert second.answered_at is not None
    (recording,) = await line.recorded(second.call_id)
    assert {"left": {400}, "right": {850}} == heard_on(line, recording)
