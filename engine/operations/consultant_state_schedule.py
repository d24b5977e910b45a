"""When the consultants' states are kept: at once after an order, a moment later after a ring; edge."""

import asyncio
from collections.abc import Callable
from typing import Final

from config.tasks import Tasks
from engine.operations.consultant_state_store import ConsultantStateStore

KEEP_AFTER: Final = 0.2  # seconds


class ConsultantStateSchedule:
    """Nothing is kept before what an earlier engine kept was read: nobody is on a pause at the beginning.

    `mirror` hears of pauses, shifts and diversions, which survival's queue shows as well.
    """

    def __init__(self, store: ConsultantStateStore, tasks: Tasks, mirror: Callable[[], None]) -> None:
        self._store = store
        self._tasks = tasks
        self._mirror = mirror
        self._restored = False
        self._due: asyncio.TimerHandle | None = None

    def restored(self) -> None:
        """What an earlier engine kept is known: from now on changes are kept."""
        self._restored = True

    def changed(self) -> None:
        """A wrap-up began or a ring was missed: kept a moment later, the next caller's ring comes first."""
        if self._due is None and self._restored:
            self._due = asyncio.get_running_loop().call_later(KEEP_AFTER, self._keep)

    def ordered(self) -> None:
        """A pause, a shift or a diversion: kept and mirrored at once."""
        self._mirror()
        if self._restored:
            self._tasks.spawn(self._store.keep())

    async def freeze(self) -> None:
        """Keep the states as they are now and no others: the engine ends, the conversations do not."""
        self._restored = False
        if self._due is not None:
            self._due.cancel()
        await self._store.keep()

    def _keep(self) -> None:
        self._due = None
        if self._restored:
            self._tasks.spawn(self._store.keep())
