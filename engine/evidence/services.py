"""Recordings as evidence, wired: services over one database, for commands, console and process; wiring."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.register.holds import AppealHolds
from config.database import open_database
from config.home import has_run
from config.log import configure
from config.problem import Problem
from config.settings import Settings
from config.told import told
from console.identity.tables import EVERY
from engine.install.keys import ensure_keys
from engine.install.run_as_user import as_evidence
from engine.process.operator import UnknownUser
from recordings.access.log import AccessLog
from recordings.chain.service import Statements
from recordings.completeness.service import Completeness
from recordings.demands.demand_holds import DemandHolds
from recordings.demands.service import Demands
from recordings.finding.service import Finder
from recordings.journal.migrating import migrate
from recordings.model.access_entry import Access, Result
from recordings.package.service import Packages
from recordings.privacy.keyring import Keyring
from recordings.retention.all_holds import AllHolds
from recordings.retention.manual_holds import ManualHolds
from recordings.retention.service import Retention
from recordings.rows.service import keyed
from recordings.sealing.service import SealedRecordings

T = TypeVar("T")
# By name, as engine/cli/output.py finds them: what was asked for may not be. Anything else is a failure.
REFUSALS: Final = frozenset(
    "BadParameter CommandRefused AccountRefused ConsultantRefused WrongLetter WrongStep StepForbidden "
    "NoSuchDemand NoSuchHold OpenQuestions "
    "ReasonMissing ReasonRefused NotAllowed CalendarRefused DirectoryRefused NoSuchBody WrongTable "
    "AppealRefused FieldsMissing FieldRefused NoSuchAppeal WrongNumber MisheardNumber NotAPhoneNumber "
    "WrongPeriod ReportRefused".split()
)


@dataclass(frozen=True, slots=True)
class EvidenceServices:
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
        return Statements(
            self.database, self.keys, self.settings.zone, self.completeness.day, self.settings.statements_dir
        )

    @property
    def demands(self) -> Demands:
        """The register of demands."""
        numbers = self.keys.numbers()
        return Demands(self.database, self.finder, numbers, self.settings.authorities, self.settings.bases)

    @property
    def retention(self) -> Retention:
        """What goes, and what is held. Raises KeyMissing: without the number keys nobody knows."""
        return Retention(self.database, self.sealed, self.holds, self.settings.retention)

    @property
    def holds(self) -> AllHolds:
        """All that keeps calls; who is not named here keeps none. Raises KeyMissing."""
        closed_for = timedelta(days=self.settings.demand_closed_days)
        demanded = DemandHolds(self.keys.numbers(), self.settings.zone, closed_for)
        return AllHolds(demanded, AppealHolds(), ManualHolds())

    @property
    def packages(self) -> Packages:
        """Packages for decided demands."""
        return Packages(
            self.database,
            self.keys,
            self.demands,
            self.finder,
            self.sealed,
            self.statements,
            self.settings.packages,
            self.settings.zone,
            installed(),
        )

    @property
    def completeness(self) -> Completeness:
        """Conversations against recordings."""
        return Completeness(self.database, self.settings.audio, self.settings.sealed, self.settings.zone)


def installed() -> str:
    """Our version, as packages state it."""
    try:
        return version("ivr111")
    except PackageNotFoundError:
        return "unknown"


@asynccontextmanager
async def open_evidence(settings: Settings, *, create: bool = False) -> AsyncIterator[EvidenceServices]:
    """The services over a database brought up to date; closed at the end. Raises SQLAlchemyError, OSError.

    A file that is not there is missed (DatabaseMissing): the engine makes the journal, once.
    """
    await migrate(settings.database, create=create)
    keys = Keyring(settings.keys_dir)
    database = keyed(open_database(settings.database), keys.numbers, EVERY)
    try:
        yield EvidenceServices(settings, database, keys)
    finally:
        await database.dispose()


def with_evidence(
    settings: Settings, question: Callable[[EvidenceServices], Awaitable[T]], *, first: bool = False
) -> T:
    """For a command; root's acts as the evidence process meanwhile (engine/install/run_as_user.py).

    `first`: it may come before the line's first start, and makes the journal then.

    Raises Problem, with what to do; ends the program with 130 when it is interrupted.
    """

    async def asked() -> T:
        async with open_evidence(settings, create=first and not has_run(settings.home)) as evidence:
            return await question(evidence)

    configure(settings, None, stderr=False)  # a command speaks for itself
    with _as_problems(settings):
        ensure_keys_where_we_may(settings)
        with as_evidence(settings):
            return asyncio.run(asked())


@contextmanager
def _as_problems(settings: Settings) -> Iterator[None]:
    """What a person can do something about is told as a Problem."""
    try:
        yield
    except KeyboardInterrupt:
        print("stopped; what was done until here stays done", file=sys.stderr)  # noqa: T201
        raise SystemExit(130) from None
    except PermissionError as why:
        raise Problem(
            told(
                "not allowed ({file}): use sudo, or be user {evidence_user}",
                file=why.filename,
                evidence_user=settings.evidence_user,
            )
        ) from why
    except DBAPIError as why:
        raise Problem(told("the database cannot be used: {why}; see: ivr111 doctor", why=why.orig)) from why
    except SQLAlchemyError as why:
        raise Problem(told("the database cannot be used: {why}; see: ivr111 doctor", why=why)) from why
    except OSError as why:
        raise Problem(
            told(
                "{file}: {why}; see: ivr111 doctor",
                file=why.filename or settings.home,
                why=why.strerror or why,
            )
        ) from why


def tell_unfinished(entries: Sequence[Access], why: Exception) -> None:
    """What a command noted in the access log before it failed is not left there as done (decision 0096)."""
    result = Result.REFUSED if type(why).__name__ in REFUSALS else Result.FAILED

    async def write(evidence: EvidenceServices) -> None:
        await evidence.access.unfinished(entries, result, str(why) or type(why).__name__)

    with suppress(Problem, UnknownUser):  # the log cannot be written: what is said to the person is `why`
        with_evidence(Settings(), write)


def ensure_keys_where_we_may(settings: Settings) -> None:
    """A home that was never started gets its keys; in any other they are only missed."""
    if os.access(settings.home, os.W_OK):
        (settings.home / "db").mkdir(exist_ok=True)
        ensure_keys(settings)
