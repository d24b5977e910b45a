"""Moving of an appeal: a status step, its event and what hangs on it, in one transaction; edge (A12).

Rooms above the register call `move_in` within their own transaction, so that an appeal is never said to be
handed over where no hand-over stands, nor the other way round.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.model.appeal import Appeal, AppealOutcome, AppealState
from appeals.model.register_tables import APPEAL_NUMBERS, appeal_contacts, appeal_numbers
from appeals.register.drafts import note_unnoted
from appeals.register.number import number_of
from appeals.register.status import move
from appeals.register.store import change, happened, row_for_update
from recordings.finding.registrations import tie
from recordings.model.access_entry import Actor
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered


async def move_in(
    connection: AsyncConnection,
    numbers: Numbers,
    appeal_id: int,
    to: AppealState,
    who: Actor,
    now: datetime,
    *,
    reason: str = "",
    outcome: AppealOutcome | None = None,
    open_hand_overs: tuple[str, ...] = (),
    columns: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
    step: str = "",
) -> None:
    """`facts` without personal data; `reason` goes into the history, hidden.

    Raises WrongStep, StepForbidden, NoSuchAppeal; then the caller's transaction must end without effect.
    """
    row = await row_for_update(connection, appeal_id)
    before = AppealState(row.state)
    state = move(before, to, who, reason=reason, outcome=outcome, open_hand_overs=open_hand_overs)
    await note_unnoted(connection, numbers, appeal_id)
    await change(connection, appeal_id, now, {"state": state.value, **(columns or {})})
    said = {"before": before.value, "after": state.value, **(facts or {})}
    await happened(connection, numbers, appeal_id, who, now, step or state.value, after=reason, facts=said)


async def register_in(
    connection: AsyncConnection,
    numbers: Numbers,
    appeal_id: int,
    who: Actor,
    now: datetime,
    zone: ZoneInfo,
    owed: tuple[datetime, str] | None,
) -> str:
    """Give the appeal its number; the one it has where it has one already. Raises as `move_in`.

    `owed`: when an answer is, by which term of settings.
    """
    row = await row_for_update(connection, appeal_id)
    if row.number:
        return str(row.number)
    year = now.astimezone(zone).year
    number = number_of(year, await _next(connection, year))
    columns: dict[str, Any] = {"number": number, "registered_at": now}
    if owed is not None:
        columns |= {"due_at": owed[0], "due_source": owed[1]}
    facts = {"number": number, "due_at": owed[0].isoformat() if owed else None}
    await move_in(
        connection, numbers, appeal_id, AppealState.REGISTERED, who, now, columns=columns, facts=facts
    )
    await tie(connection, number, await calls_of(connection, appeal_id), True, now)
    return number


async def close_in(
    connection: AsyncConnection,
    numbers: Numbers,
    appeal: Appeal | Row[Any],
    outcome: AppealOutcome,
    who: Actor,
    now: datetime,
    *,
    reason: str,
    open_hand_overs: tuple[str, ...],
    columns: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """End it: from here on it holds no recording. Raises as `move_in`."""
    await move_in(
        connection,
        numbers,
        appeal.id,
        AppealState.CLOSED,
        who,
        now,
        reason=reason,
        outcome=outcome,
        open_hand_overs=open_hand_overs,
        columns={"closed_at": now, "outcome": outcome.value, **(columns or {})},
        facts={"outcome": outcome.value, "open_hand_overs": list(open_hand_overs), **(facts or {})},
    )
    if appeal.number:
        await tie(connection, appeal.number, await calls_of(connection, appeal.id), False, now)


async def reopen_in(
    connection: AsyncConnection, numbers: Numbers, appeal_id: int, who: Actor, now: datetime, reason: str
) -> None:
    """In work again; it holds its recordings again. Raises as `move_in`."""
    row = await row_for_update(connection, appeal_id)
    columns = {"closed_at": None, "outcome": None, "joined_to": None}
    await move_in(
        connection,
        numbers,
        appeal_id,
        AppealState.IN_WORK,
        who,
        now,
        reason=reason,
        columns=columns,
        facts={"was": row.outcome},
        step="reopened",
    )
    if row.number:
        await tie(connection, row.number, await calls_of(connection, appeal_id), True, now)


async def calls_of(connection: AsyncConnection, appeal_id: int) -> list[str]:
    """Ids of its calls."""
    table = appeal_contacts
    query = select(table.c.call_id).where(table.c.appeal_id == appeal_id, table.c.call_id.is_not(None))
    return list((await connection.execute(query.order_by(table.c.call_id))).scalars())


async def _next(connection: AsyncConnection, year: int) -> int:
    """The year's next running number; it is given back when the transaction comes to nothing."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    async with entered(connection, [(APPEAL_NUMBERS, [(year,)])]):
        new = dialect.insert(appeal_numbers).values(year=year, last=0)
        await connection.execute(new.on_conflict_do_nothing(index_elements=["year"]))
        query = (
            update(appeal_numbers)
            .where(appeal_numbers.c.year == year)
            .values(last=appeal_numbers.c.last + 1)
            .returning(appeal_numbers.c.last)
        )
        return int((await connection.execute(query)).scalar_one())
