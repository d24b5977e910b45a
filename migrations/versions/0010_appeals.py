"""The register of appeals: fields, history, contacts, numbers, words to search by, who has what open."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime
from recordings.journal.append_only import drop_append_only, only_grows

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = (
    "appeals", "appeal_values", "appeal_events", "appeal_contacts", "no_case_contacts", "appeal_numbers",
    "appeal_words", "appeal_presence",
)


def upgrade() -> None:
    _appeals()
    op.create_table(
        "appeal_values",
        sa.Column("appeal_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("field", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("pii_text", sa.Text()),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("unnoted_since", UtcTime()),
        sa.Column("pii_noted", sa.Text()),
        sa.Column("changes", sa.Text(), nullable=False),
    )
    op.create_index("ix_appeal_values_field_text", "appeal_values", ["field", "text"])
    op.create_table(
        "appeal_events",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("pii_before", sa.Text(), nullable=False),
        sa.Column("pii_after", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_index("ix_appeal_events_appeal_id", "appeal_events", ["appeal_id"])
    _contacts()
    op.create_table(
        "appeal_numbers",
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "appeal_words",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("appeal_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("field", sa.Text(), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_appeal_words_appeal_id_field", "appeal_words", ["appeal_id", "field"])
    op.create_table(
        "appeal_presence",
        sa.Column("appeal_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("system_user", sa.Text(), primary_key=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )
    only_grows("appeal_events")


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_person", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("made_key", sa.Text()),
        sa.Column("registered_at", UtcTime()),
        sa.Column("closed_at", UtcTime()),
        sa.Column("due_at", UtcTime()),
        sa.Column("due_source", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("joined_to", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("number", name="uq_appeals_number"),
        sa.UniqueConstraint("made_key", name="uq_appeals_made_key"),
    )
    for columns in (["state", "id"], ["owner", "state", "id"], ["topic", "id"], ["region", "id"],
                    ["created_at"], ["registered_at"]):
        op.create_index("_".join(["ix", "appeals", *columns]), "appeals", columns)
    still = sa.text("closed_at IS NULL")
    op.create_index("ix_appeals_due_at", "appeals", ["due_at"], sqlite_where=still, postgresql_where=still)


def _contacts() -> None:
    op.create_table(
        "appeal_contacts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text()),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("pii_caller", sa.Text()),
        sa.Column("caller_index", sa.Text()),
    )
    op.create_index("ix_appeal_contacts_appeal_id", "appeal_contacts", ["appeal_id"])
    op.create_index(
        "ix_appeal_contacts_call_id_appeal_id", "appeal_contacts", ["call_id", "appeal_id"], unique=True
    )
    op.create_index("ix_appeal_contacts_caller_index", "appeal_contacts", ["caller_index"])
    op.create_table(
        "no_case_contacts",
        sa.Column("call_id", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
    )
    op.create_index("ix_no_case_contacts_at", "no_case_contacts", ["at"])


def downgrade() -> None:
    for table in reversed(TABLES):
        (drop_append_only if table == "appeal_events" else op.drop_table)(table)
