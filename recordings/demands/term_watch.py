"""Watch over every demand's term: warnings on the way, escalation at the breach; edge (C6, A19)."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from config.settings import Settings
from recordings.demands import store
from recordings.demands.demand import DemandState, name_of
from recordings.demands.term import TermMark, marks_passed
from recordings.journal.alarming import alarm, alarm_ended, standing_alarms
from recordings.model.access_entry import Actor
from recordings.model.evidence_tables import demand_events, demands

log = structlog.get_logger()

RUNNING = (
    DemandState.RECEIVED,
    DemandState.SEARCHING,
    DemandState.READY,
    DemandState.APPROVED,
)  # the term is to hand over
UNREADABLE = "demand_unreadable"  # kind
_BACK = timedelta(days=400)  # a demand is long over by then
LINE = Actor("the line", "system", "ivr111")


@dataclass(frozen=True, slots=True)
class TermState:
    """For doctor: demands whose term runs, and those over it, by name."""

    running: int
    overdue: tuple[str, ...]
    next_due: datetime | None


class TermWatch:
    """Each warning once, whatever restarts lie between."""

    def __init__(self, database: AsyncEngine, settings: Settings) -> None:
        self._database = database
        self._shares = settings.demand_warnings
        self._escalate_to = settings.escalate_to

    async def run(self, every: float = 5.0) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.poll(datetime.now(UTC))
            except (SQLAlchemyError, OSError) as error:
                log.warning("demand_clock_postponed", error=type(error).__name__)
            await asyncio.sleep(every)

    async def poll(self, now: datetime) -> list[str]:
        """Warn of what is due at `now`; the kinds of the new warnings."""
        query = select(demands.c.id).where(demands.c.state.in_([state.value for state in RUNNING]))
        told: list[str] = []
        async with read_connection(self._database) as connection:
            running = (await connection.execute(query)).scalars().all()
        unreadable = set()
        for id_ in running:
            try:
                row = await self._row(id_)
                marks = list(marks_passed(row.received_at, row.due_at, self._shares, now))
            except (ValueError, TypeError):  # altered by another's hand: the other demands' terms run on
                unreadable.add(name_of(id_))
                today = now.replace(hour=0, minute=0, second=0, microsecond=0)
                await alarm(self._database, UNREADABLE, name_of(id_), today)
                continue
            known = await self._known(row.id) if marks else frozenset()
            for mark in marks:
                if mark.kind in known:
                    continue
                # The alarm first: a crash in between repeats it, and the same one is one.
                await alarm(self._database, mark.kind, name_of(row.id), mark.at)
                facts: dict[str, object] = {"share": mark.share, "at": mark.at.isoformat()}
                if mark.share >= 1:
                    facts["escalated_to"] = self._escalate_to or row.responsible
                async with self._database.begin() as connection:
                    state = await store.state_for_update(connection, row.id)
                    await store.add_event(connection, row.id, LINE, now, mark.kind, state, state, facts)
                told.append(mark.kind)
        await self._end({name_of(id_) for id_ in running}, unreadable, now)
        return told

    async def _end(self, running: set[str], unreadable: set[str], now: datetime) -> None:
        """Alarms of demands that were handed over or closed since, and of rows that can be read again."""
        kinds = [TermMark(share, now).kind for share in {*self._shares, 1.0}]
        for one in await standing_alarms(self._database, [*kinds, UNREADABLE], now - _BACK):
            if one.about not in (unreadable if one.kind == UNREADABLE else running):
                await alarm_ended(self._database, one)

    async def state(self) -> TermState:
        """How it stands; a demand whose row cannot be read counts as over its term."""
        now = datetime.now(UTC)
        query = select(demands.c.id).where(demands.c.state.in_([state.value for state in RUNNING]))
        async with read_connection(self._database) as connection:
            running = (await connection.execute(query.order_by(demands.c.id))).scalars().all()
        due: dict[int, datetime] = {}
        for id_ in running:
            try:
                due[id_] = (await self._row(id_)).due_at
            except (ValueError, TypeError):
                due[id_] = now
        ordered = sorted(due, key=lambda id_: (due[id_], id_))
        overdue = tuple(name_of(id_) for id_ in ordered if due[id_] <= now)
        return TermState(len(due), overdue, next((due[id_] for id_ in ordered if due[id_] > now), None))

    async def _row(self, demand_id: int) -> Row[Any]:
        """Raises ValueError or TypeError for one that was altered until it cannot be read."""
        query = select(demands).where(demands.c.id == demand_id)
        async with read_connection(self._database) as connection:
            return (await connection.execute(query)).one()

    async def _known(self, demand_id: int) -> frozenset[str]:
        query = select(demand_events.c.step).where(demand_events.c.demand_id == demand_id)
        async with read_connection(self._database) as connection:
            return frozenset((await connection.execute(query)).scalars())
