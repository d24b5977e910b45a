"""Hand-overs over a home's database: the real form, topics, rules and seed; channels that a test scripts."""

from collections.abc import Sequence
from datetime import UTC, datetime

from appeals.bodies.service import Directory
from appeals.calendar.service import Calendar
from appeals.form.loading import load_form
from appeals.handing_over.channel_result import ChannelResult, Committing, Ending
from appeals.handing_over.planning import Planning
from appeals.handing_over.results import Confirmed
from appeals.handing_over.rules_file import read_rules
from appeals.handing_over.sending import Sending
from appeals.handing_over.service import HandOvers
from appeals.model.appeal import Appeal
from appeals.model.body import BodyContact
from appeals.model.hand_over import DeliveryAttempt, HandOver
from appeals.topics.loading import load_topics
from tests.register_home import AIGERIM, RegisterHome

NIGHT = datetime(2026, 3, 21, 21, 10, tzinfo=UTC)  # 02:10 on 22 March in Almaty: Nauryz, a Sunday
CHILD = {
    "applicant_kind": "natural",
    "topic": "4",
    "region": "abai",
    "urgent": "yes",
    "child_rights_violated": "yes",
    "violator_relation": "parent",
    "violator_lives_with_child": "yes",
    "concerned_is_child": "yes",
    "concerned_name": "Сынақов Дәулет",
    "matter": "Отец бьёт ребёнка.",
}


class Script:
    """Channels whose endings a test says, one after another; the last one is repeated."""

    def __init__(self, zone, *endings: Ending) -> None:
        self.endings = list(endings) or [Ending.ACCEPTED]
        self.sent: list[tuple[str, bytes]] = []
        self.zone = zone
        self.at = NIGHT
        self.directory: Directory

    def now(self) -> datetime:
        return self.at

    async def contact(self, one: HandOver, attempt: DeliveryAttempt) -> BodyContact | None:
        body = await self.directory.of(one.body)
        return next((contact for contact in body.contacts if contact.id == attempt.contact_id), None)

    def make(self, one: HandOver, attempt: DeliveryAttempt, contact: BodyContact) -> bytes:
        return f"{attempt.message_id}\n{one.text}".encode()

    async def send(
        self, attempt: DeliveryAttempt, contact: BodyContact, raw: bytes, committing: Committing
    ) -> ChannelResult:
        await committing()
        self.sent.append((attempt.message_id, raw))
        ending = self.endings.pop(0) if len(self.endings) > 1 else self.endings[0]
        return ChannelResult(ending, f"said {ending}")


class HandOverHome(RegisterHome):
    """`hand_overs` is the door, `sending` the clock's work, `script` says how tries end."""

    async def open(self) -> "HandOverHome":
        await super().open()
        numbers, zone = self.keys.appeals(), self.settings.zone
        self.directory = Directory(self.database, self.keys.numbers(), lab=True)
        await self.directory.seed(NIGHT)
        self.calendar = Calendar(self.database, zone)
        form = load_form()
        planning = Planning(form, load_topics(form), read_rules(), self.directory, self.calendar, zone)
        self.hand_overs = HandOvers(self.database, numbers, planning)
        self.script = Script(zone)
        self.script.directory = self.directory
        self.register = self.another(hand_overs=self.hand_overs)
        self.sending = self.sender()
        return self

    def sender(self) -> Sending:
        """Another process' work over the same rows."""
        numbers = self.keys.appeals()
        return Sending(self.database, numbers, self.directory, self.calendar, self.script)

    async def registered(self, values=CHILD, now: datetime = NIGHT, who=AIGERIM) -> Appeal:
        """An appeal with these values, and its number."""
        appeal = await self.register.draft(who, now, language="ru")
        for field, text in values.items():
            await self.register.save_field(appeal.id, field, text, 0, who, now)
        return await self.register.register(appeal.id, who, now, incomplete=True)

    async def told(
        self, values=CHILD, now: datetime = NIGHT, who=AIGERIM, request: str = "r1", **more
    ) -> Sequence[HandOver]:
        """All that the rules name are told what was shown."""
        appeal = await self.registered(values, now, who)
        plan = await self.hand_overs.plan(appeal.id, who, now)
        confirmed = [Confirmed(one.body.id, one.message.sha256, **more) for one in plan.planned]
        return await self.hand_overs.confirm(appeal.id, confirmed, request, who, now)
