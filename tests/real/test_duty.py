"""Nobody on shift, the engine alive: the duty phone rings, only a person who presses 1 is an answer (A1)."""

import asyncio

import pytest

from lab.call import Call
from lab.lab import Lab
from lab.policy import BUSY, Answer, Policy, Silent
from recordings.model.call_record import Outcome
from tests.real.absence import on_shift, silence
from tests.real.heard import hears, names
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real

HEARD = ("ru/nobody_on_shift", "ru/duty_failed", "ru/advice", "ru/rate", "ru/goodbye")


async def test_only_who_presses_1_is_an_answer_and_else_advice_follows_as_long_as_the_caller_stays(
    line: RunningLine, lab: Lab
) -> None:
    duty = lab.duty(press_1=False)
    persons, machine_that_hangs_up = [], []

    def answer(call: Call) -> Policy:
        """One after the other: a person, a machine, a machine that hangs up, busy, dead."""
        nth = len(duty.phone.calls) - 1
        if nth == 0:
            persons.append(call)
        elif nth == 2:
            machine_that_hangs_up.append(call)
        return (Answer(0.5), Answer(0.5), Answer(0.5), BUSY, Silent())[nth]

    duty.phone.policy = answer
    await on_shift(line)
    since = now()
    calls = []
    for nth in range(5):
        calls.append(await arrives(lab))
        await line.until(lambda nth=nth: len(duty.phone.calls) == nth + 1, 20)
        if nth == 0:
            await persons[0].hears_sound(10)
            await persons[0].press("1")
            await calls[0].hears(850, 5)
        if nth == 2:
            await machine_that_hangs_up[0].hears_sound(10)
            await machine_that_hangs_up[0].hang_up()
    await persons[0].hang_up()
    served, *advised = calls
    await served.ended(10)
    await asyncio.gather(*(hears(line, call, "ru/advice", 40) for call in advised))
    await asyncio.gather(*(call.hang_up() for call in advised))
    assert ["ru/nobody_on_shift", "ru/goodbye"] == names(line, served, *HEARD)
    assert [["ru/nobody_on_shift", "ru/duty_failed", "ru/advice"]] * 4 == [
        names(line, call, *HEARD)[:3] for call in advised
    ]
    assert [] == [quiet for call in calls if (quiet := silence(call)) > 3]
    rows = sorted(await line.new_calls(5, since=since), key=lambda row: row.arrived_at)
    assert [Outcome.DUTY_PHONE] + [Outcome.ADVICE] * 4 == [row.outcome for row in rows]
    assert [True] + [False] * 4 == [row.answered_at is not None for row in rows]
    assert ["caller"] * 4 == [row.ended_by for row in rows[1:]]
    (recording,) = await line.recorded(rows[0].call_id)
    assert {"left": {400}, "right": {850}} == heard_on(line, recording)


async def arrives(lab: Lab) -> Call:
    """A caller who chooses Russian."""
    call = await lab.trunk_phone().dial("111")
    await call.answered(10)
    await asyncio.sleep(1)
    await call.press("2")
    return call
