"""Who keeps which calls now, asked in the transaction that would let them go (A19, C6); edge."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from recordings.demands.demand import CLOSED
from recordings.demands.store import criteria_of
from recordings.finding.day import arrival
from recordings.finding.near import sent
from recordings.holding.meaning import CallFacts, Meaning, Span, meaning
from recordings.model.evidence_tables import demand_events, demand_findings, demands, holds, registrations
from recordings.model.tables import calls, connections
from recordings.privacy.numbers import Numbers

OPEN_DEMAND, CLOSED_DEMAND = "open demand", "closed demand"
OPEN_APPEAL, MANUAL_HOLD = "open appeal", "manual hold"
_CLOSED = [state.value for state in CLOSED]
_AROUND = timedelta(days=2)  # a call lasts less


@dataclass(frozen=True, slots=True)
class Standing:
    """A demand that keeps calls: open, or closed a short while ago."""

    id: int
    why: str
    meaning: Meaning


async def alone(connection: AsyncConnection) -> None:
    """First in a transaction that lets something go: until its end nobody registers, holds, links, or closes.

    A lock on the tables rather than one agreed upon: it also stops writers that know nothing of us.
    SQLite's BEGIN IMMEDIATE keeps others out already.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE demands, holds, registrations IN SHARE ROW EXCLUSIVE MODE"))


class Holding:
    """What keeps calls; `closed_for`: how long a demand goes on doing so after its end."""

    def __init__(self, numbers: Numbers, zone: ZoneInfo, closed_for: timedelta) -> None:
        self._numbers = numbers
        self._zone = zone
        self._closed_for = closed_for

    async def why(
        self, connection: AsyncConnection, call_ids: Collection[str], now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """Those of `call_ids` (at most some thousands) that may not go, and all that keeps each."""
        ids = list(call_ids)
        found: dict[str, set[str]] = {}
        for call_id, reason in await self._demanded(connection, ids, now):
            found.setdefault(call_id, set()).add(reason)
        appeals = select(registrations.c.call_id).where(
            registrations.c.call_id.in_(ids), registrations.c.open.is_(True)
        )
        held = select(holds.c.subject).where(
            holds.c.subject.in_(ids),
            holds.c.lifted_at.is_(None),
            or_(holds.c.until.is_(None), holds.c.until > now),
        )
        for query, reason in ((appeals, OPEN_APPEAL), (held, MANUAL_HOLD)):
            for call_id in (await connection.execute(query)).scalars():
                found.setdefault(call_id, set()).add(reason)
        order = (OPEN_DEMAND, CLOSED_DEMAND, OPEN_APPEAL, MANUAL_HOLD)
        return {id_: tuple(one for one in order if one in reasons) for id_, reasons in found.items()}

    async def spans(self, connection: AsyncConnection, now: datetime) -> list[Span]:
        """Times of which nothing may go that belongs to no single call: channel logs, stints."""
        found = [span for one in await self._standing(connection, now) if (span := one.meaning.span())]
        appeals = select(registrations.c.call_id).where(registrations.c.open.is_(True))
        held = select(holds.c.subject).where(
            holds.c.lifted_at.is_(None), or_(holds.c.until.is_(None), holds.c.until > now)
        )
        for query in (appeals, held):
            for call_id in (await connection.execute(query)).scalars():
                at = arrival(call_id)
                found.append(Span() if at is None else Span(at - _AROUND, at + _AROUND))
        return found

    async def _demanded(
        self, connection: AsyncConnection, ids: Sequence[str], now: datetime
    ) -> list[tuple[str, str]]:
        standing = await self._standing(connection, now)
        if not standing:
            return []
        facts = await self._facts(connection, ids)
        return [(call.call_id, one.why) for one in standing for call in facts if one.meaning.includes(call)]

    async def _standing(self, connection: AsyncConnection, now: datetime) -> list[Standing]:
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
                found.append(Standing(row.id, OPEN_DEMAND, meant))
            else:  # answered: what it names stays a while, and no letter can keep everything
                found.append(Standing(row.id, CLOSED_DEMAND, replace(meant, everything=False)))
        return found

    async def _meaning(self, connection: AsyncConnection, hidden: str) -> Meaning:
        try:
            wanted = criteria_of(hidden, self._numbers)
        except ValueError:  # altered, or hidden with another key: nobody knows what it means
            return Meaning(everything=True)
        known = select(calls.c.call_id).where(calls.c.call_id == wanted.call_id)
        linked = select(registrations.c.number).where(registrations.c.number == wanted.registration)
        return meaning(
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
