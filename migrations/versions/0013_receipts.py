"""Receipt links of hand-overs; tokens, requests, attachments and replies of appeals in writing."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime
from recordings.journal.append_only import drop_append_only, only_grows

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "receipt_links", "appeal_tokens", "appeal_requests", "appeal_attachments", "appeal_attachment_chunks",
    "appeal_replies",
)


def upgrade() -> None:
    op.create_table(
        "receipt_links",
        sa.Column("hand_over_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcTime()),
    )

    op.create_table(
        "appeal_tokens",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("revoked_at", UtcTime()),
        sa.Column("revoked_by", sa.Text()),
    )
    op.create_table(
        "appeal_requests",
        sa.Column("token_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )
    _attachments()
    _replies()
    only_grows("appeal_replies")


def _attachments() -> None:
    op.create_table(
        "appeal_attachments",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("pii_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
    )
    op.create_index("ix_appeal_attachments_appeal_id", "appeal_attachments", ["appeal_id"])
    op.create_table(
        "appeal_attachment_chunks",
        sa.Column("attachment_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("pii_bytes", sa.LargeBinary(), nullable=False),
    )


def _replies() -> None:
    op.create_table(
        "appeal_replies",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("pii_text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("due_at", UtcTime()),
        sa.Column("in_time", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_appeal_replies_appeal_id_seq", "appeal_replies", ["appeal_id", "seq"])


def downgrade() -> None:
    for table in reversed(TABLES):
        (drop_append_only if table == "appeal_replies" else op.drop_table)(table)
