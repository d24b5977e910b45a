"""Holds of demands: which calls they keep from retention, and why; edge (A19, C6, decision 0060)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from recordings.demands.demand import CLOSED
from recordings.demands.scope import CallFacts, DemandScope, scope_of
from recordings.demands.store import criteria_of
from recordings.finding.near_numbers import sent
from recordings.model.evidence_tables import demand_events, demand_findings, demands, registrations
from recordings.model.tables import calls, connections
from recordings.privacy.numbers import Numbers
from recordings.retention.holds import Period

OPEN_DEMAND, CLOSED_DEMAND = "open demand", "closed demand"
_CLOSED = [state.value for state in CLOSED]


@dataclass(frozen=True, slots=True)
class HoldingDemand:
    """A demand that keeps calls: open, or closed a short while ago."""

    id: int
    why: str
    meaning: DemandScope


class DemandHolds:
    """Calls that a demand could mean; answers as `Holds` of retention.

    `closed_for`: how long a demand goes on keeping them after its end.
    """

    tables = (demands.name, registrations.name)

    def __init__(self, numbers: Numbers, zone: ZoneInfo, closed_for: timedelta) -> None:
        self._numbers = numbers
        self._zone = zone
        self._closed_for = closed_for

    async def why(
        self, connection: AsyncConnection, call_ids: Collection[str], now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """See Holds."""
        standing = await self._standing(connection, now)
        if not standing:
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for call in await self._facts(connection, list(call_ids)):
            reasons = {one.why for one in standing if one.meaning.includes(call)}
            if reasons:
                found[call.call_id] = tuple(one for one in (OPEN_DEMAND, CLOSED_DEMAND) if one in reasons)
        return found

    async def periods(self, connection: AsyncConnection, now: datetime) -> list[Period]:
        """See Holds."""
        meant = [one.meaning.period() for one in await self._standing(connection, now)]
        return [period for period in meant if period is not None]

    async def _standing(self, connection: AsyncConnection, now: datetime) -> list[HoldingDemand]:
        closed_at = (
            select(func.max(demand_events.c.at))
            .where(demand_events.c.demand_id == demands.c.id, demand_events.c.after == demands.c.state)
            .where(demand_events.c.before != demand_events.c.after)
            .scalar_subquery()
        )
        is_open = demands.c.state.not_in(_CLOSED)
        query = select(demands.c.id, demands.c.pii_criteria, is_open.label("open")).where(
            or_(is_open, closed_at > now - self._closed_for)
        )
        rows = (await connection.execute(query)).all()
        if not rows:
            return []
        covered: dict[int, set[str]] = {}
        of_these = select(demand_findings.c.demand_id, demand_findings.c.call_id).where(
            demand_findings.c.demand_id.in_([row.id for row in rows])
        )
        for row in (await connection.execute(of_these)).all():
            covered.setdefault(row.demand_id, set()).add(row.call_id)
        found = []
        for row in rows:
            meant = replace(
                await self._meaning(connection, row.pii_criteria), found=frozenset(covered.get(row.id, ()))
            )
            if row.open:
                found.append(HoldingDemand(row.id, OPEN_DEMAND, meant))
            else:  # answered: what it names stays a while, and no letter can keep everything
                found.append(HoldingDemand(row.id, CLOSED_DEMAND, replace(meant, everything=False)))
        return found

    async def _meaning(self, connection: AsyncConnection, hidden: str) -> DemandScope:
        try:
            wanted = criteria_of(hidden, self._numbers)
        except ValueError:  # altered, or hidden with another key: nobody knows what it means
            return DemandScope(everything=True)
        known = select(calls.c.call_id).where(calls.c.call_id == wanted.call_id)
        linked = select(registrations.c.number).where(registrations.c.number == wanted.registration)
        return scope_of(
            wanted,
            self._zone,
            frozenset((await connection.execute(known)).scalars()) if wanted.call_id else frozenset(),
            frozenset((await connection.execute(linked.distinct())).scalars())
            if wanted.registration
            else frozenset(),
        )

    async def _facts(self, connection: AsyncConnection, ids: Sequence[str]) -> list[CallFacts]:
        columns = (calls.c.call_id, calls.c.caller, calls.c.arrived_at, calls.c.ended_at)
        rows = (await connection.execute(select(*columns).where(calls.c.call_id.in_(ids)))).all()
        parties = select(connections.c.call_id, connections.c.party).where(connections.c.call_id.in_(ids))
        numbers = select(registrations.c.call_id, registrations.c.number).where(
            registrations.c.call_id.in_(ids)
        )
        spoke = _grouped((await connection.execute(parties)).all())
        linked = _grouped((await connection.execute(numbers)).all())
        return [
            CallFacts(
                row.call_id,
                self._forms(row.caller),
                row.arrived_at,
                row.ended_at,
                spoke.get(row.call_id, frozenset()),
                linked.get(row.call_id, frozenset()),
            )
            for row in rows
        ]

    def _forms(self, hidden: str | None) -> frozenset[str] | None:
        if hidden is None:
            return frozenset()
        try:
            return sent(self._numbers.reveal(hidden))
        except ValueError:
            return None


def _grouped(rows: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for call_id, value in rows:
        found.setdefault(call_id, set()).add(value)
    return {call_id: frozenset(values) for call_id, values in found.items()}
