"""Accounts and sessions in the database; edge. Everything may raise SQLAlchemyError or OSError."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from config.refusals import Code, refused
from console.identity.accounts import Account, AccountRefused
from console.identity.sessions import ABSOLUTE, Session
from console.identity.tables import ACCOUNTS, SECOND_FACTORS, SESSIONS, accounts, sessions
from recordings.rows.bound_tables import BoundTable
from recordings.rows.entry import Key
from recordings.rows.service import entered
from recordings.rows.store import keys_where, lock

MOST: Final = 30  # sessions of one account: the oldest end


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account with what only signing in may see."""

    account: Account
    password_hash: str
    totp: str | None
    totp_used: int
    must_change: bool = False


class AccountStore:
    """The console and its commands are the only writers."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database

    async def add(
        self, account: Account, password_hash: str, now: datetime, *, must_change: bool = False
    ) -> None:
        """Raises AccountRefused when the login exists."""
        row = {
            "login": account.login,
            "person": account.person,
            "role": account.role,
            "consultant": account.consultant,
            "phone": account.phone,
            "language": account.language,
            "password_hash": password_hash,
            "totp": None,
            "totp_used": 0,
            "disabled": False,
            "made_at": now,
            "must_change": must_change,
        }
        try:
            async with self._database.begin() as connection, entered(connection, _of(account.login)):
                await connection.execute(insert(accounts).values(row))
        except IntegrityError:
            if await self.find(account.login) is not None:
                raise AccountRefused(refused(Code.ACCOUNT_EXISTS, login=account.login)) from None
            phone = account.consultant or account.phone
            raise AccountRefused(refused(Code.PHONE_TAKEN, phone=phone)) from None

    async def all(self) -> list[Account]:
        """By login."""
        async with read_connection(self._database) as connection:
            rows = await connection.execute(select(accounts).order_by(accounts.c.login))
            return [_stored(row).account for row in rows]

    async def find(self, login: str) -> StoredAccount | None:
        """None when there is no such account."""
        async with read_connection(self._database) as connection:
            rows = await connection.execute(select(accounts).where(accounts.c.login == login))
            row = rows.first()
        return _stored(row) if row is not None else None

    async def change(self, login: str, **values: object) -> None:
        """Set columns of one account. Raises AccountRefused when there is none."""
        query = update(accounts).where(accounts.c.login == login).values(values)
        try:
            async with self._database.begin() as connection, entered(connection, _of(login)):
                done = await connection.execute(query)
        except IntegrityError:  # opened again, and somebody else has the phone by now
            raise AccountRefused(refused(Code.SEAT_TAKEN)) from None
        if done.rowcount != 1:
            raise AccountRefused(refused(Code.ACCOUNT_NOT_LISTED, login=login))

    async def enrol(self, login: str, totp: str, step: int, *, again: bool) -> bool:
        """Set the second factor, where there is none yet or it is set `again`; whether that was so."""
        query = update(accounts).where(accounts.c.login == login, accounts.c.disabled.is_(False))
        if not again:
            query = query.where(accounts.c.totp.is_(None))
        async with self._database.begin() as connection, entered(connection, _of(login)):
            done = await connection.execute(query.values(totp=totp, totp_used=step))
        return bool(done.rowcount == 1)

    async def take_code(self, login: str, step: int) -> bool:
        """Whether this code's step was still unused; two requests at once cannot both have it."""
        async with self._database.begin() as connection:
            done = await connection.execute(
                update(accounts)
                .where(accounts.c.login == login, accounts.c.totp_used < step)
                .values(totp_used=step)
            )
        return bool(done.rowcount == 1)


class SessionStore:
    """Ended by deleting: what is not in the table is not signed in."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database

    async def begin(self, session: Session, password_hash: str, after: str | None = None) -> bool:
        """Keep a new one in the place of `after`, and forget those that are over anyway.

        False, and nothing kept, when the account has been closed or has another password by now, or
        `after` was ended: what was proved a moment ago no longer holds.
        """
        t = sessions.c
        still = select(accounts.c.login).where(
            accounts.c.login == session.login,
            accounts.c.password_hash == password_hash,
            accounts.c.disabled.is_(False),
        )
        async with self._database.begin() as connection:
            await lock(connection)
            if (await connection.execute(still.with_for_update())).first() is None:
                return False
            others = select(t.id).where(t.login == session.login).order_by(t.began_at.desc()).offset(MOST)
            over = or_(t.began_at < session.began_at - ABSOLUTE, t.id.in_(others))
            ended = await keys_where(connection, SESSIONS, over)
            if after is not None:
                if not await keys_where(connection, SESSIONS, t.id == after):
                    return False
                ended.append((after,))
            async with entered(connection, [(SESSIONS, [*ended, (session.id,)])]):
                await connection.execute(delete(sessions).where(t.id.in_([key[0] for key in ended])))
                row = {name: getattr(session, name) for name in (column.name for column in sessions.c)}
                await connection.execute(insert(sessions).values(row))
        return True

    async def find(self, id_: str) -> Session | None:
        """None when it was ended or never was."""
        async with read_connection(self._database) as connection:
            row = (await connection.execute(select(sessions).where(sessions.c.id == id_))).first()
        return _session(row) if row is not None else None

    async def all(self, login: str | None = None) -> list[Session]:
        """The oldest first."""
        query = select(sessions).order_by(sessions.c.began_at)
        if login is not None:
            query = query.where(sessions.c.login == login)
        async with read_connection(self._database) as connection:
            return [_session(row) for row in await connection.execute(query)]

    async def seen(self, id_: str, now: datetime) -> None:
        """The person did something."""
        async with self._database.begin() as connection:
            await connection.execute(update(sessions).where(sessions.c.id == id_).values(seen_at=now))

    async def end(self, id_: str, login: str | None = None) -> bool:
        """One; of this login only, if one is named. Whether there was one."""
        which = sessions.c.id == id_
        return bool(await self._end(which if login is None else and_(which, sessions.c.login == login)))

    async def end_halves(self, login: str, but: str) -> None:
        """All of an account that are not whole yet, but one."""
        await self._end(and_(sessions.c.login == login, sessions.c.stage != "in", sessions.c.id != but))

    async def end_all(self, login: str, but: str = "") -> int:
        """All of an account, but perhaps one; how many."""
        return await self._end(and_(sessions.c.login == login, sessions.c.id != but))

    async def _end(self, which: ColumnElement[bool]) -> int:
        async with self._database.begin() as connection:
            await lock(connection)
            ended = await keys_where(connection, SESSIONS, which)
            async with entered(connection, [(SESSIONS, ended)]):
                await connection.execute(delete(sessions).where(sessions.c.id.in_([key[0] for key in ended])))
        return len(ended)


def _of(login: str) -> list[tuple[BoundTable, list[Key]]]:
    return [(ACCOUNTS, [(login,)]), (SECOND_FACTORS, [(login,)])]


def _stored(row: Row[Any]) -> StoredAccount:
    account = Account(
        row.login,
        row.person,
        row.role,
        row.consultant,
        row.phone,
        row.language,
        bool(row.disabled),
        row.totp is not None,
    )
    return StoredAccount(account, row.password_hash, row.totp, row.totp_used, bool(row.must_change))


def _session(row: Row[Any]) -> Session:
    return Session(**cast(dict[str, Any], dict(row._mapping)))
