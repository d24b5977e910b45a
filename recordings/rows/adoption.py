"""Adoption of rows from before they were chained: entered once, and which tables are done; edge."""

from datetime import UTC, datetime

from sqlalchemy import func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from recordings.model.evidence_tables import row_chain as table
from recordings.model.evidence_tables import rows_before
from recordings.privacy.numbers import Numbers
from recordings.rows.bound_tables import BoundTable
from recordings.rows.entry import Key, RowEntryKind, entry
from recordings.rows.store import append, lock, newest, rows_behind


async def adopt(
    connection: AsyncConnection, numbers: Numbers, bound: BoundTable, after: Key | None, most: int
) -> Key | None:
    """Enter the next rows behind `after` that have no entry; the key to go on from, None at the end."""
    await lock(connection)
    found = await rows_behind(connection, bound, after, most)
    names = [bound.text_of(row) for row in found]
    asked = [(bound.name, name) for name in names]
    known, now = await newest(connection, asked), datetime.now(UTC)
    entries = [
        entry(RowEntryKind.ADOPTED, bound.name, name, now, bound.digest_of(row, numbers))
        for name, row in zip(names, found, strict=True)
        if (bound.name, name) not in known
    ]
    await append(connection, entries, numbers)
    return bound.key_of(found[-1]) if len(found) == most else None


async def complete(connection: AsyncConnection, numbers: Numbers, since: str) -> None:
    """From here on no row is adopted of the tables bound by that revision."""
    await lock(connection)
    if not await is_complete(connection, since):
        await append(connection, [entry(RowEntryKind.COMPLETE, "", since, datetime.now(UTC))], numbers)


async def is_complete(connection: AsyncConnection, since: str) -> bool:
    """Whether the chain says that rows from before are all entered, of the tables bound by that revision."""
    said = select(table.c.seq).where(
        table.c.table_name == "", table.c.row_key == since, table.c.kind == RowEntryKind.COMPLETE.value
    )
    return (await connection.execute(said.limit(1))).first() is not None


async def is_bound(connection: AsyncConnection, bound: BoundTable) -> bool:
    """Whether the schema knows of it yet: a home is older at its first start with a new version."""
    if not await connection.run_sync(lambda one: inspect(one).has_table(rows_before.name)):
        return False
    known = select(rows_before.c.count).where(rows_before.c.table_name == bound.name)
    return (await connection.execute(known)).first() is not None


async def adopting(connection: AsyncConnection, bound: BoundTable) -> bool:
    """A row of it without entry is no fault yet: the home is older than that, and not all are adopted."""
    count = select(func.sum(rows_before.c.count))
    if bound.since:  # what stood there as this one was bound, later than the others
        count = count.where(rows_before.c.table_name == bound.name)
    before = (await connection.execute(count)).scalar()
    return bool(before) and not await is_complete(connection, bound.since)
