"""Second factors of a home from before the console had a key of its own, hidden anew with that; edge."""

import asyncio

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import database_file, open_database
from config.settings import Settings
from console.identity.tables import SECOND_FACTORS, accounts
from engine.install.run_as_user import as_evidence
from recordings.privacy.keyring import KeyMissing, Keyring
from recordings.privacy.numbers import Numbers
from recordings.rows.adoption import is_bound
from recordings.rows.service import entered, keyed
from recordings.rows.store import lock

log = structlog.get_logger()


def hide_anew(settings: Settings) -> int:
    """How many were hidden anew; at each start, by root, which alone reads both keys (0075).

    A database or key that is away is no reason not to start: it is done the next time.
    """
    file = database_file(settings.database)
    if file is not None and not file.exists():
        return 0
    try:
        ring = Keyring(settings.keys_dir)
        before, now = ring.numbers(), ring.second_factors()
        with as_evidence(settings):
            return asyncio.run(_hide(settings.database, before, now))
    except (KeyMissing, SQLAlchemyError, OSError, TimeoutError) as why:
        log.warning("second_factors_not_looked_at", why=type(why).__name__)
        return 0


async def _hide(url: str, before: Numbers, now: Numbers) -> int:
    database = keyed(open_database(url, busy_seconds=2.0), lambda: before, ())
    try:
        return await hide_rows(database, before, now)
    finally:
        await database.dispose()


async def hide_rows(database: AsyncEngine, before: Numbers, now: Numbers) -> int:
    """Those that `now` does not open and `before` does; what neither opens stays as it is."""
    done = 0
    async with database.begin() as connection:
        chained = await is_bound(connection, SECOND_FACTORS)
        if chained:
            await lock(connection)
        kept = select(accounts.c.login, accounts.c.totp).where(accounts.c.totp.is_not(None))
        for login, totp in (await connection.execute(kept)).all():
            secret = None if _opens(now, totp) is not None else _opens(before, totp)
            if secret is not None:
                row = update(accounts).where(accounts.c.login == login, accounts.c.totp == totp)
                anew = row.values(totp=now.hide(secret))
                if chained:
                    async with entered(connection, [(SECOND_FACTORS, [(login,)])]):
                        await connection.execute(anew)
                else:
                    await connection.execute(anew)
                done += 1
    return done


def _opens(key: Numbers, hidden: str) -> str | None:
    try:
        return key.reveal(hidden)
    except ValueError:
        return None
