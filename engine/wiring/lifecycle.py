"""The engine's begin and end: parts are started in order and stopped in reverse, whatever fails; wiring."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from engine.install import consultant_accounts as accounts
from engine.wiring.day_load import load_day, restore_late
from engine.wiring.parts import Engine
from engine.wiring.reactions import Reactions
from routing.dispatch.consultant import Consultant

log = structlog.get_logger()

FIRST_LOGIN: Final = 3.0  # seconds to see who is on shift before calls are taken; until then survival does
LOAD_FIRST: Final = 2.0  # seconds: a database that is slow or away keeps no call waiting


async def _nothing() -> None:
    """A part that begins with the first use, or that ends by itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part; `stop` must do for a start that failed half-way, and for none at all."""

    name: str
    start: Callable[[], Awaitable[None]] = _nothing
    stop: Callable[[], Awaitable[None]] = _nothing


def steps(engine: Engine, reactions: Reactions) -> tuple[Step, ...]:
    """All parts in the order of their start: the journal first, the doors last."""
    return (
        Step("journal", engine.journal.start, engine.journal.stop),
        Step("dispatch", stop=_closing(engine.dispatch.close)),
        Step("channel event log", stop=_closing(engine.cel.close)),
        Step("work beside the calls", stop=engine.tasks.close),
        Step("manager", stop=engine.ami.close),
        Step("consultants", lambda: _restore(engine, reactions)),
        Step("day", lambda: _load_first(engine)),
        Step("guards", lambda: _guard(engine)),
        Step("shift", lambda: _see_who_is_there(engine, reactions)),
        Step("calls", engine.agi.start, engine.agi.close),
        Step("callers of survival", _closing(reactions.fetch)),
        Step("commands", engine.control.start, engine.control.close),
    )


async def run(engine: Engine, order: Sequence[Step], stop: asyncio.Event) -> None:
    """Serve until `stop`; the control socket answers as soon as calls can be taken.

    Whatever fails on the way, a port that is taken among it, all that was started is stopped again, the
    journal last: raises what failed.
    """
    async with contextlib.AsyncExitStack() as started:
        for step in order:
            started.push_async_callback(step.stop)
            await step.start()
        log.info("engine_ready", agi_port=engine.agi.port, node=engine.settings.node)
        await stop.wait()
        await _freeze(engine)


async def _restore(engine: Engine, reactions: Reactions) -> None:
    """Who there is, and what earlier engines kept of them."""
    reactions.accounts_changed()
    for account in accounts.load(engine.settings):
        if not account.supervisor:
            engine.dispatch.consultant_known(Consultant(account.id, account.languages))
    if not await engine.states.restore():
        engine.tasks.spawn(restore_late(engine))
    engine.schedule.restored()


async def _load_first(engine: Engine) -> None:
    await asyncio.wait({engine.tasks.spawn(load_day(engine))}, timeout=LOAD_FIRST)


async def _guard(engine: Engine) -> None:
    """All that runs beside the calls."""
    for work in (
        engine.ami.run,
        engine.mirror.keep,
        engine.cel.follow,
        engine.recordings.run,
        engine.silent_legs.keep,
        engine.recorded.keep,
        engine.links.keep,
        engine.legs.counts.keep,
        engine.legs.wire.keep,
        *(helper.keep for helper in engine.volumes.helpers()),
        engine.vanished.keep,
        engine.volumes.keep,
        engine.supervisors.keep,
        engine.watchdog.keep,
        engine.alerts.watch,
    ):
        engine.tasks.keep_running(work)


async def _see_who_is_there(engine: Engine, reactions: Reactions) -> None:
    with contextlib.suppress(TimeoutError):  # else the first caller is told that nobody is on shift
        await asyncio.wait_for(reactions.first_up.wait(), FIRST_LOGIN)
    engine.tasks.keep_running(engine.stints.keep)
    engine.stints.changed()


async def _freeze(engine: Engine) -> None:
    """Keep the consultants' states as they are now: our sessions end, their conversations do not."""
    engine.supervisors.take()
    engine.stints.look(time.time())
    engine.stints.freeze()
    await engine.schedule.freeze()


def _closing(close: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def stop() -> None:
        close()

    return stop
