"""Nobody on shift, the engine alive: the duty phone rings, only a person who presses 1 is an answer (A1)."""

import asyncio

import pytest

from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.policy import BUSY, Answer, Policy, Silent
from lab.sip import header
from recordings.model.call_record import Outcome
from tests.real.absence import on_shift, silence
from tests.real.heard import hears, names
from tests.real.line import RunningLine, now
from tests.real.sound import heard_on

pytestmark = pytest.mark.real

HEARD = ("ru/nobody_on_shift", "ru/duty_failed", "ru/advice", "ru/rate", "ru/goodbye")


PERSON, MACHINE, HANGS_UP, BUSY_PHONE, DEAD = NUMBERS = [f"7000000{n:03d}" for n in range(1, 6)]
WAYS: dict[str, Policy] = {
    PERSON: Answer(0.5),
    MACHINE: Answer(0.5),
    HANGS_UP: Answer(0.5),
    BUSY_PHONE: BUSY,
    DEAD: Silent(),
}


async def test_only_who_presses_1_is_an_answer_and_else_advice_follows_as_long_as_the_caller_stays(
    line: RunningLine, lab: Lab
) -> None:
    duty = lab.duty(press_1=False)
    rung: dict[str, Call] = {}

    def answer(call: Call) -> Policy:
        """For each caller another one: a person, a machine, a machine that hangs up, busy, dead."""
        assert call.invitation is not None
        shown = header(call.invitation, "from")
        number = next(number for number in NUMBERS if number in shown)
        assert number not in rung
        rung[number] = call
        return WAYS[number]

    duty.phone.policy = answer
    await on_shift(line)
    since = now()
    calls = dict(
        zip(NUMBERS, await asyncio.gather(*(arrives(lab, number) for number in NUMBERS)), strict=True)
    )
    served, *advised = calls.values()
    await line.until(lambda: set(NUMBERS) == set(rung), 30)
    advice = [asyncio.create_task(hears(line, call, "ru/advice", 60)) for call in advised]
    await asyncio.gather(*(rung[number].hears_sound(10) for number in (PERSON, HANGS_UP)))
    await asyncio.gather(rung[PERSON].press("1"), rung[HANGS_UP].hang_up())
    await served.hears(850, 5)
    await asyncio.sleep(3)
    await rung[PERSON].hang_up()
    await served.ended(10)
    await asyncio.gather(*advice)
    await asyncio.gather(*(call.hang_up() for call in advised))
    assert ["ru/nobody_on_shift", "ru/goodbye"] == names(line, served, *HEARD)
    assert [["ru/nobody_on_shift", "ru/duty_failed", "ru/advice"]] * 4 == [
        names(line, call, *HEARD)[:3] for call in advised
    ]
    assert [] == [quiet for call in calls if (quiet := silence(call)) > 3]
    rows = {row.pii_caller: row for row in await line.new_calls(5, since=since)}
    first, *others = (rows[f"+7{number}"] for number in NUMBERS)
    assert [Outcome.DUTY_PHONE] + [Outcome.ADVICE] * 4 == [row.outcome for row in (first, *others)]
    assert [True] + [False] * 4 == [row.answered_at is not None for row in (first, *others)]
    assert ["caller"] * 4 == [row.ended_by for row in others]
    (recording,) = await line.recorded(first.call_id)
    assert {"left": {400}, "right": {850}} == heard_on(line, recording)


async def arrives(lab: Lab, number: str) -> Call:
    """A caller who chooses Russian."""
    call = await lab.trunk_phone(identity=Identity(f"+7{number}")).dial("111")
    await call.answered(10)
    await asyncio.sleep(1)
    await call.press("2")
    return call
