"""E-mail to a body: made once, sent until accepted, never twice; edge (A10, A12).

What an SMTP server takes is certain only by its answer to the last dot: before the message itself begins,
everything may be repeated; after it nothing may, until somebody says that it did not come.
"""

import hashlib
import re
import ssl
from dataclasses import replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path

import aiosmtplib

from appeals.handing_over.channel_result import ChannelResult, Committing, Ending
from config.hand_over import MailRelay

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PERMANENT = 500
_LONGEST = 200  # characters of what a server said


def letter(
    relay: MailRelay, to: str, subject: str, text: str, message_id: str, at: datetime, data: str = ""
) -> bytes:
    """The bytes that leave, the same at each try. `data`: JSON, attached. Raises ValueError: no address."""
    if _ADDRESS.fullmatch(to) is None:
        raise ValueError("not an e-mail address")
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(addr_spec=relay.sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = at
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, charset="utf-8", cte="base64")
    if data:
        message.add_attachment(data.encode(), maintype="application", subtype="json", filename="appeal.json")
        message.set_boundary(hashlib.sha256(message_id.encode()).hexdigest())
    return message.as_bytes()


class Mail:
    """Sends by one relay."""

    def __init__(self, relay: MailRelay) -> None:
        self._relay = relay

    @property
    def there(self) -> bool:
        """Whether a server is set."""
        return bool(self._relay.host)

    async def send(
        self, to: str, raw: bytes, committing: Committing, *, plain: bool = False
    ) -> ChannelResult:
        """One try. `plain`: the contact says that its server knows no TLS."""
        found = await self._send(to, raw, committing, plain)
        return replace(found, words=found.words.replace(to, "***"))

    async def _send(self, to: str, raw: bytes, committing: Committing, plain: bool) -> ChannelResult:
        server = self._server(plain)
        try:
            await server.connect()
            if self._relay.user:
                await server.login(self._relay.user, _password(self._relay.password_file))
            await server.mail(self._relay.sender)
            await server.rcpt(to)
        except aiosmtplib.SMTPResponseException as why:
            return _refused(why)
        except (aiosmtplib.SMTPException, OSError, ValueError) as why:
            return ChannelResult(Ending.FAILED, _said(why))
        else:
            return await self._give(server, raw, committing)
        finally:
            server.close()

    def _server(self, plain: bool) -> aiosmtplib.SMTP:
        relay = self._relay
        return aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            timeout=relay.connect_seconds,
            use_tls=relay.security == "tls",
            start_tls=not plain if relay.security == "starttls" else False,
            tls_context=ssl.create_default_context(cafile=relay.ca_file),
        )

    async def _give(self, server: aiosmtplib.SMTP, raw: bytes, committing: Committing) -> ChannelResult:
        await committing()
        try:
            answer = await server.data(raw, timeout=self._relay.answer_seconds)
        except aiosmtplib.SMTPResponseException as why:
            return _refused(why)
        except (aiosmtplib.SMTPException, OSError) as why:
            return ChannelResult(Ending.UNKNOWN, _said(why))
        return ChannelResult(Ending.ACCEPTED, _cut(f"{answer.code} {answer.message}"))


def _refused(why: aiosmtplib.SMTPResponseException) -> ChannelResult:
    ending = Ending.REFUSED if why.code >= _PERMANENT else Ending.FAILED
    return ChannelResult(ending, _cut(f"{why.code} {why.message}"))


def _said(why: BaseException) -> str:
    return _cut(f"{type(why).__name__}: {why}")


def _cut(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


def _password(file: Path | None) -> str:
    return file.read_text(encoding="utf-8").strip() if file is not None else ""
