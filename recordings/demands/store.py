"""Store of the register: a demand and its events, written together in short transactions; edge."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import read_connection
from config.told import told
from recordings.demands.demand import Demand, DemandEvent, DemandState, Finding, Letter
from recordings.finding.criteria import Criteria
from recordings.model.access_entry import Actor
from recordings.model.batches import batches
from recordings.model.evidence_tables import demand_events as events
from recordings.model.evidence_tables import demand_findings as findings
from recordings.model.evidence_tables import demands
from recordings.privacy.numbers import Numbers
from recordings.rows.bound_tables import DEMAND_EVENTS, DEMANDS, FINDINGS
from recordings.rows.service import entered
from recordings.rows.store import keys_where, lock

_CRITERIA: TypeAdapter[Criteria] = TypeAdapter(Criteria)


INVOLVED = ("registered", "corrected", "searched")  # steps whose doers cannot be the second person


class NoSuchDemand(LookupError):
    """The register has no such demand."""


async def add(
    connection: AsyncConnection,
    letter: Letter,
    due_at: datetime,
    term_source: str,
    who: Actor,
    now: datetime,
    numbers: Numbers,
) -> int:
    """A new demand, received; its id."""
    values = {
        "authority": letter.authority,
        "basis": letter.basis,
        "letter_number": letter.number,
        "letter_date": letter.date.isoformat(),
        "pii_asked": numbers.hide(letter.asked),
        "pii_criteria": hidden_criteria(letter.criteria, numbers),
        "received_at": letter.received_at,
        "due_at": due_at,
        "term_source": term_source,
        "responsible": letter.responsible,
        "registered_by": who.system_user,
        "registered_at": now,
        "state": DemandState.RECEIVED.value,
    }
    async with entered(connection, [(DEMANDS, [])]) as rows:
        found = (await connection.execute(insert(demands).values(values))).inserted_primary_key
        assert found is not None
        rows.add(DEMANDS, tuple(found))
    id_ = int(found[0])
    await add_event(connection, id_, who, now, "registered", "", DemandState.RECEIVED, {})
    return id_


async def add_event(
    connection: AsyncConnection,
    demand_id: int,
    who: Actor,
    at: datetime,
    step: str,
    before: str,
    after: str,
    facts: dict[str, object],
) -> None:
    """One event; `facts` without personal data."""
    row = {
        "demand_id": demand_id,
        "at": at,
        "person": who.person,
        "role": who.role,
        "system_user": who.system_user,
        "step": step,
        "before": str(before),
        "after": str(after),
        "facts": json.dumps(facts, sort_keys=True, ensure_ascii=False),
    }
    async with entered(connection, [(DEMAND_EVENTS, [])]) as rows:
        key = (await connection.execute(insert(events).values(row))).inserted_primary_key
        assert key is not None
        rows.add(DEMAND_EVENTS, tuple(key))


async def set_state(connection: AsyncConnection, demand_id: int, state: DemandState) -> None:
    """Only after steps.move allowed it, in the same transaction as its event."""
    async with entered(connection, [(DEMANDS, [(demand_id,)])]):
        await connection.execute(update(demands).where(demands.c.id == demand_id).values(state=state.value))


async def correct(connection: AsyncConnection, demand_id: int, criteria: Criteria, numbers: Numbers) -> None:
    """Other criteria; what was found by the earlier ones is no finding any more."""
    values = {"pii_criteria": hidden_criteria(criteria, numbers)}
    async with entered(connection, [(DEMANDS, [(demand_id,)])]):
        await connection.execute(update(demands).where(demands.c.id == demand_id).values(values))
    await set_findings(connection, demand_id, ())


async def last_search(connection: AsyncConnection, demand_id: int) -> int | None:
    """The newest search's event; None without any."""
    newest = select(func.max(events.c.seq)).where(
        events.c.demand_id == demand_id, events.c.step == "searched"
    )
    found: int | None = (await connection.execute(newest)).scalar()
    return found


async def state_for_update(connection: AsyncConnection, demand_id: int) -> DemandState:
    """The state, nobody else changing it meanwhile. Raises NoSuchDemand.

    First in its transaction: the chain of rows is locked before any row, as retention does it too.
    """
    await lock(connection)
    query = select(demands.c.state).where(demands.c.id == demand_id).with_for_update()
    found = (await connection.execute(query)).scalar()
    if found is None:
        raise NoSuchDemand(
            told("there is no demand {demand_id}; see: ivr111 demands list", demand_id=demand_id)
        )
    return DemandState(found)


async def involved(connection: AsyncConnection, demand_id: int) -> frozenset[str]:
    """System users who registered, corrected or searched it."""
    query = select(events.c.system_user).where(events.c.demand_id == demand_id, events.c.step.in_(INVOLVED))
    return frozenset((await connection.execute(query)).scalars())


async def set_findings(connection: AsyncConnection, demand_id: int, found: Iterable[Finding]) -> None:
    """What the demand covers, instead of what an earlier search found."""
    rows = [{"demand_id": demand_id, "call_id": f.call_id, "recording_id": f.recording_id} for f in found]
    before = await keys_where(connection, FINDINGS, findings.c.demand_id == demand_id)
    async with entered(connection, [(FINDINGS, [*before, *map(FINDINGS.key_of, rows)])]):
        await connection.execute(delete(findings).where(findings.c.demand_id == demand_id))
        if rows:
            await connection.execute(insert(findings), rows)


async def same_letter(database: AsyncEngine, letter: Letter) -> int | None:
    """A demand with the same letter, if there is one."""
    query = select(demands.c.id).where(
        demands.c.authority == letter.authority,
        demands.c.letter_number == letter.number,
        demands.c.letter_date == letter.date.isoformat(),
    )
    async with read_connection(database) as connection:
        found: int | None = (await connection.execute(query)).scalar()
    return found


class DemandUnreadable(Exception):
    """Rows of demands that were altered by another's hand; the text names the demands."""

    def __init__(self, ids: Sequence[int]) -> None:
        named = ", ".join(map(str, ids))
        super().__init__(
            f"the rows of demand {named} cannot be read, they were altered: see ivr111 recordings verify; "
            "every other demand can be shown by its number"
        )
        self.ids = tuple(ids)


async def load(
    database: AsyncEngine,
    numbers: Numbers,
    ids: Sequence[int] | None = None,
    states: Sequence[DemandState] = (),
) -> list[Demand]:
    """Demands with their life, nearest term first. Raises DemandUnreadable, which names them."""
    try:
        return await _load(database, numbers, ids, states)
    except (ValueError, TypeError):
        known = select(demands.c.id).order_by(demands.c.id)
        async with read_connection(database) as connection:
            asked = (await connection.execute(known)).scalars().all() if ids is None else ids
        altered = []
        for id_ in asked:
            try:
                await _load(database, numbers, [id_], states)
            except (ValueError, TypeError):
                altered.append(id_)
        if not altered:
            raise
        raise DemandUnreadable(altered) from None


async def _load(
    database: AsyncEngine, numbers: Numbers, ids: Sequence[int] | None, states: Sequence[DemandState]
) -> list[Demand]:
    query = select(demands).order_by(demands.c.due_at, demands.c.id)
    if ids is not None:
        query = query.where(demands.c.id.in_(list(ids)))
    if states:
        query = query.where(demands.c.state.in_([state.value for state in states]))
    async with read_connection(database) as connection:
        rows = (await connection.execute(query)).all()
        known = [row.id for row in rows]
        lives: dict[int, list[DemandEvent]] = {}
        covers: dict[int, list[Finding]] = {}
        for part in batches(known):
            of_these = select(events).where(events.c.demand_id.in_(part)).order_by(events.c.seq)
            for row in (await connection.execute(of_these)).all():
                lives.setdefault(row.demand_id, []).append(_event(row))
            covered = select(findings).where(findings.c.demand_id.in_(part))
            for row in (await connection.execute(covered.order_by(findings.c.recording_id))).all():
                covers.setdefault(row.demand_id, []).append(Finding(row.call_id, row.recording_id))
    return [_demand(row, lives.get(row.id, []), covers.get(row.id, []), numbers) for row in rows]


def hidden_criteria(criteria: Criteria, numbers: Numbers) -> str:
    """As the row keeps them."""
    return numbers.hide(json.dumps(_plain(asdict(criteria)), ensure_ascii=False))


def criteria_of(hidden: str, numbers: Numbers) -> Criteria:
    """What to search by, from the row. Raises ValueError when it was altered or hidden with another key."""
    return _CRITERIA.validate_json(numbers.reveal(hidden))


def _demand(row: Row[Any], life: list[DemandEvent], covered: list[Finding], numbers: Numbers) -> Demand:
    letter = Letter(
        authority=row.authority,
        basis=row.basis,
        number=row.letter_number,
        date=date.fromisoformat(row.letter_date),
        asked=numbers.reveal(row.pii_asked),
        criteria=criteria_of(row.pii_criteria, numbers),
        received_at=row.received_at,
        due_at=row.due_at if row.term_source == "letter" else None,
        responsible=row.responsible,
    )
    return Demand(
        id=row.id,
        letter=letter,
        due_at=row.due_at,
        term_source=row.term_source,
        registered_by=row.registered_by,
        registered_at=row.registered_at,
        state=DemandState(row.state),
        events=tuple(life),
        findings=tuple(covered),
    )


def _event(row: Row[Any]) -> DemandEvent:
    who = Actor(row.person, row.role, row.system_user)
    return DemandEvent(row.seq, row.at, who, row.step, row.before, row.after, json.loads(row.facts))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
