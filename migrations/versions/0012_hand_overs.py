"""Hand-overs to bodies: what each was told, every try by every channel, what came back, who may send."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime
from recordings.journal.append_only import drop_append_only, only_grows

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = ("hand_overs", "hand_over_attempts", "hand_over_events", "register_lease")


def upgrade() -> None:
    _hand_overs()
    op.create_table(
        "hand_over_attempts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("hand_over_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("committed", sa.Boolean(), nullable=False),
        sa.Column("pii_sent", sa.Text()),
        sa.Column("sent_sha256", sa.Text()),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("planned_at", UtcTime(), nullable=False),
        sa.Column("began_at", UtcTime()),
        sa.Column("ended_at", UtcTime()),
        sa.Column("next_at", UtcTime()),
        sa.UniqueConstraint("message_id", name="uq_hand_over_attempts_message_id"),
    )
    op.create_index("ix_hand_over_attempts_hand_over_id", "hand_over_attempts", ["hand_over_id"])
    op.create_index("ix_hand_over_attempts_state_next_at", "hand_over_attempts", ["state", "next_at"])
    op.create_table(
        "hand_over_events",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("hand_over_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("pii_words", sa.Text(), nullable=False),
    )
    op.create_index("ix_hand_over_events_hand_over_id", "hand_over_events", ["hand_over_id"])
    op.create_table(
        "register_lease",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
    )
    only_grows("hand_over_events")


def _hand_overs() -> None:
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("why_then", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("pii_text", sa.Text(), nullable=False),
        sa.Column("pii_data", sa.Text(), nullable=False),
        sa.Column("pii_grounds", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Integer()),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_person", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime()),
        sa.Column("received_at", UtcTime()),
        sa.Column("pii_received_by", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.Column("pii_measures", sa.Text()),
        sa.Column("pii_answered_by", sa.Text()),
        sa.Column("answer_channel", sa.Text()),
        sa.Column("answered_at", UtcTime()),
        sa.Column("steps_done", sa.Integer(), nullable=False),
    )
    op.create_index("ix_hand_overs_request_id_body", "hand_overs", ["request_id", "body"], unique=True)
    for columns in (["appeal_id"], ["state", "due_at"], ["body", "created_at"]):
        op.create_index("_".join(["ix", "hand_overs", *columns]), "hand_overs", columns)


def downgrade() -> None:
    for table in reversed(TABLES):
        (drop_append_only if table == "hand_over_events" else op.drop_table)(table)
