"""A healthy line raises no alarm, whatever its callers do; a false one is a fault."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from config.database import open_database, read_connection
from lab.lab import Lab
from recordings.model.tables import alarms
from tests.real.line import RunningLine, now
from tests.real.mixed import AWAY, DUTY, SERVED, TO_1414, Mixed, Seen, watching

pytestmark = pytest.mark.real

TEAM = ("c101", "c102", "c103", "c104")
DIVERTED = {("diverted", "ru")}  # true meanwhile: a supervisor ordered it
MINUTES = float(os.environ.get("MIXED_MINUTES", "10"))


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """Raw files go as they do by default: what is looked at after the seal is looked at here, too."""
    running = RunningLine(
        IVR111_RAW_KEPT_SECONDS="5", IVR111_WAIT_WARNING_SECONDS="300", IVR111_WAIT_CRITICAL_SECONDS="600"
    ).start()
    yield running
    assert running.stop() == 0


async def written(line: RunningLine, since: datetime) -> list[tuple[str, str]]:
    """All alarms of the journal, also those that are over."""
    database = open_database(line.settings.database)
    try:
        async with read_connection(database) as connection:
            rows = await connection.execute(select(alarms.c.kind, alarms.c.about).where(alarms.c.at >= since))
            return [(row.kind, row.about) for row in rows]
    finally:
        await database.dispose()


async def judged(line: RunningLine, since: datetime) -> None:
    """Every answered conversation's recording was looked at, and looked at again by the other process."""
    end = time.monotonic() + 90
    rows = [row for row in await line.calls() if row.arrived_at >= since]
    for row in rows:
        for talk in row.connections:
            if talk.party == "1414" or not talk.answered_at or not talk.ended_at:
                continue
            while talk.ended_at - talk.answered_at > timedelta(seconds=1):
                found = await line.recordings(row.call_id)
                if any(one.connection == talk.number and one.checks is not None for one in found):
                    break
                assert time.monotonic() < end, row.call_id
                await asyncio.sleep(0.5)
    await asyncio.sleep(17.0)  # a look each 15 s


async def told(line: RunningLine, mixed: Mixed, seen: Seen, since: datetime) -> None:
    """What was seen, and what kind of caller each alert of a call is about."""
    rows = {row.call_id: row for row in await line.calls() if row.arrived_at >= since}
    outcomes = dict(Counter(str(row.outcome) for row in rows.values()))
    print(f"\n{mixed.done} calls {outcomes}, {seen.looks} looks, alerts {seen.alerts}, {mixed.faults}")
    for kind, about in sorted(seen.alerts):
        row = rows.get(about.rsplit("-", 1)[0])
        if row is not None:
            whose = mixed.kinds.get((row.pii_caller or "")[-10:])
            found = [(one.seconds, one.checks, one.state) for one in await line.recordings(row.call_id)]
            print(kind, about, whose, row.connections, found)


async def test_half_a_minute_of_mixed_calls_raises_no_alarm(line: RunningLine, lab: Lab) -> None:
    since, mixed = now(), Mixed(lab)
    await mixed.team(*TEAM)
    for language in ("kk", "ru"):
        await line.until(lambda language=language: on_shift(line, language))
    async with watching(line) as seen:
        seen.alerts.clear()
        line.ask("queue.divert", language="ru")
        kinds = [*TO_1414[:3], *SERVED, *AWAY, *DUTY, TO_1414[0], TO_1414[1], TO_1414[6]]
        await mixed.many(sorted(kinds, key=lambda kind: -kind.long_1414), 0.35)
        line.ask("queue.undivert", language="ru")
        await judged(line, since)
    await told(line, mixed, seen, since)
    assert [] == mixed.faults
    assert set() == seen.alerts - DIVERTED
    assert [] == await written(line, since)


def on_shift(line: RunningLine, language: str) -> bool:
    queues = line.ask("board.show")["queues"]
    return any(queue["language"] == language and queue["available"] for queue in queues)


@pytest.mark.drill
async def test_many_minutes_of_mixed_calls_raise_no_alarm(line: RunningLine, lab: Lab) -> None:
    since, mixed = now(), Mixed(lab)
    await mixed.team(*TEAM)
    every = [*SERVED, *AWAY, *TO_1414, *TO_1414, *DUTY]
    async with watching(line) as seen:
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end:
            line.ask("queue.divert", language="ru")
            await mixed.many(random.sample(every, len(every)), 0.8)
            line.ask("queue.undivert", language="ru")
        await judged(line, since)
    await told(line, mixed, seen, since)
    assert [] == mixed.faults
    # Two in a row whom 1414 refuses are an alert, and a true one.
    assert set() == seen.alerts - DIVERTED - {("ucc_unreachable", "")}
    assert [] == await written(line, since)


@pytest.mark.drill
async def test_processes_killed_beside_the_calls_raise_no_alarm(line: RunningLine, lab: Lab) -> None:
    """Each is begun again at once, and what it missed is told from the logs: nothing is wrong with a call."""
    since, mixed = now(), Mixed(lab)
    await mixed.team(*TEAM)
    await line.until(lambda: on_shift(line, "kk"))

    async def kill() -> None:
        for name in ("engine", "evidence", "console", "engine", "evidence", "engine"):
            await asyncio.sleep(9.0)
            os.kill(line.pid(name), signal.SIGKILL)

    async with watching(line) as seen:
        await asyncio.gather(kill(), mixed.many([*SERVED, *AWAY, *TO_1414, *SERVED], 1.8))
        await judged(line, since)
    await told(line, mixed, seen, since)
    assert set() == {kind for kind, _ in seen.alerts} - {"nobody_on_shift"}
    assert [] == [one for one in await written(line, since) if one[0] != "nobody_on_shift"]
