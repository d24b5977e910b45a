"""The register's clock and process: one sends, another waits, a dead one is followed (A10)."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from appeals.handing_over.lease import hold
from appeals.model.hand_over import HandOverState
from engine.process.local_socket import ask
from engine.register import clock as clock_module
from engine.register.clock import RegisterClock, lease_holder
from engine.register.services import RegisterServices
from tests.hand_over_home import HandOverHome


@pytest.fixture
async def home(tmp_path):
    made = await HandOverHome(tmp_path).open()
    yield made
    await made.close()


def services(home) -> RegisterServices:
    return RegisterServices(home.settings, home.database, home.keys)


async def until(condition, seconds: float = 20.0):
    """Wait for what comes sooner or later on a busy machine."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


async def ended(task):
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_second_clock_waits_for_the_lease_and_takes_it_when_the_first_has_left(home, monkeypatch):
    monkeypatch.setattr(clock_module, "WAITS", 0.05)
    first, second = RegisterClock(services(home)), RegisterClock(services(home))
    one = asyncio.create_task(first.run())

    async def taken() -> bool:
        return first.held

    await until(taken)
    two = asyncio.create_task(second.run())
    await asyncio.sleep(0.3)
    assert (first.held, second.held) == (True, False)
    await ended(one)
    await first.leave()

    async def followed() -> bool:
        return second.held

    await until(followed)
    assert await lease_holder(services(home)) == second.holder
    await ended(two)


async def test_a_clock_sends_what_is_confirmed_and_fills_in_the_calendar(home):
    now = datetime.now(UTC)
    clock = RegisterClock(services(home))
    task = asyncio.create_task(clock.run())
    await home.told(now=now)

    async def tried() -> bool:
        # No mail server is set here: each e-mail is refused at once, which is an ending too.
        every = await home.hand_overs.of_appeal(1)
        return all(any(try_.ended_at for try_ in one.attempts) for one in every)

    clock.wake()
    await until(tried)
    assert await home.calendar.filled((now.year, now.year + 1)) == {now.year, now.year + 1}
    await ended(task)


async def test_a_clock_whose_lease_another_took_sends_no_more(home, monkeypatch):
    monkeypatch.setattr(clock_module, "RENEWED_EVERY", 0.05)
    clock = RegisterClock(services(home))
    task = asyncio.create_task(clock.run())

    async def taken() -> bool:
        return clock.held

    await until(taken)
    late = datetime.now(UTC) + timedelta(minutes=5)
    assert await hold(home.database, "another", late)
    await asyncio.wait_for(task, 20)
    assert not clock.held


async def test_the_process_answers_the_doctor_and_its_death_leaves_the_lease_to_end(home, tmp_path):
    await home.told(now=datetime.now(UTC))
    environment = {**os.environ, "IVR111_HOME": str(home.settings.home), "IVR111_LOG_STDERR": "0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.register.main", env=environment
    )
    try:

        async def answers() -> bool:
            with suppress(Exception):
                found = await asyncio.to_thread(ask, home.settings.register_socket, "register.state")
                return bool(found["ours"]) and not found["years"]
            return False

        await until(answers, 60)
        state = await asyncio.to_thread(ask, home.settings.register_socket, "register.state")
        assert (state["mail"], state["years"]) == (False, [])
        assert state["bodies"] > 80
        assert state["without_receipt"] > 0
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
        assert await lease_holder(services(home)) == ""
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    every = await home.hand_overs.of_appeal(1)
    assert HandOverState.WAITING not in {one.state for one in every}
