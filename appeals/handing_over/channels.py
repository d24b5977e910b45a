"""Channels that a machine serves: what leaves by each, made from what was confirmed; edge (A10, B2)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from appeals.bodies.service import Directory, NoSuchBody
from appeals.handing_over.channel_result import ChannelResult, Committing, Ending
from appeals.handing_over.mail import Mail, letter
from appeals.handing_over.webhook import Webhooks, body
from appeals.model.body import ChannelKind, Contact
from appeals.model.hand_over import Attempt, HandOver
from appeals.register.number import in_groups
from config.hand_over import MailRelay

KIND: Final = "appeal.handed_over"
Link = Callable[[HandOver, Attempt], str]
"""The receipt page of one hand-over; "" where none is set."""

_SUBJECT: Final = {
    "kk": {True: "ШҰҒЫЛ: «111» өтініші {number}", False: "«111» өтініші {number}"},
    "ru": {True: "СРОЧНО: обращение «111» {number}", False: "Обращение «111» {number}"},
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
        secret: Callable[[Contact], str],
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

    async def send(self, one: HandOver, attempt: Attempt, committing: Committing) -> ChannelResult:
        """One try; the bytes are the same whenever it is repeated."""
        contact = await self._contact(one, attempt)
        if contact is None:
            return ChannelResult(Ending.REFUSED, "this contact is no longer good")
        if attempt.channel is ChannelKind.EMAIL:
            return await self._by_mail(one, attempt, contact, committing)
        if attempt.channel is ChannelKind.WEBHOOK:
            return await self._by_webhook(one, attempt, contact, committing)
        return ChannelResult(Ending.REFUSED, "a person does this")

    async def _by_mail(
        self, one: HandOver, attempt: Attempt, contact: Contact, committing: Committing
    ) -> ChannelResult:
        if not self._mail.there:
            return ChannelResult(Ending.REFUSED, "no mail server is set")
        host = self._relay.sender.rpartition("@")[2]
        subject = _SUBJECT[one.language][one.urgent].format(number=in_groups(one.number))
        message_id = f"<{attempt.message_id}@{host}>"
        try:
            raw = letter(
                self._relay, contact.address, subject, self.text(one, attempt), message_id, attempt.planned_at
            )
        except ValueError as why:
            return ChannelResult(Ending.REFUSED, str(why))
        return await self._mail.send(contact.address, raw, committing, plain=contact.plain_mail)

    async def _by_webhook(
        self, one: HandOver, attempt: Attempt, contact: Contact, committing: Committing
    ) -> ChannelResult:
        secret = self._secret(contact)
        if not secret:
            return ChannelResult(Ending.REFUSED, "this contact has no secret to sign with")
        data = {
            "number": one.number,
            "urgent": one.urgent,
            "language": one.language,
            "text": one.text,
            "sha256": one.sha256,
            "receipt": self._link(one, attempt),
        }
        raw = body(KIND, attempt.planned_at, data)
        return await self._webhooks.send(contact.address, secret, attempt.message_id, raw, committing)

    def text(self, one: HandOver, attempt: Attempt) -> str:
        """What was confirmed, to the byte, and behind it the way to answer."""
        link = self._link(one, attempt)
        return f"{one.text}\n{_RECEIPT[one.language].format(link=link)}\n" if link else one.text

    async def _contact(self, one: HandOver, attempt: Attempt) -> Contact | None:
        try:
            found = await self._directory.of(one.body)
        except NoSuchBody:
            return None
        day = self.now().astimezone(self.zone).date()
        usable = self._directory.reachable(found, day)
        return next((contact for contact in usable if contact.id == attempt.contact_id), None)
