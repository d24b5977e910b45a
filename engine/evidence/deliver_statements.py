"""Delivery of statements out of the machine: to a folder, a mailbox, a webhook; edge."""

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from config.evidence import FolderCopy, MailCopy, StatementCopy, WebhookCopy
from config.tasks import Work
from recordings.chain.service import Statements
from recordings.chain.statement_files import FileDiffers, name_of, write_files
from recordings.journal.alarming import alarm, alarm_ended, standing_alarms
from recordings.model.entries import Alarm
from recordings.model.evidence_tables import statement_copies as table
from recordings.model.statement import Statement
from recordings.rows.bound_tables import COPIES
from recordings.rows.service import entered

log = structlog.get_logger()

_LONGEST = 300.0  # seconds between two attempts
_BACK = timedelta(days=400)  # an alarm that stands


class DeliveryFailed(Exception):
    """It could not be handed over; the text says why, without secrets."""


class Destination(Protocol):
    """One place statements go to."""

    @property
    def from_the_first(self) -> bool:
        """Whether a new one gets all statements there are; else it begins with the newest."""
        ...

    async def take(self, statement: Statement) -> None:
        """Returns once it is safely there; again does no harm. Raises DeliveryFailed."""
        ...


class FolderDestination:
    """The two files, flushed; what lies there already stays."""

    from_the_first = True

    def __init__(self, asked: FolderCopy) -> None:
        self._folder = asked.folder

    async def take(self, statement: Statement) -> None:
        """See Destination."""
        try:
            if not await asyncio.to_thread(self._folder.is_dir):  # an unmounted share is no folder to fill
                raise DeliveryFailed(f"{self._folder} is not there")
            await asyncio.to_thread(write_files, self._folder, statement)
        except (OSError, FileDiffers) as why:
            raise DeliveryFailed(str(why)) from why


class MailDestination:
    """The two files attached; the same statement has the same Message-ID."""

    from_the_first = False

    def __init__(self, asked: MailCopy) -> None:
        self._asked = asked

    async def take(self, statement: Statement) -> None:
        """See Destination."""
        try:
            await asyncio.to_thread(self._send, letter(self._asked, statement))
        except (OSError, smtplib.SMTPException) as why:
            raise DeliveryFailed(f"{self._asked.host}: {type(why).__name__}") from why

    def _send(self, message: EmailMessage) -> None:
        asked, context = self._asked, ssl.create_default_context()
        if asked.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                asked.host, asked.port, timeout=asked.seconds, context=context
            )
        else:
            server = smtplib.SMTP(asked.host, asked.port, timeout=asked.seconds)
        with server:
            if asked.security == "starttls":
                server.starttls(context=context)
            if asked.user:
                server.login(asked.user, _secret(asked.password_file))
            refused = server.send_message(message)
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)


class WebhookDestination:
    """POST of JSON; any answer of 2xx is a receipt."""

    from_the_first = False

    def __init__(self, asked: WebhookCopy) -> None:
        self._asked = asked

    async def take(self, statement: Statement) -> None:
        """See Destination."""
        import aiohttp  # noqa: PLC0415 - a web client that only who has such a copy waits for

        asked = self._asked
        headers = {"Idempotency-Key": _fingerprint(statement)}
        said = {
            "statement": statement.body,
            "signature": statement.signature,
            "public_key": statement.public_key,
        }
        try:
            if asked.token_file is not None:
                headers["Authorization"] = f"Bearer {await asyncio.to_thread(_secret, asked.token_file)}"
            limit = aiohttp.ClientTimeout(total=asked.seconds)
            async with (
                aiohttp.ClientSession(timeout=limit, trust_env=False) as session,
                session.post(asked.url, json=said, headers=headers, allow_redirects=False) as answer,
            ):
                if not 200 <= answer.status < 300:
                    raise DeliveryFailed(f"{asked.id}: answered {answer.status}")
        except (OSError, TimeoutError, aiohttp.ClientError) as why:
            raise DeliveryFailed(f"{asked.id}: {type(why).__name__}") from why


@dataclass(slots=True)
class CopyState:
    """How one stands; for doctor."""

    id: str
    last: int = 0  # the last statement taken
    waiting: int = 0
    fault: str = ""


class StatementDelivery:
    """Each destination on its own: one that hangs or fails keeps no other waiting, no statement unmade."""

    def __init__(
        self, database: AsyncEngine, statements: Callable[[], Statements], copies: tuple[StatementCopy, ...]
    ) -> None:
        self._database = database
        self._statements = statements
        self._destinations = {one.id: _destination(one) for one in copies}
        self.states = {one.id: CopyState(one.id) for one in copies}

    def works(self, every: float = 15.0) -> list[Callable[[], Work]]:
        """One for each destination, each until cancelled."""

        def work(id_: str) -> Callable[[], Work]:
            return lambda: self._run(id_, every)

        return [work(id_) for id_ in self._destinations]

    async def _run(self, id_: str, every: float) -> None:
        rest = every
        while True:
            try:
                done = await self.deliver(id_, datetime.now(UTC))
            except (SQLAlchemyError, OSError) as why:
                log.warning("handing_postponed", copy=id_, reason=type(why).__name__)
                done = False
            rest = every if done else min(2 * rest, _LONGEST)
            await asyncio.sleep(rest)

    async def deliver(self, id_: str, now: datetime) -> bool:
        """All that this one has not taken yet, in order, until one fails. Raises SQLAlchemyError, OSError."""
        destination, state, service = self._destinations[id_], self.states[id_], self._statements()
        async with read_connection(self._database) as connection:
            last = (
                await connection.execute(select(func.max(table.c.seq)).where(table.c.copy == id_))
            ).scalar()
        due = [seq for seq, _ in await service.days(last or 0)]
        if last is None and not destination.from_the_first:
            due = due[-1:]
        state.last, state.waiting = last or 0, len(due)
        for seq in due:
            statement = await service.of(seq)
            if statement is not None:
                try:
                    await destination.take(statement)
                except DeliveryFailed as why:
                    if not await self._standing(id_, now):
                        await alarm(self._database, "statement_copy_failed", id_, now)
                    state.fault = str(why)
                    log.error("statement_not_taken", copy=id_, statement=seq, reason=str(why))
                    return False
            async with self._database.begin() as connection, entered(connection, [(COPIES, [(id_, seq)])]):
                await connection.execute(insert(table).values(copy=id_, seq=seq, at=now))
            state.last, state.waiting, state.fault = seq, state.waiting - 1, ""
            log.info("statement_taken", copy=id_, statement=seq)
        for one in await self._standing(id_, now):
            await alarm_ended(self._database, one)
        return True

    async def _standing(self, id_: str, now: datetime) -> list[Alarm]:
        """Its alarm, over restarts."""
        every = await standing_alarms(self._database, ["statement_copy_failed"], now - _BACK)
        return [one for one in every if one.about == id_]


def letter(asked: MailCopy, statement: Statement) -> EmailMessage:
    """A statement as a letter; its words in Kazakh and Russian."""
    name, message = name_of(statement.day, statement.seq), EmailMessage()
    message["From"], message["To"] = asked.sender, ", ".join(asked.to)
    message["Subject"] = f"111: мәлімдеме / заявление {statement.seq}, {statement.day}"
    message["Message-ID"] = f"<{_fingerprint(statement)}@ivr111.invalid>"
    message.set_content(
        "Қоса берілген екі файлды сақтаңыз: олар жазбалардан ештеңе кесілмегенін дәлелдейді.\n"
        "Сохраните оба приложенных файла: они доказывают, что от записей ничего не отрезано.\n\n"
        f"SHA-256 {hashlib.sha256(statement.body.encode()).hexdigest()}\n"
    )
    message.add_attachment(statement.body.encode(), "application", "json", filename=name)
    message.add_attachment(
        f"{statement.signature}\n".encode(), "application", "octet-stream", filename=f"{name}.sig"
    )
    return message


def _destination(asked: StatementCopy) -> Destination:
    match asked:
        case FolderCopy():
            return FolderDestination(asked)
        case MailCopy():
            return MailDestination(asked)
        case WebhookCopy():
            return WebhookDestination(asked)


def _fingerprint(statement: Statement) -> str:
    return f"statement-{statement.seq}-{hashlib.sha256(statement.body.encode()).hexdigest()[:32]}"


def _secret(file: Path | None) -> str:
    return "" if file is None else file.read_text(encoding="utf-8").strip()
