"""Channels that a machine serves: what leaves by each, made from what was confirmed; edge (A10, B2)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from appeals.bodies.service import Directory, NoSuchBody
from appeals.handing_over.attempts import is_reminder
from appeals.handing_over.channel_result import ChannelResult, Committing, Ending
from appeals.handing_over.mail import Mail, letter
from appeals.handing_over.webhook import Webhooks, body
from appeals.model.body import BodyContact, ChannelKind
from appeals.model.hand_over import DeliveryAttempt, HandOver
from appeals.register.number import in_groups
from config.hand_over import MailRelay

KIND: Final = "appeal.handed_over"
REMINDER: Final = "appeal.reminder"
Link = Callable[[HandOver, DeliveryAttempt], str]
"""The receipt page of one hand-over; "" where none is set."""

_SUBJECT: Final = {
    "kk": {True: "ШҰҒЫЛ: «111» өтініші {number}", False: "«111» өтініші {number}"},
    "ru": {True: "СРОЧНО: обращение «111» {number}", False: "Обращение «111» {number}"},
}
_REMINDS: Final = {
    "kk": "«111» еске салады: {number} нөмірлі өтініш бойынша жауабыңызды күтіп отырмыз. Не істелгенін "
    "хабарлаңыз.\n",
    "ru": "«111» напоминает: ждём вашего ответа по обращению {number}. Сообщите, что сделано.\n",
}
_RECEIPT: Final = {
    "kk": "Алғаныңызды және нәтижесін осы бетте белгілеңіз: {link}",
    "ru": "Отметьте получение и результат на этой странице: {link}",
}


class Channels:
    """`secret`: of a webhook contact, by its id, "" where it has none. `lab`: plain http for tests."""

    def __init__(
        self,
        relay: MailRelay,
        directory: Directory,
        zone: ZoneInfo,
        *,
        secret: Callable[[BodyContact], str],
        link: Link = lambda one, attempt: "",
        webhooks: Webhooks | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._relay = relay
        self._mail = Mail(relay)
        self._webhooks = webhooks or Webhooks()
        self._directory = directory
        self._secret = secret
        self._link = link
        self.zone = zone
        self.now = clock

    async def contact(self, one: HandOver, attempt: DeliveryAttempt) -> BodyContact | None:
        """Whom the try goes to, as the directory has them now; None: no longer good."""
        try:
            found = await self._directory.of(one.body)
        except NoSuchBody:
            return None
        day = self.now().astimezone(self.zone).date()
        usable = self._directory.reachable(found, day)
        return next((contact for contact in usable if contact.id == attempt.contact_id), None)

    def make(self, one: HandOver, attempt: DeliveryAttempt, contact: BodyContact) -> bytes | ChannelResult:
        """The bytes that leave, made once and kept; a refusal where there are none."""
        if attempt.channel is ChannelKind.WEBHOOK:
            return self._webhook_body(one, attempt)
        host = self._relay.sender.rpartition("@")[2]
        subject = _SUBJECT[one.language][one.urgent].format(number=in_groups(one.number))
        message_id = f"<{attempt.message_id}@{host}>"
        text = self.text(one, attempt)
        try:
            return letter(self._relay, contact.address, subject, text, message_id, attempt.planned_at)
        except ValueError as why:
            return ChannelResult(Ending.REFUSED, str(why))

    async def send(
        self, attempt: DeliveryAttempt, contact: BodyContact, raw: bytes, committing: Committing
    ) -> ChannelResult:
        """One try."""
        if attempt.channel is ChannelKind.EMAIL:
            if not self._mail.there:
                return ChannelResult(Ending.REFUSED, "no mail server is set")
            return await self._mail.send(contact.address, raw, committing, plain=contact.plain_mail)
        secret = self._secret(contact)
        if not secret:
            return ChannelResult(Ending.REFUSED, "this contact has no secret to sign with")
        return await self._webhooks.send(contact.address, secret, attempt.message_id, raw, committing)

    def _webhook_body(self, one: HandOver, attempt: DeliveryAttempt) -> bytes:
        if is_reminder(attempt.message_id):
            receipt = {"number": one.number, "receipt": self._link(one, attempt)}
            return body(REMINDER, attempt.planned_at, receipt)
        data = {
            "number": one.number,
            "urgent": one.urgent,
            "language": one.language,
            "text": one.text,
            "sha256": one.sha256,
            "receipt": self._link(one, attempt),
        }
        return body(KIND, attempt.planned_at, data)

    def text(self, one: HandOver, attempt: DeliveryAttempt) -> str:
        """What was confirmed, to the byte, and behind it the way to answer; a reminder has neutral words."""
        link, text = self._link(one, attempt), one.text
        if is_reminder(attempt.message_id):
            text = _REMINDS[one.language].format(number=in_groups(one.number))
        return f"{text}\n{_RECEIPT[one.language].format(link=link)}\n" if link else text
