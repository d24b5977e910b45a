"""Staying connected: attempts without haste, and work that ends when its connection does; edge."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import structlog

from routing.ami.connection import AmiConnection
from routing.ami.protocol import AmiDown, AmiFault, AmiRefused

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds between two attempts to connect
STEADY = 5.0  # an attempt that lasted this long, or a connection that lived, starts the pauses anew


def retry_delay(failures: int, chance: float) -> float:
    """Seconds to wait when `failures` (from 0) went before; `chance` in [0, 1) spreads it."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10)) * (0.5 + chance / 2))


async def stay_connected(session: Callable[[], Awaitable[None]], refused_pause: float) -> None:
    """Run `session`, which ends only by an exception, again and again, until cancelled."""
    clock = asyncio.get_running_loop().time
    failures = 0
    while True:
        began = clock()
        seconds = None
        try:
            await session()
        except AmiRefused as refusal:  # a wrong secret does not get better by haste
            log.critical("ami_refused", alarm=True, reason=str(refusal))
            seconds = refused_pause
        except (AmiFault, OSError) as fault:
            log.warning("ami_down", reason=str(fault) or type(fault).__name__)
        except Exception as error:  # of the one who takes the snapshot: perhaps the next one succeeds
            log.error("ami_session_failed", **error_place(error))
        failures = 0 if clock() - began >= STEADY else failures + 1
        await asyncio.sleep(seconds or retry_delay(max(0, failures - 1), random.random()))  # noqa: S311  # no secret


async def unless_lost(connection: AmiConnection, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; if the connection is lost first, `work` is cancelled and AmiDown raised."""
    task = asyncio.create_task(work)
    both: set[asyncio.Future[Any]] = {task, connection.lost}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise AmiDown(connection.lost.result())
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def wait_for_event(event: asyncio.Event, within: float) -> bool:
    """Whether `event` is set within that many seconds."""
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False


def error_place(error: Exception) -> dict[str, str]:
    """Kind and place of an error for the log; its text may hold a caller's number and stays out."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
    return {"error": type(error).__name__, "where": where}
