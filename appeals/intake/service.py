"""Service of intake: what came in writing becomes a registered appeal, once for each key; edge (A7, C2)."""

import hashlib
import re
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.form.form import Form
from appeals.intake.attachments import bytes_of, files_of, keep_files
from appeals.intake.letter import WrittenAppeal, read_letter
from appeals.intake.results import Accepted, Attachment, IntakeCode, IntakeRefused, Token
from appeals.intake.tokens import Tokens
from appeals.model.appeal import Appeal, ContactKind
from appeals.model.intake_tables import APPEAL_REQUESTS, appeal_requests
from appeals.register.contacts import add_contact
from appeals.register.door import SYSTEM
from appeals.register.service import Register
from appeals.register.store import happened, load_one
from config.database import read_connection
from recordings.access.log import AccessLog
from recordings.model.access_entry import Action, Actor
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered
from recordings.rows.store import lock

_KEY: Final = re.compile(r"[\x21-\x7e]{8,128}")


class Intake:
    """`numbers`: with appeals.key; `form`: the real one, whose codes a sender is told."""

    def __init__(self, database: AsyncEngine, numbers: Numbers, register: Register, form: Form) -> None:
        self._database = database
        self._numbers = numbers
        self._register = register
        self._form = form
        self._access = AccessLog(database)
        self._tokens = Tokens(database)

    async def accept(self, token: str, key: str, raw: bytes, now: datetime) -> Accepted:
        """Register what came; the same `key` of the same sender brings the same answer, also after a crash.

        Raises IntakeRefused; SQLAlchemyError, OSError: the sender repeats it.
        """
        sender = await self._tokens.whose(token, now)
        if _KEY.fullmatch(key) is None:
            raise IntakeRefused(IntakeCode.NO_KEY)
        digest = hashlib.sha256(key.encode()).hexdigest()
        await self._same_body(sender, digest, raw)
        letter = read_letter(raw, self._form)
        who = Actor(sender.name, SYSTEM, f"token:{sender.name}")
        made_key = f"written-{sender.id}-{digest}"
        draft = await self._register.draft(
            who, now, channel=letter.channel, language=letter.language, made_key=made_key
        )
        await self._note_request(sender, digest, raw, draft.id, now)
        appeal = draft if draft.number else await self._fill(draft, letter, who, now, digest)
        assert appeal.registered_at is not None
        return Accepted(appeal.number, appeal.registered_at, appeal.due_at)

    async def attachments(
        self, appeal_id: int, who: Actor, now: datetime, reason: str = ""
    ) -> list[Attachment]:
        """Names, kinds and sizes; whoever may see the appeal, with its reason. Raises as Register.get."""
        await self._register.get(appeal_id, who, now, reason)
        async with read_connection(self._database) as connection:
            return await files_of(connection, self._numbers, appeal_id)

    async def attachment(
        self, appeal_id: int, id_: int, who: Actor, now: datetime, reason: str = ""
    ) -> tuple[Attachment, bytes]:
        """One file, to be saved and never shown within a page; logged first.

        Raises LookupError, AttachmentAltered, and as Register.get.
        """
        found = [one for one in await self.attachments(appeal_id, who, now, reason) if one.id == id_]
        if not found:
            raise LookupError(id_)
        await self._access.note(who, Action.VIEWED, [f"attachment {id_}"], reason)
        async with read_connection(self._database) as connection:
            return found[0], await bytes_of(connection, self._numbers, found[0])

    async def _same_body(self, sender: Token, digest: str, raw: bytes) -> None:
        table = appeal_requests
        query = select(table.c.sha256).where(table.c.token_id == sender.id, table.c.key == digest)
        async with read_connection(self._database) as connection:
            known = await connection.scalar(query)
        if known is not None and known != hashlib.sha256(raw).hexdigest():
            raise IntakeRefused(IntakeCode.KEY_REUSED)

    async def _note_request(
        self, sender: Token, digest: str, raw: bytes, appeal_id: int, now: datetime
    ) -> None:
        """Of two bodies with one key that come at once, the first one noted counts."""
        table, key = appeal_requests, (sender.id, digest)
        values = {
            "token_id": sender.id,
            "key": digest,
            "sha256": hashlib.sha256(raw).hexdigest(),
            "appeal_id": appeal_id,
            "at": now,
        }
        async with self._database.begin() as connection:
            await lock(connection)
            query = select(table.c.sha256).where(table.c.token_id == sender.id, table.c.key == digest)
            known = await connection.scalar(query)
            if known is None:
                async with entered(connection, [(APPEAL_REQUESTS, [key])]):
                    await connection.execute(insert(table).values(values))
            elif known != values["sha256"]:
                raise IntakeRefused(IntakeCode.KEY_REUSED)

    async def _fill(
        self, draft: Appeal, letter: WrittenAppeal, who: Actor, now: datetime, digest: str
    ) -> Appeal:
        """Each step may be repeated: what a crash left half is finished by the sender's next try."""
        for field, text in letter.values.items():
            await self._register.save_field(draft.id, field, text, 0, who, now, f"{digest[:32]}-{field}")
        async with self._database.begin() as connection:
            await lock(connection)
            await keep_files(connection, self._numbers, draft.id, letter.files, who, now)
            if not (await load_one(connection, self._numbers, draft.id)).contacts:
                kind, facts = ContactKind.LETTER, {"kind": ContactKind.LETTER.value, "call_id": ""}
                await add_contact(connection, self._numbers, draft.id, kind, "", now, who, "")
                await happened(connection, self._numbers, draft.id, who, now, "contact", facts=facts)
        return await self._register.register(draft.id, who, now, incomplete=True)
