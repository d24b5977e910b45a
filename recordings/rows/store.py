"""Store of the chain of rows, and of the rows it binds: asked and appended to; edge."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.database import read_connection
from recordings.model.batches import batches
from recordings.model.evidence_tables import row_chain as table
from recordings.model.hash_chain import Head, Link, chain
from recordings.privacy.numbers import Numbers
from recordings.rows.bound_tables import BoundTable, Row
from recordings.rows.entry import START, Key, RowEntry, key_text, mark

T = TypeVar("T")

_MANY = 300  # keys in one question


# One question, one plan, however many rows.
_NEWEST = text(
    "SELECT r.table_name, r.row_key, r.seq, r.kind, r.digest FROM ("
    "SELECT (SELECT max(c.seq) FROM row_chain c WHERE c.table_name = json_extract(j.value, '$[0]') "
    "AND c.row_key = json_extract(j.value, '$[1]')) AS seq FROM json_each(:names) j) n "
    "JOIN row_chain r ON r.seq = n.seq"
)
_NEWEST_PG = text(
    "SELECT n.t, n.k, r.seq, r.kind, r.digest "
    "FROM unnest(CAST(:tables AS text[]), CAST(:keys AS text[])) AS n (t, k) CROSS JOIN LATERAL ("
    "SELECT seq, kind, digest FROM row_chain c WHERE c.table_name = n.t AND c.row_key = n.k "
    "ORDER BY seq DESC LIMIT 1) r"
)


_COLUMNS = ("seq", "kind", "table_name", "row_key", "at", "digest", "previous", "hash", "mark")
_APPEND = (
    "INSERT INTO row_chain (seq, kind, table_name, row_key, at, digest, previous, hash, mark) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class NewestEntry:
    """A row's newest entry."""

    seq: int
    kind: str
    digest: str


Newests = Mapping[tuple[str, str], NewestEntry]


async def head(connection: AsyncConnection) -> Head:
    """The chain's end; START when it is empty."""
    last = select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
    row = (await connection.execute(last)).first()
    return START if row is None else Head(row.seq, row.hash)


async def grown(connection: AsyncConnection, since: int) -> bool:
    """Whether anything but statements, and where they were handed to, was entered behind entry `since`."""
    quiet = table.c.table_name.in_(("statements", "statement_copies"))
    query = select(table.c.seq).where(table.c.seq > since, ~quiet).limit(1)
    return (await connection.execute(query)).first() is not None


async def links(database: AsyncEngine) -> AsyncIterator[tuple[Link[RowEntry], str]]:
    """The chain in order, each link with its mark."""
    async with read_connection(database) as connection:
        result = await connection.stream(select(table).order_by(table.c.seq))
        async for part in result.partitions(2000):
            for row in part:
                found = RowEntry(row.kind, row.table_name, row.row_key, row.at, row.digest)
                yield Link(row.seq, row.previous, row.hash, found), row.mark


def snapshot(database: AsyncEngine) -> AsyncConnection:
    """For questions that must see one moment: in SQLite every transaction does."""
    if database.dialect.name == "postgresql":
        database = database.execution_options(isolation_level="REPEATABLE READ")
    return read_connection(database)


async def newest(connection: AsyncConnection, names: Iterable[tuple[str, str]]) -> Newests:
    """The last word on each of these rows, (table, key), that has one."""
    asked = list(names)
    if not asked:
        return {}
    if connection.dialect.name == "postgresql":
        query = _NEWEST_PG
        values: dict[str, object] = {"tables": [one[0] for one in asked], "keys": [one[1] for one in asked]}
    else:
        query = _NEWEST
        values = {"names": json.dumps(asked, ensure_ascii=False)}
    return {
        (row[0], row[1]): NewestEntry(row[2], row[3], row[4])
        for row in await connection.execute(query, values)
    }


async def standing(connection: AsyncConnection, bound: BoundTable, keys: Collection[Key]) -> dict[str, Row]:
    """The rows as they stand, by the chain's name of their key."""
    found: dict[str, Row] = {}
    if bound.by is not None:
        wanted = {key_text(key) for key in keys}
        query, values = _by(connection.dialect.name, bound, sorted({str(key[0]) for key in keys}))
        rows = (await connection.execute(query, values)).mappings() if wanted else ()
        return {name: row for row in rows if (name := bound.text_of(row)) in wanted}
    for part in batches(list(keys), _MANY):
        query = select(bound.table).where(_among(bound, part))
        for row in (await connection.execute(query)).mappings():
            found[bound.text_of(row)] = row
    return found


async def keys_where(connection: AsyncConnection, bound: BoundTable, which: ColumnElement[bool]) -> list[Key]:
    """Keys of the rows for which `which` holds."""
    return [tuple(row) for row in await connection.execute(select(*_columns_of(bound)).where(which))]


async def there(connection: AsyncConnection, bound: BoundTable, keys: Sequence[Key]) -> frozenset[str]:
    """Those of `keys` that have a row, by the chain's name of them."""
    found: set[str] = set()
    for part in batches(keys, _MANY):
        query = select(*_columns_of(bound)).where(_among(bound, part))
        found.update(key_text(tuple(row)) for row in await connection.execute(query))
    return frozenset(found)


async def keys_known(
    connection: AsyncConnection, bound: BoundTable, after: str, most: int
) -> Sequence[tuple[str, int]]:
    """Names of rows that ever had an entry, behind `after`, in order, each with its newest entry."""
    query = (
        select(table.c.row_key, func.max(table.c.seq))
        .where(table.c.table_name == bound.name, table.c.row_key > after)
        .group_by(table.c.row_key)
        .order_by(table.c.row_key)
        .limit(most)
    )
    return [(row[0], row[1]) for row in await connection.execute(query)]


async def rows_behind(
    connection: AsyncConnection, bound: BoundTable, after: Key | None, most: int
) -> Sequence[Row]:
    """The next rows of a table, in the order of their keys."""
    query = select(bound.table).order_by(*_columns_of(bound)).limit(most)
    if after is not None:
        query = query.where(_behind(bound, after))
    return (await connection.execute(query)).mappings().all()


async def append(connection: AsyncConnection, entries: Iterable[RowEntry], numbers: Numbers) -> None:
    """Chain `entries`; the lock is held already."""
    secret, rows = numbers.rows_key, list[dict[str, Any]]()
    for link in chain(await head(connection), entries):
        one = link.entry
        rows.append(
            {
                "seq": link.seq,
                "kind": one.kind,
                "table_name": one.table,
                "row_key": one.key,
                "at": one.at,
                "digest": one.digest,
                "previous": link.previous,
                "hash": link.hash,
                "mark": mark(secret, link.hash),
            }
        )
        if len(rows) % _MANY == 0:  # others have their turn
            await asyncio.sleep(0)
    if rows and connection.dialect.name == "sqlite":
        # Texts and numbers as they are: what is made of each row by the way costs more than the row itself.
        await connection.exec_driver_sql(_APPEND, [tuple(row[name] for name in _COLUMNS) for row in rows])
    elif rows:
        await connection.execute(insert(table), rows)


async def lock(connection: AsyncConnection) -> None:
    """Nobody else appends until the transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE keeps others out already
        await connection.execute(text("LOCK TABLE row_chain IN EXCLUSIVE MODE"))


def _columns_of(bound: BoundTable) -> list[ColumnElement[Any]]:
    return [bound.table.c[name] for name in bound.key]


def _by(dialect: str, bound: BoundTable, values: list[str]) -> tuple[Select[Any], dict[str, Any]]:
    """By the key's first column alone, as one value: one text and one plan for any number of keys."""
    if dialect == "postgresql":
        return _by_pg(bound), {"values": values}
    return _by_sqlite(bound), {"values": json.dumps(values, ensure_ascii=False)}


@cache
def _by_pg(bound: BoundTable) -> Select[Any]:
    column = bound.table.c[bound.key[0]]
    return select(bound.table).where(column == func.any(bindparam("values", type_=ARRAY(Text))))


@cache
def _by_sqlite(bound: BoundTable) -> Select[Any]:
    column = bound.table.c[bound.key[0]]
    values = func.json_each(bindparam("values")).table_valued("value")
    return select(bound.table).where(column.in_(select(values.c.value)))


def _among(bound: BoundTable, keys: Sequence[Key]) -> ColumnElement[bool]:
    columns = _columns_of(bound)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def _behind(bound: BoundTable, key: Key) -> ColumnElement[bool]:
    columns = _columns_of(bound)
    if len(columns) == 1:
        return columns[0] > key[0]
    values = [literal(value, column.type) for value, column in zip(key, columns, strict=True)]
    return tuple_(*columns) > tuple_(*values)


async def raw_keys_behind(
    connection: AsyncConnection, bound: BoundTable, after: Key | None, most: int
) -> Sequence[Key]:
    """The next keys alone. Raises ValueError where a key itself cannot be read."""
    query = select(*_columns_of(bound)).order_by(*_columns_of(bound)).limit(most)
    if after is not None:
        query = query.where(_behind(bound, after))
    return [tuple(row) for row in (await connection.execute(query)).all()]
