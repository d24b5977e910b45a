"""Entering of rows into their chain by whoever writes them, in the same transaction; edge."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Update, event, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings.privacy.keyring import KeyMissing
from recordings.privacy.numbers import Numbers
from recordings.rows.adoption import adopting
from recordings.rows.bound_tables import BOUND, BoundTable, Row
from recordings.rows.entry import Key, RowEntry, RowEntryKind, entry, key_text
from recordings.rows.store import Newests, append, lock, newest, standing

log = structlog.get_logger()

Keys = Mapping[BoundTable, set[Key]]
Touched = Iterable[tuple[BoundTable, Iterable[Key]]]

_IN_TURN = 50  # rows, a few milliseconds: the engine's loop has calls to answer in between
_KEY = "ivr111_numbers"
_entering: ContextVar[frozenset[str]] = ContextVar("entering", default=frozenset())


def keyed(
    database: AsyncEngine, numbers: Callable[[], Numbers], bound: Sequence[BoundTable] = BOUND
) -> AsyncEngine:
    """`database` for a process that writes rows: `numbers` gives the keys when they are first needed.

    What it writes into a bound table outside `entered` is a fault of ours and told as such.
    """
    found = database.execution_options(**{_KEY: _Once(numbers)})
    of_table: dict[str, list[BoundTable]] = {}
    for one in bound:
        of_table.setdefault(one.table.name, []).append(one)

    def before(_connection: Any, statement: Any, many: Any, values: Any, _options: Any) -> None:
        if not getattr(statement, "is_dml", False):
            return
        for one in of_table.get(statement.table.name, ()):
            if one.name in _entering.get():
                continue
            if isinstance(statement, Update) and not one.content(_columns(statement, many, values)):
                continue
            unentered(one.name)

    event.listen(found.sync_engine, "before_execute", before)
    return found


def unentered(name: str) -> None:
    """A writer forgot `entered`: the row will be named by `recordings verify`."""
    log.error("row_written_unentered", table=name)


class EnteredRows:
    """Rows that a block of `entered` writes; those whose key the database gives are named in it."""

    def __init__(self, touched: Touched) -> None:
        self.keys = {bound: set(keys) for bound, keys in touched}

    def add(self, bound: BoundTable, key: Key) -> None:
        """A row made just now."""
        self.keys.setdefault(bound, set()).add(key)


@asynccontextmanager
async def entered(connection: AsyncConnection, touched: Touched) -> AsyncIterator[EnteredRows]:
    """Around all that writes these rows. Its lock comes before theirs, in every transaction.

    Before: a row that does not stand as it was entered was changed by another hand, and that is kept
    for good, lest our own write would cover it. After: what has changed gets its entry. Without the
    keys rows are written all the same, and named by `recordings verify`.
    """
    numbers, rows = numbers_of(connection), EnteredRows(touched)
    token = _entering.set(_entering.get() | {bound.name for bound in rows.keys})
    early: list[RowEntry] = []
    known: Newests = {}
    try:
        if numbers is not None:
            await lock(connection)
            early, known = await _altered(connection, rows.keys, numbers)
        yield rows
    finally:
        _entering.reset(token)
    if numbers is None:
        log.error("rows_not_entered", tables=[bound.name for bound in rows.keys])
        return
    entries = [*early, *await _changes(connection, rows.keys, numbers, known, {one.key for one in early})]
    await append(connection, entries, numbers)


async def enter_new(connection: AsyncConnection, bound: BoundTable, rows: Sequence[Row]) -> None:
    """Many rows that were never there, inserted and entered without being read back."""
    numbers, now = numbers_of(connection), datetime.now(UTC)
    token = _entering.set(_entering.get() | {bound.name})
    try:
        await connection.execute(insert(bound.table), [dict(row) for row in rows])
    finally:
        _entering.reset(token)
    if numbers is None:
        log.error("rows_not_entered", tables=[bound.name])
        return
    await lock(connection)
    entries = [
        entry(RowEntryKind.WRITTEN, bound.name, bound.text_of(row), now, bound.digest_of(row, numbers))
        for row in rows
    ]
    await append(connection, entries, numbers)


def numbers_of(connection: AsyncConnection) -> Numbers | None:
    """The keys this connection was opened with; None without, or while they are missing."""
    assert connection.sync_connection is not None
    once: _Once | None = connection.sync_connection.get_execution_options().get(_KEY)
    return None if once is None else once()


class _Once:
    """Reads the keys when they are first needed, and again as long as they are missing."""

    def __init__(self, read: Callable[[], Numbers]) -> None:
        self._read = read
        self._found: Numbers | None = None

    def __call__(self) -> Numbers | None:
        if self._found is None:
            try:
                found = self._read()
            except KeyMissing:
                return None
            if not found.rows_key:
                return None
            self._found = found
        return self._found


async def _altered(
    connection: AsyncConnection, keys: Keys, numbers: Numbers
) -> tuple[list[RowEntry], Newests]:
    """What another hand did to these rows, and their newest entries."""
    found, now = [], datetime.now(UTC)
    rows = {bound: await standing(connection, bound, some) for bound, some in keys.items()}
    known = await newest(connection, _names(keys))
    for bound, some in keys.items():
        for name in map(key_text, some):
            row, last = rows[bound].get(name), known.get((bound.name, name))
            digest = "" if row is None else bound.digest_of(row, numbers)
            if last is None:
                wrong = row is not None and not await adopting(connection, bound)
            elif last.kind == RowEntryKind.REMOVED:
                wrong = row is not None
            else:
                wrong = digest != last.digest
            if wrong:
                log.error("row_altered", table=bound.name)
                found.append(entry(RowEntryKind.ALTERED, bound.name, name, now, digest))
    return found, known


async def _changes(
    connection: AsyncConnection, keys: Keys, numbers: Numbers, known: Newests, anyway: Collection[str]
) -> list[RowEntry]:
    entries, now = [], datetime.now(UTC)
    for bound, some in keys.items():
        rows = await standing(connection, bound, some)
        for number, name in enumerate(sorted(map(key_text, some)), 1):
            if number % _IN_TURN == 0:
                await asyncio.sleep(0)
            row, last = rows.get(name), known.get((bound.name, name))
            if row is not None:
                digest = bound.digest_of(row, numbers)
                if (
                    last is None
                    or last.digest != digest
                    or last.kind == RowEntryKind.REMOVED
                    or name in anyway
                ):
                    entries.append(entry(RowEntryKind.WRITTEN, bound.name, name, now, digest))
            elif name in anyway or (last is not None and last.kind != RowEntryKind.REMOVED):
                entries.append(entry(RowEntryKind.REMOVED, bound.name, name, now))
    return entries


def _names(keys: Keys) -> list[tuple[str, str]]:
    return [(bound.name, key_text(key)) for bound, some in keys.items() for key in some]


def _columns(statement: Update, many: Any, values: Any) -> frozenset[str]:
    set_: Any = getattr(statement, "_values", None) or {}
    given: Mapping[str, Any] = values or (many[0] if many else {})
    return frozenset(getattr(column, "name", str(column)) for column in set_) or frozenset(given)
