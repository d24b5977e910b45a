"""Keeps in the journal what consultants do from when to when; the board's counts are made of it; edge."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from time import time
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from recordings.journal.consultant_times import stint
from recordings.journal.reading import Reader
from recordings.model.entries import ConsultantStint, Entry
from routing.dispatch.service import DispatchService
from routing.live.consultant_times import Sums, Timesheet

log = structlog.get_logger()

EVERY: Final = 0.2  # seconds between two looks at most: what lasts less is nobody's work
MINUTE: Final = 60.0  # shares are told for whole minutes, or a board would never be the same twice


class AgentTimes:
    """`submit` is the journal's; `offset` is wall clock minus the desk's.

    `free` hears when the consultant who had a call was free again, their wrap-up over: t7.
    """

    def __init__(
        self,
        desk: DispatchService,
        submit: Callable[[Entry], None],
        offset: Callable[[], float],
        free: Callable[[str, float], object] = lambda _call, _at: None,
    ) -> None:
        self._desk = desk
        self._submit = submit
        self._offset = offset
        self._free = free
        self._frozen = False
        self._sheet = Timesheet()
        self._changed = asyncio.Event()

    async def load(self, reader: Reader, since: float, now: float) -> bool:
        """The day so far; False while the database is away."""
        try:
            rows = await reader.stints(_moment(since), _moment(now))
        except (SQLAlchemyError, OSError) as why:
            log.error("stints_not_loaded", why=type(why).__name__)
            return False
        self._sheet.restore(map(stint, rows))
        return True

    def changed(self) -> None:
        """A seat may have changed; cheap."""
        self._changed.set()

    async def keep(self) -> None:
        """Write begins and ends until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            self.look(time())
            await asyncio.sleep(EVERY)

    def look(self, at: float) -> None:
        """One comparison with the seats."""
        if self._frozen:
            return
        for one in self._sheet.look(self._desk.snapshot().consultants, at, self._offset()):
            ended = None if one.ended is None else _moment(one.ended)
            self._submit(
                ConsultantStint(
                    one.consultant, _moment(one.began), one.state, one.reason, one.call, one.missed, ended
                )
            )

            if one.ended is not None and (call := self._sheet.left(one)) is not None:
                self._free(call, one.ended)

    def freeze(self) -> None:
        """The engine stops: what its own end does to the seats is nobody's wrap-up."""
        self._frozen = True

    def turn(self, midnight: float) -> None:
        """A new day."""
        self._sheet.turn(midnight)

    def since(self, consultant: str, state: str) -> float | None:
        """When this state of the consultant began, as kept over restarts; None when it is another."""
        now = self._sheet.open.get(consultant)
        return now.began if now is not None and now.state == state else None

    def sums(self, consultant: str, midnight: float, at: float) -> Sums:
        """The consultant's day; shares as of the last whole minute."""
        return self._sheet.sums(consultant, midnight, at, at - at % MINUTE)


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
