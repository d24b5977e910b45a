"""Tables of appeals in writing, each written by `appeals/intake` alone (A7, C2).

`appeal_replies` refuses UPDATE and DELETE by triggers of its migration. A file's chunks are hidden with
appeals.key and stand outside the chain of rows, which binds the digest of the whole file.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from config.utc_time import UtcTime
from recordings.model.tables import metadata
from recordings.rows.bound_tables import BoundTable

appeal_tokens = Table(
    "appeal_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # whose it is: a system, never a person
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of the token, hex
    Column("made_at", UtcTime, nullable=False),
    Column("made_by", Text, nullable=False),  # system user
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("revoked_by", Text),
)

# What one key of a sender brought: a repeat is answered alike, another body with the same key is refused.
appeal_requests = Table(
    "appeal_requests",
    metadata,
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),  # SHA-256 of the sender's key, hex
    Column("sha256", Text, nullable=False),  # of the body as it came
    Column("appeal_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
)

appeal_attachments = Table(
    "appeal_attachments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("appeal_id", Integer, nullable=False, index=True),
    Column("pii_name", Text, nullable=False),  # hidden: as its sender named it
    Column("kind", Text, nullable=False),  # media type, by its content
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("system_user", Text, nullable=False),
)

appeal_attachment_chunks = Table(
    "appeal_attachment_chunks",
    metadata,
    Column("attachment_id", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),  # from 0
    Column("pii_bytes", LargeBinary, nullable=False),
)

appeal_replies = Table(
    "appeal_replies",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("appeal_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("pii_text", Text, nullable=False),  # hidden: to the byte as it went
    Column("sha256", Text, nullable=False),
    Column("due_at", UtcTime),
    Column("in_time", Boolean, nullable=False),
    Index(None, "appeal_id", "seq"),
)

APPEAL_TOKENS = BoundTable(appeal_tokens, ("id",))
APPEAL_REQUESTS = BoundTable(appeal_requests, ("token_id", "key"))
APPEAL_ATTACHMENTS = BoundTable(appeal_attachments, ("id",))
APPEAL_REPLIES = BoundTable(appeal_replies, ("seq",))
BOUND: Final = (APPEAL_TOKENS, APPEAL_REQUESTS, APPEAL_ATTACHMENTS, APPEAL_REPLIES)
