"""Consultants' pauses, wrap-up and missed rings outlive the engine: kept in the journal; edge."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast, get_args

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Language
from recordings.entries import ConsultantState
from recordings.store import Journal
from routing.consultants import Kept as KeptState
from routing.desk import Desk

log = structlog.get_logger()

NAME = "state"
DIVERTED = "diverted"
SAME = 2.0  # seconds: two ends that lie closer are one


class Kept:
    """Writes what changed, reads it back at the start."""

    def __init__(
        self, journal: Journal, desk: Desk, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._journal = journal
        self._now = now
        self._desk = desk
        self._written: dict[str, tuple[object, ...]] = {}
        self._diverted: dict[str, bool] = {}

    async def keep(self) -> None:
        """Write the states that changed since they were last written."""
        now = self._now()
        for state in self._desk.state():
            if self._written.get(state.id) != (what := _what(state, now.timestamp())):
                self._written[state.id] = what
                self._journal.remember(state.id, NAME, json.dumps(dataclasses.asdict(state)), now)
        for language in get_args(Language):
            diverted = language in self._desk.dispatcher.diverted
            if self._diverted.get(language, False) != diverted:
                self._diverted[language] = diverted
                self._journal.remember(f"queue-{language}", DIVERTED, "duty" if diverted else None, now)

    async def restore(self) -> None:
        """Give the dispatcher what an earlier engine kept, in the database and in the spool before it.

        With the database away only what was kept since then is known; the rest is in survival's queue.
        """
        for row in (await self._known()).values():
            if row.name == DIVERTED and row.value is not None:
                language = cast(Language, row.consultant.removeprefix("queue-"))
                self._diverted[language] = True
                self._desk.divert(language, max(0.0, (self._now() - row.at).total_seconds()))
            if row.name != NAME or row.value is None:
                continue
            try:
                fields = json.loads(row.value)
                state = KeptState(**{**fields, "passed_over_in": tuple(fields.get("passed_over_in", ()))})
            except (ValueError, TypeError, AttributeError):  # another release's: no reason to stay away
                log.error("consultant_not_restored", consultant=row.consultant)
                continue
            away = (self._now() - row.at).total_seconds()
            self._desk.restore((state,), max(0.0, away))

    async def _known(self) -> dict[tuple[str, str], ConsultantState]:
        """The newest word on each thing."""
        known: dict[tuple[str, str], ConsultantState] = {}
        for source in (self._journal.reader.consultant_states, self._journal.spooled):
            try:
                rows = await source()
            except (SQLAlchemyError, OSError) as why:
                log.error("consultants_not_restored", why=type(why).__name__)
                continue
            for row in rows:
                if isinstance(row, ConsultantState):
                    before = known.get((row.consultant, row.name))
                    if before is None or before.at <= row.at:
                        known[row.consultant, row.name] = row
        return known


def _what(state: KeptState, now: float) -> tuple[object, ...]:
    """What is worth writing again; the seconds left pass by themselves, the moment they end does not."""
    ends = tuple(
        round((now + left) / SAME) if left > 0 else None
        for left in (state.wrap_up_left, state.passed_over_left)
    )
    return state.pause, state.missed, state.passed_over_in, ends, state.off_for is not None
