"""The engine killed around the last second of calls: every recording finds its conversation, no gap told."""

import asyncio
import random

import pytest

from engine.cli.journal import number_keys
from lab.lab import Lab
from lab.robots import Consultant
from recordings.journal.reading import Reader
from recordings.model.call_record import CallRecord, Outcome
from tests.real.absence import kill
from tests.real.line import RunningLine, now
from tests.real.talking import talk, team

pytestmark = pytest.mark.real

AT_ONCE = 3


async def one_kill(line: RunningLine, lab: Lab, people: list[Consultant], source: random.Random) -> int:
    """Conversations that end within a second, and the engine's death somewhere in it."""
    await line.until(line.engine_answers, 40)
    talks = await asyncio.gather(*(talk(lab, people, 400 + 50 * number) for number in range(AT_ONCE)))
    await asyncio.sleep(2 + source.random())

    async def hang_up(one) -> None:  # type: ignore[no-untyped-def]
        await asyncio.sleep(source.random())
        await (one.caller if source.random() < 0.5 else one.leg).hang_up()
        await asyncio.sleep(2.0)
        await one.caller.hang_up()

    async def die() -> None:
        await asyncio.sleep(source.random() * 1.6)
        kill(line)

    await asyncio.gather(die(), *(hang_up(one) for one in talks))
    return len(talks)


async def struck(line: RunningLine, lab: Lab, kills: int) -> None:
    source, since, calls = random.Random(kills), now(), 0
    people = await team(lab, "c101", "c102", "c103", "c104")
    for _ in range(kills):
        calls += await one_kill(line, lab, people, source)
    rows = await line.new_calls(calls, since=since, within=30)
    assert {Outcome.SERVED} == {row.outcome for row in rows}
    wrong: dict[str, list[tuple[str, object, object]]] = {}
    for _ in range(80):  # once the engine has been back for a moment
        wrong = {row.call_id: bad for row in rows if (bad := await untied(line, row))}
        if not wrong:
            break
        await asyncio.sleep(0.5)
    assert {} == wrong
    reader = Reader.open(line.settings.database, number_keys(line.settings))
    told = [one for one in await reader.alarms(since) if one.kind == "recording_missing"]
    await reader.close()
    assert [] == told


async def untied(line: RunningLine, row: CallRecord) -> list[tuple[str, object, object]]:
    recordings = await line.recordings(row.call_id)
    found = [(one.id, one.state.value, one.connection) for one in recordings if one.of_a_conversation]
    wanted = sorted(talk_.number for talk_ in row.connections)
    good = sorted(one.connection or 0 for one in recordings if one.playable)
    return [] if good == wanted and len(found) == len(wanted) else found or [("", "", None)]


async def test_kills_around_the_end_of_calls_leave_no_recording_without_its_conversation(line, lab):
    await struck(line, lab, 3)


@pytest.mark.drill
async def test_a_hundred_calls_around_whose_end_the_engine_is_killed(line, lab):
    await struck(line, lab, 34)
