"""Recordings as evidence, wired: the services over one database, for commands, console and process."""

import asyncio
import os
import pwd
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import open_database
from config.settings import Settings
from engine.show import Problem
from recordings.access_store import AccessLog
from recordings.chain.service import Statements
from recordings.completeness.service import Completeness
from recordings.demands.service import Demands
from recordings.finding.service import Finder
from recordings.keys import KeyMissing, Keyring
from recordings.migrating import migrate
from recordings.sealing.service import SealedRecordings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a command or a page needs; services are cheap and made when asked for."""

    settings: Settings
    database: AsyncEngine
    keys: Keyring

    @property
    def access(self) -> AccessLog:
        """Written before anything is shown."""
        return AccessLog(self.database)

    @property
    def finder(self) -> Finder:
        """Raises KeyMissing without the number keys."""
        return Finder(self.database, self.keys.numbers(), self.settings.zone)

    @property
    def sealed(self) -> SealedRecordings:
        """Sealed recordings, to be read."""
        return SealedRecordings(self.database, self.keys, self.settings.sealed)

    @property
    def statements(self) -> Statements:
        """Signed statements and proofs."""
        return Statements(self.database, self.keys, self.settings.zone, self.completeness.day)

    @property
    def demands(self) -> Demands:
        """The register of demands."""
        numbers = self.keys.numbers()
        return Demands(self.database, self.finder, numbers, self.settings.authorities, self.settings.bases)

    @property
    def completeness(self) -> Completeness:
        """Conversations against recordings."""
        return Completeness(self.database, self.settings.audio, self.settings.sealed, self.settings.zone)


@asynccontextmanager
async def open_evidence(settings: Settings) -> AsyncIterator[Evidence]:
    """The services over a database brought up to date; closed at the end. Raises SQLAlchemyError, OSError."""
    await migrate(settings.database)
    database = open_database(settings.database)
    try:
        yield Evidence(settings, database, Keyring(settings.keys_dir))
    finally:
        await database.dispose()


def with_evidence(settings: Settings, question: Callable[[Evidence], Awaitable[T]]) -> T:
    """For a command: run `question` as the engine's user where we may, so that files stay the engine's.

    Raises Problem, with what to do.
    """

    async def asked() -> T:
        async with open_evidence(settings) as evidence:
            return await question(evidence)

    try:
        with as_engine(settings):
            return asyncio.run(asked())
    except KeyMissing as why:
        raise Problem(str(why)) from why
    except PermissionError as why:
        raise Problem(f"not allowed ({why.filename}): use sudo, or be user {settings.run_user}") from why
    except DBAPIError as why:
        raise Problem(f"the database cannot be used: {why.orig}; see: ivr111 doctor") from why
    except (SQLAlchemyError, OSError) as why:
        raise Problem(f"the database cannot be used: {why}; see: ivr111 doctor") from why


@contextmanager
def as_engine(settings: Settings) -> Iterator[None]:
    """Root becomes the owner of the home's database for a while; anybody else stays who they are."""
    folder = settings.home / "db"
    if os.geteuid() != 0 or not folder.exists() or (owner := folder.stat()).st_uid == 0:
        yield
        return
    groups = os.getgroups()
    os.setgroups(os.getgrouplist(pwd.getpwuid(owner.st_uid).pw_name, owner.st_gid))
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    before = os.umask(0o007)
    try:
        yield
    finally:
        os.umask(before)
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
