"""The access log for a process beside the engine: an act is allowed once it stands in the log; edge."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from recordings.journal.row_values import access_of
from recordings.journal.writing import append_access
from recordings.model.access_entry import (
    NOTED,
    START,
    Access,
    Action,
    Actor,
    Result,
    new_access,
    outcome_id,
    result_entry,
)
from recordings.model.batches import batches
from recordings.model.hash_chain import ChainVerifier, Link
from recordings.model.statement import Statement, heads, signed_by
from recordings.model.tables import access_log
from recordings.model.timestamps import hash_text


class AccessLog:
    """Writes directly: the log's own lock keeps the chain whole beside the engine's entries.

    Raises ReasonMissing; SQLAlchemyError or OSError when it cannot be written: then what was asked for
    must be refused.
    """

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database

    async def note(self, who: Actor, action: Action, subjects: Sequence[str], reason: str = "") -> None:
        """One entry for each of `subjects`, before the act; no subject holds a caller's number."""
        now = datetime.now(UTC)
        entries = [new_access(str(uuid.uuid4()), now, who, action, subject, reason) for subject in subjects]
        await self._append(entries)
        noted = NOTED.get()
        if noted is not None:
            noted.extend(entries)

    async def unfinished(self, entries: Sequence[Access], result: Result, why: str) -> None:
        """What these entries say was refused, or failed after they were written."""
        now = datetime.now(UTC)
        await self._append([result_entry(entry, now, result, why) for entry in entries])

    async def _append(self, entries: Sequence[Access]) -> None:
        async with self._database.begin() as connection:
            await append_access(connection, entries)


async def accesses(
    database: AsyncEngine,
    since: datetime | None,
    until: datetime | None,
    person: str,
    action: Action | None,
    about: str,
    limit: int,
) -> list[Link[Access]]:
    """The newest `limit` entries that fit, oldest first. `about`: an id in subject or reason."""
    table = access_log
    query = select(table).order_by(table.c.seq.desc()).limit(limit)
    if since is not None:
        query = query.where(table.c.at >= hash_text(since))
    if until is not None:
        query = query.where(table.c.at < hash_text(until))
    if person:
        query = query.where(or_(table.c.person == person, table.c.system_user == person))
    if action is not None:
        query = query.where(table.c.action == action.value)
    if about:
        in_it = (column.contains(about, autoescape=True) for column in (table.c.subject, table.c.reason))
        query = query.where(or_(*in_it))
    async with read_connection(database) as connection:
        rows = (await connection.execute(query)).all()
    return [access_of(row) for row in reversed(rows)]


async def results(database: AsyncEngine, found: Sequence[Link[Access]]) -> dict[str, tuple[Result, str]]:
    """How these acts ended, by entry id, and why; done where nothing is said."""
    table, ended = access_log, {}
    ids = {
        outcome_id(link.entry.entry_id, result): (link.entry.entry_id, result)
        for link in found
        for result in (Result.REFUSED, Result.FAILED)
    }
    wanted = list(ids)
    async with read_connection(database) as connection:
        for some in batches(wanted):
            part = table.c.entry_id.in_(some)
            for row in await connection.execute(select(table.c.entry_id, table.c.reason).where(part)):
                of, result = ids[row.entry_id]
                ended[of] = (result, str(row.reason).partition(": ")[2])
    return ended


async def access_faults(
    database: AsyncEngine,
    statements: Sequence[Statement],
    public_key: bytes,
    progress: Callable[[int], object] = int,
) -> tuple[list[str], int]:
    """One line a fault, and how many entries were read; sound statements' heads are held against it."""
    sound = [one for one in statements if signed_by(one, public_key)]
    count, found = 0, []
    walk: ChainVerifier[Access] = ChainVerifier(START, heads(sound, "access_log"))
    async with read_connection(database) as connection:
        result = await connection.stream(select(access_log).order_by(access_log.c.seq))
        async for part in result.partitions(1000):
            for row in part:
                found += [fault.line("access log") for fault in walk.read(access_of(row))]
            count += len(part)
            progress(count)
    return [*found, *(fault.line("access log") for fault in walk.end())], count
