"""Attachments of appeals: hidden chunk by chunk with appeals.key, given back only whole; edge (A7).

A chunk is bound to its file and place: none can be moved, repeated or left out unseen.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.intake.letter import SentFile
from appeals.intake.results import Attachment
from appeals.model.intake_tables import APPEAL_ATTACHMENTS, appeal_attachment_chunks, appeal_attachments
from recordings.model.access_entry import Actor
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered

CHUNK: Final = 256 * 1024


class AttachmentAltered(Exception):
    """Its bytes are not those that came."""


async def keep_files(
    connection: AsyncConnection,
    numbers: Numbers,
    appeal_id: int,
    files: Sequence[SentFile],
    who: Actor,
    now: datetime,
) -> None:
    """In the caller's transaction, under its lock; an appeal that has files already gets none."""
    table = appeal_attachments
    count = select(func.count()).select_from(table).where(table.c.appeal_id == appeal_id)
    if await connection.scalar(count):
        return
    for one in files:
        values = {
            "appeal_id": appeal_id,
            "pii_name": numbers.hide(one.name),
            "kind": one.kind,
            "size": len(one.raw),
            "sha256": hashlib.sha256(one.raw).hexdigest(),
            "at": now,
            "system_user": who.system_user,
        }
        async with entered(connection, [(APPEAL_ATTACHMENTS, [])]) as rows:
            made = (await connection.execute(insert(table).values(values))).inserted_primary_key
            assert made is not None
            rows.add(APPEAL_ATTACHMENTS, tuple(made))
        for part, at in enumerate(range(0, len(one.raw), CHUNK)):
            hidden = numbers.hide_bytes(one.raw[at : at + CHUNK], _about(made[0], part))
            chunk = {"attachment_id": made[0], "part": part, "pii_bytes": hidden}
            await connection.execute(insert(appeal_attachment_chunks).values(chunk))


async def files_of(connection: AsyncConnection, numbers: Numbers, appeal_id: int) -> list[Attachment]:
    """Of an appeal, as they came; without their bytes."""
    table = appeal_attachments
    query = select(table).where(table.c.appeal_id == appeal_id).order_by(table.c.id)
    return [
        Attachment(
            row.id, row.appeal_id, numbers.reveal(row.pii_name), row.kind, row.size, row.sha256, row.at
        )
        for row in await connection.execute(query)
    ]


async def bytes_of(connection: AsyncConnection, numbers: Numbers, one: Attachment) -> bytes:
    """Raises AttachmentAltered."""
    table = appeal_attachment_chunks
    query = select(table).where(table.c.attachment_id == one.id).order_by(table.c.part)
    try:
        parts = [
            numbers.reveal_bytes(row.pii_bytes, _about(one.id, row.part))
            for row in await connection.execute(query)
        ]
    except ValueError:
        raise AttachmentAltered(str(one.id)) from None
    raw = b"".join(parts)
    if hashlib.sha256(raw).hexdigest() != one.sha256:
        raise AttachmentAltered(str(one.id))
    return raw


def _about(id_: int, part: int) -> bytes:
    return f"attachment {id_} part {part}".encode()
