"""Services of the register over one database, for commands, console and process; wiring."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.bodies.service import Directory
from appeals.calendar.service import Calendar
from config.settings import Settings
from engine.evidence.services import EvidenceServices, with_evidence
from recordings.access.log import AccessLog
from recordings.privacy.keyring import Keyring

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RegisterServices:
    """Everything a command or a page needs of appeals; services are cheap and made when asked for."""

    settings: Settings
    database: AsyncEngine
    keys: Keyring

    @property
    def access(self) -> AccessLog:
        """Written before anything of people is shown."""
        return AccessLog(self.database)

    @property
    def calendar(self) -> Calendar:
        """Working hours, days out of the ordinary, terms (A16, A23)."""
        return Calendar(self.database, self.settings.zone, self.settings.terms)

    @property
    def directory(self) -> Directory:
        """Bodies and their contacts (A20, A21). Raises KeyMissing."""
        return Directory(self.database, self.keys.numbers(), lab=self.settings.profile == "lab")


def with_register(settings: Settings, question: Callable[[RegisterServices], Awaitable[T]]) -> T:
    """For a command, as `with_evidence`. Raises Problem, with what to do."""

    async def asked(evidence: EvidenceServices) -> T:
        return await question(RegisterServices(evidence.settings, evidence.database, evidence.keys))

    return with_evidence(settings, asked)
