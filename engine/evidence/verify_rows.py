"""Verification of bound rows against their chain: changed, gone, put there by another hand; edge."""

import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recordings.model.hash_chain import ChainVerifier, digest
from recordings.model.statement import Statement, heads
from recordings.model.tables import calls
from recordings.privacy.numbers import FORM, Numbers
from recordings.rows import adoption, store
from recordings.rows.bound_tables import STATEMENTS, BoundTable, Row
from recordings.rows.entry import START, Key, RowEntry, RowEntryKind, key_parts, key_text, key_words, mark

_AT_ONCE = 1000


@dataclass(slots=True)
class RowCounts:
    """How much was looked at; `notes` are no faults."""

    entries: int = 0
    rows: int = 0
    notes: list[str] = field(default_factory=list)


class _History:
    """What an entry says by itself, after those before it."""

    def __init__(self, tables: Sequence[BoundTable]) -> None:
        self._since = {bound.name: bound.since for bound in tables}
        self._complete: set[str] = set()  # by what bound them: of these tables nothing is adopted any more

    def read(self, one: RowEntry) -> str | None:
        """Its fault."""
        if one.kind == RowEntryKind.ALTERED:
            return f"was changed by another hand before {one.at}"
        if one.kind == RowEntryKind.ADOPTED and self._since.get(one.table, "") in self._complete:
            return "was adopted after all were"
        if one.kind == RowEntryKind.COMPLETE:
            self._complete.add(one.key)
        return None


async def row_faults(
    database: AsyncEngine,
    numbers: Numbers,
    tables: Sequence[BoundTable],
    sound: Sequence[Statement],
    counted: RowCounts,
    progress: Callable[[int], object],
) -> AsyncIterator[str]:
    """One line a fault; memory does not grow with the rows. `sound`: statements that we signed."""
    walk: ChainVerifier[RowEntry] = ChainVerifier(START, heads(sound, "rows"))
    secret, history = numbers.rows_key, _History(tables)
    async for link, made in store.links(database):
        counted.entries += 1
        progress(counted.entries + counted.rows)
        for fault in walk.read(link):
            yield fault.line("row chain")
        one = link.entry
        if digest(link.seq, link.previous, one) != link.hash:
            continue  # told by the walk
        if not hmac.compare_digest(mark(secret, link.hash).encode(), str(made).encode()):
            walk.accuse(link.seq)
            yield f"row chain row {link.seq}: was not made with this home's keys"
        elif said := history.read(one):
            yield f"{one.table} row {key_words(one.key)}: {said}"
    for fault in walk.end():
        yield fault.line("row chain")
    async with store.snapshot(database) as connection:
        adopting = [bound for bound in tables if await adoption.adopting(connection, bound)]
    if adopting:
        counted.notes.append("rows from before the upgrade are still being entered in their chain")
    for bound in tables:
        async for line in _standing(database, numbers, bound, walk, bound in adopting, counted, progress):
            yield line
        if bound.only is None:  # a row that has gone is missed where its table is bound
            async for line in _gone(database, bound, walk):
                yield line


async def _standing(
    database: AsyncEngine,
    numbers: Numbers,
    bound: BoundTable,
    walk: ChainVerifier[RowEntry],
    adopting: bool,
    counted: RowCounts,
    progress: Callable[[int], object],
) -> AsyncIterator[str]:
    """Each row as it stands beside its newest entry."""
    after: Key | None = None
    while True:
        async with store.snapshot(database) as connection:  # row and entry of one moment
            try:
                rows = await store.rows_behind(connection, bound, after, _AT_ONCE)
            except (ValueError, TypeError):  # a value that no column of this type can hold
                rows, unreadable = await _one_by_one(connection, bound, after)
                for name in unreadable:
                    yield f"{bound.name} row {name}: changed, and cannot be read"
            names = [bound.text_of(row) for row in rows]
            known = await store.newest(connection, [(bound.name, name) for name in names])
        for name, row in zip(names, rows, strict=True):
            last = known.get((bound.name, name))
            about = f"{bound.name} row {key_words(name)}"
            if last is None:
                if not adopting and bound.only is None:
                    yield f"{about}: was never entered: put there by another hand"
            elif not walk.touched(last.seq, last.seq) and (line := _row_fault(bound, row, last, numbers)):
                yield f"{about}: {line}"
            if bound.table is calls and (line := _index_fault(row, numbers)):
                yield f"{about}: {line}"
        counted.rows += len(rows)
        progress(counted.entries + counted.rows)
        if not rows:
            return
        after = bound.key_of(rows[-1])


def _row_fault(bound: BoundTable, row: Row, last: store.NewestEntry, numbers: Numbers) -> str | None:
    """A row beside its newest entry, which is sound."""
    if last.kind == RowEntryKind.REMOVED:
        return "was removed, and is there again"
    # Statements are signed: what was changed in them is told already.
    if bound is not STATEMENTS and last.digest != bound.digest_of(row, numbers):
        return "changed"
    return None


async def _one_by_one(
    connection: AsyncConnection, bound: BoundTable, after: Key | None
) -> tuple[list[Row], list[str]]:
    """The next rows that can be read, and the keys of those that cannot."""
    found: list[Row] = []
    unreadable: list[str] = []
    for key in await store.raw_keys_behind(connection, bound, after, _AT_ONCE):
        try:
            found += (await store.standing(connection, bound, [key])).values()
        except (ValueError, TypeError):
            unreadable.append(key_words(key_text(key)))
    return found, unreadable


async def _gone(
    database: AsyncEngine, bound: BoundTable, walk: ChainVerifier[RowEntry]
) -> AsyncIterator[str]:
    """Rows that were entered, are not there, and were not removed by us."""
    after = ""
    while True:
        async with store.snapshot(database) as connection:
            names = await store.keys_known(connection, bound, after, _AT_ONCE)
            keys = {}
            for name, _ in names:
                try:
                    keys[name] = key_parts(name, bound.kinds)
                except (ValueError, TypeError):
                    continue  # no key of this table: its entry was not made by us, and is accused
            there = await store.there(connection, bound, list(keys.values()))
            lost = [name for name in keys if name not in there]
            known = await store.newest(connection, [(bound.name, name) for name in lost])
        for name in lost:
            last = known[bound.name, name]
            if last.kind != RowEntryKind.REMOVED and not walk.touched(last.seq, last.seq):
                yield f"{bound.name} row {key_words(name)}: missing"
        if len(names) < _AT_ONCE:
            return
        after = names[-1][0]


def _index_fault(row: Row, numbers: Numbers) -> str | None:
    """A number that its own index does not find; those of an older form are indexed anew meanwhile."""
    caller, index = row["caller"], row["caller_index"]
    if caller is None or not isinstance(index, str) or not index.startswith(FORM):
        return None
    try:
        return None if numbers.index(numbers.reveal(caller)) == index else "its number is not found by it"
    except (ValueError, TypeError, AttributeError):
        return None  # changed, and told so
