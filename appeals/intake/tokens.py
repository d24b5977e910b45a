"""Tokens of systems that send appeals in writing: kept as digests, expiring, revocable; edge (A7)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.intake.results import IntakeCode, IntakeRefused, Token
from appeals.model.intake_tables import APPEAL_TOKENS, appeal_tokens
from appeals.register.door import allowed
from config.database import read_connection
from config.rights import Right
from config.told import told
from recordings.access.log import AccessLog
from recordings.model.access_entry import Action, Actor
from recordings.rows.service import entered
from recordings.rows.store import lock

PREFIX: Final = "ivr111_"  # by which a leaked one is known
DAYS: Final = 365.0


class TokenRefused(ValueError):
    """It cannot be made or revoked; the text says why."""


class Tokens:
    """Every change is in the access log before it is done."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._access = AccessLog(database)

    async def add(self, name: str, days: float, who: Actor, now: datetime) -> tuple[Token, str]:
        """A token for one system, and its text: shown this once. Raises StepForbidden, TokenRefused."""
        allowed(who, Right.APPEAL_TOKENS)
        if not name.strip() or len(name) > 64:
            raise TokenRefused(told("a token has the name of the system that uses it: 1 to 64 letters"))
        await self._access.note(who, Action.APPEAL, [f"token {name}: made"])
        text = PREFIX + secrets.token_urlsafe(32)
        values = {
            "name": name,
            "digest": _digest(text),
            "made_at": now,
            "made_by": who.system_user,
            "expires_at": now + timedelta(days=days),
        }
        async with self._database.begin() as connection:
            await lock(connection)
            query = select(appeal_tokens.c.id).where(appeal_tokens.c.name == name)
            if (await connection.execute(query)).first() is not None:
                raise TokenRefused(told("there was a token {name} before: choose another name", name=name))
            async with entered(connection, [(APPEAL_TOKENS, [])]) as rows:
                made = (await connection.execute(insert(appeal_tokens).values(values))).inserted_primary_key
                assert made is not None
                rows.add(APPEAL_TOKENS, tuple(made))
        [token] = [one for one in await self._all() if one.name == name]
        return token, text

    async def listed(self, who: Actor) -> list[Token]:
        """All there were, oldest first. Raises StepForbidden."""
        allowed(who, Right.APPEAL_TOKENS)
        return await self._all()

    async def revoke(self, name: str, who: Actor, now: datetime) -> Token:
        """From now on nobody sends by it; a repeat changes nothing. Raises StepForbidden, TokenRefused."""
        allowed(who, Right.APPEAL_TOKENS)
        await self._access.note(who, Action.APPEAL, [f"token {name}: revoked"])
        table = appeal_tokens
        async with self._database.begin() as connection:
            await lock(connection)
            row = (await connection.execute(select(table).where(table.c.name == name))).first()
            if row is None:
                raise TokenRefused(told("there is no token {name}", name=name))
            if row.revoked_at is None:
                async with entered(connection, [(APPEAL_TOKENS, [(row.id,)])]):
                    values = {"revoked_at": now, "revoked_by": who.system_user}
                    await connection.execute(update(table).where(table.c.id == row.id).values(values))
        [token] = [one for one in await self._all() if one.name == name]
        return token

    async def whose(self, text: str, now: datetime) -> Token:
        """Raises IntakeRefused: none of ours, revoked, expired."""
        query = select(appeal_tokens).where(appeal_tokens.c.digest == _digest(text))
        async with read_connection(self._database) as connection:
            row = (await connection.execute(query)).first()
        if row is None or row.revoked_at is not None or now >= row.expires_at:
            raise IntakeRefused(IntakeCode.NOT_A_SENDER)
        return _token(row)

    async def _all(self) -> list[Token]:
        async with read_connection(self._database) as connection:
            rows = await connection.execute(select(appeal_tokens).order_by(appeal_tokens.c.id))
            return [_token(row) for row in rows]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(row.id, row.name, row.made_at, row.made_by, row.expires_at, row.revoked_at)
