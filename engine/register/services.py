"""Services of the register over one database, for commands, console and process; wiring."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.bodies.service import Directory
from appeals.calendar.service import Calendar
from appeals.form.form import Form
from appeals.form.loading import load_form
from appeals.handing_over.channels import Channels
from appeals.handing_over.escalating import Escalating
from appeals.handing_over.planning import Planning
from appeals.handing_over.receipts import ReceiptLinks, Receipts
from appeals.handing_over.rules import Rule
from appeals.handing_over.rules_file import read_rules
from appeals.handing_over.sending import Sending
from appeals.handing_over.service import HandOvers
from appeals.handing_over.webhook import Webhooks
from appeals.intake.replies import Replies
from appeals.intake.service import Intake
from appeals.intake.tokens import Tokens
from appeals.register.door import RegisterParts
from appeals.register.form_rules import FormAsRules
from appeals.register.service import Register
from appeals.register.terms import CalendarTerms
from appeals.reports.service import Reports
from appeals.topics.loading import load_topics
from appeals.topics.topics import Topics
from config.settings import Settings
from console.http.register_link import RegisterDoors
from engine.evidence.services import EvidenceServices, with_evidence
from recordings.access.log import AccessLog
from recordings.privacy.keyring import Keyring

T = TypeVar("T")


@cache
def rulebook() -> tuple[Form, Topics, tuple[Rule, ...]]:
    """What is read from files of ours, once. Raises FormUnfit, TopicsUnfit, WrongRules."""
    form = load_form()
    return form, load_topics(form), read_rules()


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

    @property
    def hand_overs(self) -> HandOvers:
        """Who is told of an appeal, what, and what came back (A9, A10, A17). Raises KeyMissing."""
        return HandOvers(self.database, self.keys.appeals(), self._planning)

    @property
    def escalating(self) -> Escalating:
        """What follows where nobody receives or answers, for whoever holds the lease. Raises KeyMissing."""
        return Escalating(self.database, self.keys.appeals(), self._planning, self.settings.escalation)

    @property
    def _planning(self) -> Planning:
        form, topics, rules = rulebook()
        return Planning(form, topics, rules, self.directory, self.calendar, self.settings.zone)

    @property
    def register(self) -> Register:
        """The register of appeals; before it closes one it asks the hand-overs. Raises KeyMissing."""
        form, _, _ = rulebook()
        return Register(
            RegisterParts(
                self.database,
                self.keys.appeals(),
                self.keys.numbers(),
                FormAsRules(form),
                self.settings.zone,
                hand_overs=self.hand_overs,
                terms=CalendarTerms(self.calendar),
                near=timedelta(days=self.settings.appeals_near_days),
            )
        )

    @property
    def receipts(self) -> Receipts:
        """What bodies say by link (A17). Raises KeyMissing."""
        form, topics, rules = rulebook()
        planning = Planning(form, topics, rules, self.directory, self.calendar, self.settings.zone)
        return Receipts(self.database, self.keys.appeals(), planning, self.settings.receipt_days)

    @property
    def intake(self) -> Intake:
        """Appeals in writing (A7, C2). Raises KeyMissing."""
        return Intake(self.database, self.keys.appeals(), self.register, rulebook()[0])

    @property
    def tokens(self) -> Tokens:
        """Which systems may send appeals in writing (A7)."""
        return Tokens(self.database)

    @property
    def replies(self) -> Replies:
        """Replies in writing, and those that are overdue (C2). Raises KeyMissing."""
        return Replies(self.database, self.keys.appeals(), self.register)

    @property
    def sending(self) -> Sending:
        """What leaves and how it ended, for whoever holds the lease (A10). Raises KeyMissing."""
        settings = self.settings
        webhooks = Webhooks(tls=settings.profile == "site")
        channels = Channels(
            settings.mail,
            self.directory,
            settings.zone,
            secret=lambda contact: "",
            webhooks=webhooks,
            link=ReceiptLinks(settings.receipt_url, self.keys.appeals()),
        )
        return Sending(self.database, self.keys.appeals(), self.directory, self.calendar, channels)

    @property
    def doors(self) -> RegisterDoors:
        """All that pages ask. Raises KeyMissing."""
        return RegisterDoors(self.register, self.hand_overs, self.directory, self.calendar)

    @property
    def reports(self) -> Reports:
        """Numbers without a person: for the commissioner, the centre, the public (A24, B7, C7)."""
        form, topics, _ = rulebook()
        settings = self.settings
        return Reports(self.database, form, topics, settings.zone, settings.statistics_smallest)


def with_register(settings: Settings, question: Callable[[RegisterServices], Awaitable[T]]) -> T:
    """For a command, as `with_evidence`. Raises Problem, with what to do."""

    async def asked(evidence: EvidenceServices) -> T:
        return await question(RegisterServices(evidence.settings, evidence.database, evidence.keys))

    return with_evidence(settings, asked)
