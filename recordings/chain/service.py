"""Service of statements and proofs, for the evidence process, commands and pages; edge."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from config.told import told
from recordings.chain import merkle
from recordings.chain.entry import START
from recordings.chain.statement_files import FileDiffers, last_signed, write_files
from recordings.chain.store import access_head, hashes, head
from recordings.model.evidence_tables import row_chain, statement_copies
from recordings.model.evidence_tables import statements as table
from recordings.model.gap import DayCount
from recordings.model.statement import GENESIS, NotSigned, Proof, Statement, canonical, digest, heads
from recordings.privacy.keyring import Keyring
from recordings.rows.bound_tables import STATEMENTS
from recordings.rows.entry import RowEntryKind as RowKind
from recordings.rows.service import entered
from recordings.rows.store import grown
from recordings.rows.store import head as rows_head

log = structlog.get_logger()

_LAST = 1000  # statements looked back at
Count = Callable[[date, datetime], Awaitable[DayCount]]


class Statements:
    """Signed words on what the centre holds; each one binds the one before it."""

    def __init__(
        self, database: AsyncEngine, keys: Keyring, zone: ZoneInfo, count: Count, folder: Path | None = None
    ) -> None:
        """`folder`: where each statement is written as files too."""
        self._database = database
        self._keys = keys
        self._zone = zone
        self._count = count
        self._folder = folder

    async def nightly(self, day: date, now: datetime) -> Statement:
        """The statement of a civil day, made once; a second call returns the first one's."""
        known = await self._of(table.c.day == day.isoformat(), table.c.kind == "nightly")
        return known or await self._make("nightly", day, now)

    async def interim(self, now: datetime) -> Statement:
        """The newest statement if all three chains end where it says, else a new one."""
        newest = await self._of()
        if newest is not None and await self._covers(newest):
            return newest
        return await self._make("interim", now.astimezone(self._zone).date(), now)

    async def proof(self, seq: int) -> Proof:
        """The inclusion proof of the chain's entry `seq`. Raises NotSigned."""
        found = await self._of(table.c.first_seq <= seq, table.c.last_seq >= seq)
        if found is None:
            raise NotSigned(told("no statement covers entry {seq} of the chain yet", seq=seq))
        entries = await hashes(self._database, found.first_seq, found.last_seq)
        leaves = [merkle.leaf(bytes.fromhex(one)) for one in entries]
        index = seq - found.first_seq
        beside = tuple(part.hex() for part in merkle.path(leaves, index))
        return Proof(seq, entries[index], index, len(leaves), beside, found)

    async def all(self) -> list[Statement]:
        """In order."""
        async with read_connection(self._database) as connection:
            rows = (await connection.execute(select(table).order_by(table.c.seq))).mappings().all()
        # What another hand put there that is no text is read as some text that nobody signed.
        return [Statement(**{name: _text(one) for name, one in row.items()}) for row in rows]

    async def last_day(self) -> date | None:
        """The last civil day stated at night."""
        found = await self._of(table.c.kind == "nightly")
        return None if found is None else date.fromisoformat(found.day)

    async def another(self, now: datetime) -> Statement:
        """An interim statement in any case: that nothing happened is worth stating too."""
        return await self._make("interim", now.astimezone(self._zone).date(), now)

    async def once_made(self) -> set[int]:
        """Numbers of the last ones of which the chain of rows knows, or what was handed out."""
        entered = (
            select(row_chain.c.row_key)
            .where(row_chain.c.table_name == table.name, row_chain.c.kind != RowKind.REMOVED.value)
            .order_by(row_chain.c.seq.desc())
        )
        handed = select(statement_copies.c.seq).order_by(statement_copies.c.seq.desc())
        async with read_connection(self._database) as connection:
            names = (await connection.execute(entered.limit(_LAST))).scalars().all()
            numbers = (await connection.execute(handed.limit(_LAST))).scalars().all()
        return {int(name) for name in names if str(name).isdecimal()} | {
            one for one in numbers if isinstance(one, int)
        }

    async def begun(self) -> bool:
        """Whether anything stands in any chain."""
        async with read_connection(self._database) as connection:
            ends = (await head(connection), await access_head(connection), await rows_head(connection))
        return any(end.seq for end in ends)

    async def newest(self) -> Statement | None:
        """The last one made."""
        return await self._of()

    async def of(self, seq: int) -> Statement | None:
        """One by its number."""
        return await self._of(table.c.seq == seq)

    async def days(self, after: int) -> list[tuple[int, str]]:
        """Numbers behind `after` and their civil days, in order."""
        query = select(table.c.seq, table.c.day).where(table.c.seq > after).order_by(table.c.seq)
        async with read_connection(self._database) as connection:
            return [(row.seq, row.day) for row in await connection.execute(query)]

    async def _covers(self, statement: Statement) -> bool:
        async with read_connection(self._database) as connection:
            access = await access_head(connection)
            if statement.last_seq < (await head(connection)).seq:
                return False
            if next((end.seq for end in heads([statement], "access_log")), 0) < access.seq:
                return False
            return not await grown(connection, next((end.seq for end in heads([statement], "rows")), 0))

    async def _make(self, kind: str, day: date, now: datetime) -> Statement:
        signer = self._keys.signer()  # without it the count would be in vain
        count = await self._count(day, now)
        for attempt in range(5):  # another maker at the same moment takes the number
            made = await self._signed(signer, kind, day, now, count)
            try:
                touched = [(STATEMENTS, [(made.seq,)])]
                async with self._database.begin() as connection, entered(connection, touched):
                    values = {name: getattr(made, name) for name in Statement.__dataclass_fields__}
                    await connection.execute(insert(table), [values])
            except (IntegrityError, DBAPIError):
                if attempt == 4 or (await self._of(table.c.seq == made.seq)) is None:
                    raise
                continue
            await self._to_files(made)
            return made
        raise AssertionError("the loop ends by return or raise")

    async def _signed(
        self, signer: Ed25519PrivateKey, kind: str, day: date, now: datetime, count: DayCount
    ) -> Statement:
        """The next statement as the chains end now; nothing is written."""
        public = self._keys.public().hex()
        before = await self._of()
        async with read_connection(self._database) as connection:
            end = await head(connection)
            access = await access_head(connection)
            rows = await rows_head(connection)
        number = await self._number(before)
        first = before.last_seq + 1 if before else START.seq + 1
        entries = await hashes(self._database, first, end.seq)
        tree = merkle.root([merkle.leaf(bytes.fromhex(one)) for one in entries])
        facts: dict[str, object] = {
            "statement": number,
            "kind": kind,
            "day": day.isoformat(),
            "zone": str(self._zone),
            "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "previous": digest(before.body) if before else GENESIS,
            **_counted(count),
            "chain": {"first": first, "last": end.seq, "head": end.hash, "root": tree.hex()},
            "access_log": {"seq": access.seq, "head": access.hash},
            "rows": {"seq": rows.seq, "head": rows.hash},
            "public_key": public,
        }
        body = await asyncio.to_thread(canonical, facts)
        signature = signer.sign(body.encode()).hex()
        return Statement(number, kind, day.isoformat(), first, end.seq, body, signature, public)

    async def _number(self, before: Statement | None) -> int:
        """The next; behind any that we signed as a file and whose row is gone: it is not written over."""
        last = before.seq if before else 0
        if self._folder is None:
            return last + 1
        return 1 + await asyncio.to_thread(last_signed, self._folder, last, self._keys.public())

    async def _to_files(self, made: Statement) -> None:
        """Tried once: the evidence process writes what is not there, until it is (nightly_statement.py)."""
        if self._folder is None:
            return
        try:
            await asyncio.to_thread(write_files, self._folder, made)
        except (OSError, FileDiffers) as why:
            log.error("statement_file_postponed", statement=made.seq, reason=type(why).__name__)

    async def _of(self, *conditions: object) -> Statement | None:
        query = select(table).order_by(table.c.seq.desc()).limit(1)
        async with read_connection(self._database) as connection:
            row = (await connection.execute(query.where(*conditions))).mappings().first()  # type: ignore[arg-type]
        return None if row is None else Statement(**row)


def _text(value: Any) -> Any:
    return value if isinstance(value, int | str) else repr(value)


def _counted(count: DayCount) -> dict[str, object]:
    return {
        "conversations": count.conversations,
        "recordings": count.recordings,
        "generated": count.generated,
        "destroyed": count.destroyed,
        "gaps": [
            {"kind": gap.kind, "call_id": gap.call_id, "recording_id": gap.recording_id} for gap in count.gaps
        ],
    }
