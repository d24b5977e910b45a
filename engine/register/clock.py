"""Clock of the register: by one process at a time, what is due leaves, and silence has its steps; edge.

The lease is renewed beside the work; who cannot renew it stops before another may begin (A10, A16, A17).
"""

import asyncio
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from appeals.handing_over.lease import SECONDS, give_up, hold, holder_at
from engine.register.services import RegisterServices

log = structlog.get_logger()

EVERY: Final = 1.0  # seconds between two looks at what is due
ESCALATED_EVERY: Final = 5.0
RENEWED_EVERY: Final = SECONDS / 4
WAITS: Final = 2.0  # seconds until the lease is asked for again
MOST_PASSES: Final = 16  # side by side: a server that hangs keeps nothing else from leaving
LAST: Final = 5.0  # seconds for what is on its way when we stop


class RegisterClock:
    """Runs until cancelled; `wake` when something new may be there to send."""

    def __init__(self, services: RegisterServices) -> None:
        self._services = services
        self.holder = f"{services.settings.node} {os.getpid()} {uuid.uuid4().hex[:8]}"
        self.held = False
        self._woken = asyncio.Event()
        self._passes: set[asyncio.Task[object]] = set()

    def wake(self) -> None:
        """Look now, not within a second."""
        self._woken.set()

    async def run(self) -> None:
        """Wait for the lease, then work; whatever fails is begun again by whoever runs this."""
        while not await self._hold():  # noqa: ASYNC110 - it lies in the database
            await asyncio.sleep(WAITS)
        self.held = True
        log.info("register_lease_taken", holder=self.holder)
        works: list[asyncio.Task[None]] = [
            asyncio.create_task(one) for one in (self._renew(), self._send(), self._escalate())
        ]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            self.held = False
            for one in works[1:]:
                one.cancel()
            if self._passes:  # the lease is renewed until these have ended, or are given up
                await asyncio.wait(set(self._passes), timeout=LAST)
            for left in (works[0], *self._passes):
                left.cancel()
            await asyncio.gather(*works, *self._passes, return_exceptions=True)

    async def leave(self) -> None:
        """When stopped as asked: the next one need not wait."""
        await give_up(self._services.database, self.holder)

    async def _hold(self) -> bool:
        dead = "" if self.held else await self._dead()
        return await hold(self._services.database, self.holder, _now(), instead_of=dead)

    async def _dead(self) -> str:
        """The holder, where it was a process of this node that lives no more: killed, it gave nothing up."""
        holder = await lease_holder(self._services)
        node, _, pid = holder.rpartition(" ")[0].partition(" ")
        return holder if node == self._services.settings.node and not _lives(pid) else ""

    async def _renew(self) -> None:
        """Ends when another process has the lease, or when nobody knows whether we have it still."""
        clock = asyncio.get_running_loop().time
        renewed = clock()
        while clock() - renewed < SECONDS - RENEWED_EVERY:
            await asyncio.sleep(RENEWED_EVERY / 3 if clock() - renewed > RENEWED_EVERY else RENEWED_EVERY)
            try:
                async with asyncio.timeout(RENEWED_EVERY):
                    if not await self._hold():
                        break
                renewed = clock()
            except Exception as why:  # the database is away: the lease runs on until its end
                log.warning("register_lease_not_renewed", error=type(why).__name__)
        log.error("register_lease_lost", holder=self.holder)

    async def _send(self) -> None:
        services = self._services
        await services.directory.seed(_now())
        await services.calendar.seed(_now())
        sending = services.sending
        for attempt in await sending.recover(_now()):
            log.error("hand_over_try_unknown", attempt=attempt)
        while True:
            self._woken.clear()
            if len(self._passes) < MOST_PASSES:
                one: asyncio.Task[object] = asyncio.create_task(sending.pass_once(_now()))
                self._passes.add(one)
                one.add_done_callback(self._passed)
            try:
                await asyncio.wait_for(self._woken.wait(), EVERY)
            except TimeoutError:
                continue

    def _passed(self, one: "asyncio.Task[object]") -> None:
        self._passes.discard(one)
        if not one.cancelled() and (why := one.exception()) is not None:
            log.error("register_pass_failed", error=type(why).__name__, exc_info=why)

    async def _escalate(self) -> None:
        while True:
            await asyncio.sleep(ESCALATED_EVERY)
            await self._services.escalating.pass_once(_now())
            await self._services.calendar.seed(_now())


async def lease_holder(services: RegisterServices) -> str:
    """Who has the lease now; "" nobody."""
    return await holder_at(services.database, _now())


def _lives(pid: str) -> bool:
    """Whether a process of this machine has this number; another's counts, too."""
    return Path("/proc", pid).exists()


def _now() -> datetime:
    return datetime.now(UTC)
