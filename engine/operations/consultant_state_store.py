"""Consultants' pauses, wrap-up and missed rings outlive the engine: kept in the journal; edge."""

import dataclasses
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import cast, get_args

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Language
from recordings.journal.journal import Journal
from recordings.model.entries import ConsultantState, Entry
from routing.dispatch.consultant import SavedSeat as KeptState
from routing.dispatch.service import DispatchService

log = structlog.get_logger()

NAME = "state"
DIVERTED = "diverted"
SAME = 2.0  # seconds: two ends that lie closer are one


class ConsultantStateStore:
    """Writes what changed, reads it back at the start."""

    def __init__(
        self, journal: Journal, desk: DispatchService, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._journal = journal
        self._now = now
        self._desk = desk
        self._written: dict[str, tuple[object, ...]] = {}
        self._diverted: dict[str, bool] = {}
        self._unread: dict[str, tuple[object, ...]] = {}  # states at a start whose journal was away

    async def keep(self) -> None:
        """Write the states that changed since they were last written."""
        now = self._now()
        for state in self._desk.state():
            if self._written.get(state.id) != (what := _what(state, now.timestamp())):
                self._written[state.id] = what
                self._journal.remember(state.id, NAME, json.dumps(dataclasses.asdict(state)), now)
        for language in get_args(Language):
            diverted = self._desk.diverted_since(language) is not None
            if self._diverted.get(language, False) != diverted:
                self._diverted[language] = diverted
                self._journal.remember(f"queue-{language}", DIVERTED, "duty" if diverted else None, now)

    def forget(self) -> None:
        """The database is another one: write all again."""
        self._written.clear()
        self._diverted.clear()

    async def restore(self) -> bool:
        """Give the dispatcher what an earlier engine kept, in the database and in the spool before it.

        Whether all of it was known. With the database away only what was kept since then is, the rest is in
        survival's queue: nothing is written over what could not be read, and `restore_late` brings it.
        """
        known, whole = await self._known()
        for row in known:
            away = max(0.0, (self._now() - row.at).total_seconds())
            if row.name == DIVERTED and row.value is not None:
                language = cast(Language, row.consultant.removeprefix("queue-"))
                self._diverted[language] = True
                self._desk.divert(language, away)
            elif (state := _state(row)) is not None:
                self._desk.restore((state,), away)
        if not whole:
            now = self._now().timestamp()
            self._written = {state.id: _what(state, now) for state in self._desk.state()}
            self._unread = dict(self._written)
        return whole

    async def restore_late(self) -> bool:
        """What the database knew of those to whom nothing has happened since; False while it is away.

        Pauses, ended shifts and diversions; a wrap-up of then is over.
        """
        if self._journal.place != "database":
            return False
        known, whole = await self._known()
        if not whole:
            return False
        seats = {seat.id: seat for seat in self._desk.snapshot().consultants}
        for row in known:
            if row.name == DIVERTED and row.value is not None:
                language = cast(Language, row.consultant.removeprefix("queue-"))
                if language not in self._diverted:
                    self._diverted[language] = True
                    self._desk.divert(language, max(0.0, (self._now() - row.at).total_seconds()))
                continue
            state, seat = _state(row), seats.get(row.consultant)
            if state is None or seat is None:
                continue
            if self._written.get(state.id) != self._unread.get(state.id):
                continue  # what happened since is newer
            if state.off_for is not None and not seat.off:
                self._desk.shift_ended(state.id)
            elif state.pause is not None and seat.pause is None and not seat.off:
                self._desk.paused(state.id, state.pause)
        return True

    async def _known(self) -> tuple[list[ConsultantState], bool]:
        """The newest word on each thing, and whether both database and spool could be read.

        The spool is read first: what is loaded into the database meanwhile is found there. The other way
        round it would be found in neither.
        """
        spooled, whole = await self._rows(self._journal.spooled)
        stored, also = await self._rows(self._journal.reader.consultant_states)
        known: dict[tuple[str, str], ConsultantState] = {}
        for row in (*stored, *spooled):
            if isinstance(row, ConsultantState):
                before = known.get((row.consultant, row.name))
                if before is None or before.at <= row.at:
                    known[row.consultant, row.name] = row
        return list(known.values()), whole and also

    async def _rows(self, source: Callable[[], Awaitable[Sequence[Entry]]]) -> tuple[Sequence[Entry], bool]:
        try:
            return await source(), True
        except (SQLAlchemyError, OSError) as why:
            log.error("consultants_not_restored", why=type(why).__name__)
            return (), False


def _state(row: ConsultantState) -> KeptState | None:
    if row.name != NAME or row.value is None:
        return None
    try:
        fields = json.loads(row.value)
        return KeptState(**{**fields, "passed_over_in": tuple(fields.get("passed_over_in", ()))})
    except (ValueError, TypeError, AttributeError):  # another release's: no reason to stay away
        log.error("consultant_not_restored", consultant=row.consultant)
        return None


def _what(state: KeptState, now: float) -> tuple[object, ...]:
    """What is worth writing again; the seconds left pass by themselves, the moment they end does not."""
    ends = tuple(
        round((now + left) / SAME) if left > 0 else None
        for left in (state.wrap_up_left, state.passed_over_left)
    )
    off = state.off_for is not None
    return state.pause, state.missed, state.passed_over_in, ends, off, state.fault, state.faults
