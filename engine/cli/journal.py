"""The journal as the command line reads it: another process, never writing, leaving no file; edge."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.database import database_file
from config.home import has_run
from config.problem import Problem
from config.settings import Settings
from config.told import told
from engine.install.run_as_user import as_evidence
from recordings.journal.reading import Reader
from recordings.privacy.keyring import KeyMissing, Keyring
from recordings.privacy.numbers import Numbers

T = TypeVar("T")


def read(settings: Settings, question: Callable[[Reader], Awaitable[T]]) -> T | None:
    """The answer; None where nothing was ever written. Raises Problem when the journal cannot be read.

    Root's commands read as the evidence process: the -wal and -shm files that SQLite makes meanwhile are
    then writable for all who write the journal (a test holds this).
    """
    file = database_file(settings.database)
    try:
        if file is not None:
            if not file.exists():
                if has_run(settings.home):
                    raise Problem(
                        told("the journal has gone: there is no {file}; see: ivr111 doctor", file=file)
                    )
                return None
            file.open("rb").close()
        with as_evidence(settings):
            return asyncio.run(_ask(settings, question))
    except PermissionError as why:
        raise Problem(
            told(
                "not allowed to read the journal ({file}): use sudo, or be user {evidence_user}",
                file=why.filename,
                evidence_user=settings.evidence_user,
            )
        ) from why
    except DBAPIError as why:
        if _empty(why):
            return None
        raise Problem(told("the journal cannot be read: {why}; see: ivr111 doctor", why=why.orig)) from why
    except (SQLAlchemyError, OSError) as why:
        raise Problem(told("the journal cannot be read: {why}; see: ivr111 doctor", why=why)) from why


async def _ask(settings: Settings, question: Callable[[Reader], Awaitable[T]]) -> T:
    reader = Reader.open(settings.database, number_keys(settings))
    try:
        return await question(reader)
    finally:
        await reader.close()


def number_keys(settings: Settings) -> Numbers | None:
    """None where they are missing or not ours to read: numbers stay unreadable, the rest is shown."""
    try:
        return Keyring(settings.keys_dir).numbers()
    except KeyMissing:
        return None


def _empty(why: DBAPIError) -> bool:
    """The tables are not there yet: the engine makes them at its first start."""
    return "no such table" in str(why.orig) or getattr(why.orig, "sqlstate", "") == "42P01"
