"""An operator that never confirms our answer: the call's end is the line's fault, and made good (A1)."""

import asyncio

import pytest

from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from recordings.model.call_record import Outcome
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real


async def dialled(lab: Lab, number: str, *, confirmed: bool = True) -> Call:
    """A caller who has chosen a language and waits; one who is not confirmed sends no ACK."""
    phone = lab.trunk_phone(identity=Identity(number))
    phone.acknowledges = confirmed
    call = await phone.dial("111")
    await call.answered(5)
    await asyncio.sleep(1)
    await call.press("1")
    return call


async def test_callers_whose_ack_is_missing_are_the_lines_fault_and_first_on_calling_again(
    line: RunningLine, lab: Lab
) -> None:
    consultant = await lab.consultant("c101").start()
    since = now()
    talking = await dialled(lab, "+77000000001")
    await talking.hears(1000, 20)
    await lab.consultant("c102").start()
    later = await dialled(lab, "+77000000005")
    await later.hears(1100, 20)
    later.phone.acknowledges = False
    assert 200 == await later.reinvite("sendrecv")  # an ACK that is missing within a call ends nothing
    lost = [await dialled(lab, f"+7700000000{n}", confirmed=False) for n in (2, 3)]
    await asyncio.gather(*(call.ended(40) for call in lost))
    rows = await line.new_calls(2, since=since)
    assert [(Outcome.FAILED, "no_ack")] * 2 == [(row.outcome, row.ended_by) for row in rows]
    assert "talking" == later.state
    assert ["127.0.0.2 (2)"] == [one["subject"] for one in alerts(line) if one["kind"] == "ack_missing"]
    before = await dialled(lab, "+77000000004")
    await line.until(lambda: waiting(line) == 1)
    again = await dialled(lab, "+77000000003")
    await line.until(lambda: waiting(line) == 2)
    await talking.hang_up()
    await again.hears(1000, 20)
    assert 2 == len(consultant.served)
    assert "talking" == before.state
    assert waiting(line) == 1
    await again.hang_up()
    await before.hang_up()
    await later.hang_up()


def alerts(line: RunningLine) -> list[dict[str, object]]:
    found: list[dict[str, object]] = line.ask("board.show")["alerts"]
    return found


def waiting(line: RunningLine) -> int:
    return sum(one["phase"] == "waiting" for one in line.ask("board.show")["callers"])
