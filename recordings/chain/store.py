"""Store of the chain: entries are appended inside their caller's transaction, and never changed; edge."""

from collections.abc import AsyncIterator, Iterable

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import read_connection
from recordings.chain.entry import START, ChainEntry
from recordings.model import evidence_tables as tables
from recordings.model.hash_chain import Head, Link, chain
from recordings.model.tables import access_log

_AT_ONCE = 2000


async def append(connection: AsyncConnection, entries: Iterable[ChainEntry]) -> list[Link[ChainEntry]]:
    """Chain `entries`, in order; safe beside other writers, gone with the transaction when it fails."""
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE keeps others out already
        await connection.execute(text("LOCK TABLE chain IN EXCLUSIVE MODE"))
    links = list(chain(await head(connection), entries))
    rows = [
        {
            "seq": link.seq,
            "kind": link.entry.kind,
            "subject": link.entry.subject,
            "at": link.entry.at,
            "facts": link.entry.facts,
            "previous": link.previous,
            "hash": link.hash,
        }
        for link in links
    ]
    if rows:
        await connection.execute(insert(tables.chain), rows)
    return links


async def head(connection: AsyncConnection) -> Head:
    """The chain's end; START when it is empty."""
    last = select(tables.chain.c.seq, tables.chain.c.hash).order_by(tables.chain.c.seq.desc()).limit(1)
    row = (await connection.execute(last)).first()
    return START if row is None else Head(row.seq, row.hash)


async def links(
    database: AsyncEngine, first: int = 1, last: int | None = None
) -> AsyncIterator[Link[ChainEntry]]:
    """The chain's links from `first` to `last`, both included, in order."""
    table = tables.chain
    query = select(table).where(table.c.seq >= first).order_by(table.c.seq)
    if last is not None:
        query = query.where(table.c.seq <= last)
    async with read_connection(database) as connection:
        result = await connection.stream(query)
        async for part in result.partitions(_AT_ONCE):
            for row in part:
                found = ChainEntry(row.kind, row.subject, row.at, row.facts)
                yield Link(row.seq, row.previous, row.hash, found)


async def hashes(database: AsyncEngine, first: int, last: int) -> list[str]:
    """The entries' hashes (hex) from `first` to `last`, in order; empty when `last` lies before `first`."""
    table = tables.chain
    query = select(table.c.hash).where(table.c.seq >= first, table.c.seq <= last).order_by(table.c.seq)
    async with read_connection(database) as connection:
        return list((await connection.execute(query)).scalars())


async def entry_of(database: AsyncEngine, seq: int) -> Link[ChainEntry] | None:
    """One entry in its place."""
    async for link in links(database, seq, seq):
        return link
    return None


async def access_head(connection: AsyncConnection) -> Head:
    """The access log's end."""
    last = select(access_log.c.seq, access_log.c.hash).order_by(access_log.c.seq.desc()).limit(1)
    row = (await connection.execute(last)).first()
    return Head(0, "") if row is None else Head(row.seq, row.hash)
