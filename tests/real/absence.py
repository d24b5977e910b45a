"""The engine killed, kept away and let back, or stopped, as a machine in trouble would do it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from lab.call import Call
from tests.real.line import RunningLine


def kill(line: RunningLine, name: str = "engine", number: int = signal.SIGKILL) -> None:
    """Send the engine (or asterisk) a signal; the supervisor does what it does."""
    os.kill(line.pid(name), number)


@asynccontextmanager
async def without_engine(line: RunningLine) -> AsyncIterator[None]:
    """The engine is killed and does not come back until the end, when this waits for its return."""
    await gone(line)
    try:
        yield
    finally:
        await back(line)


async def gone(line: RunningLine) -> None:
    """kill -9 of the engine, while the supervisor is held so that it starts no other."""
    assert line.process
    os.kill(line.process.pid, signal.SIGSTOP)
    pid = line.pid("engine")
    os.kill(pid, signal.SIGKILL)
    await line.until(lambda: _dead(pid))


async def back(line: RunningLine) -> None:
    """The supervisor goes on: it starts a new engine; wait until that answers."""
    assert line.process
    os.kill(line.process.pid, signal.SIGCONT)
    await line.until(line.engine_answers, 30)


def _dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except OSError:
        return True


async def on_shift(line: RunningLine, *consultants: str) -> None:
    """Wait until the engine sees these, and only these, as available."""

    def agrees() -> bool:
        seats = line.ask("consultants.list")["consultants"]
        return {seat["id"] for seat in seats if seat["state"] == "available"} == set(consultants)

    await line.until(agrees, 15)
    await asyncio.sleep(0.3)  # the mirror follows within 50 ms


def silence(call: Call) -> float:
    """The longest silence the call heard from its answer to its end, in seconds."""
    assert call.answered_at is not None
    lost = call.phone.pacer.lost_ticks
    assert lost < 50, f"the test itself stood still for {lost} ticks"
    return call.ear.longest_silence(call.answered_at, call.ended_at or call.ear.last_packet)
