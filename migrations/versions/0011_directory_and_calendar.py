"""The directory of bodies and the calendar, each with its history."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime
from recordings.journal.append_only import drop_append_only, only_grows

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ONLY_GROW = ("calendar_events", "body_events")


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("body", sa.Text(), primary_key=True),
        sa.Column("day", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("shorter", sa.Integer(), nullable=False),
        sa.Column("name_kk", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_calendar_days_day", "calendar_days", ["day"])
    op.create_table(
        "calendar_events",
        *_event_columns(),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
    )
    op.create_index("ix_calendar_events_body_day", "calendar_events", ["body", "day"])
    _create_directory()
    for table in ONLY_GROW:
        only_grows(table)


def _create_directory() -> None:
    op.create_table(
        "bodies",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("name_kk", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("above", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text()),
        sa.Column("valid_until", sa.Text()),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_bodies_kind_region", "bodies", ["kind", "region"])
    op.create_table(
        "body_contacts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("body", sa.Text(), sa.ForeignKey("bodies.id"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("pii_address", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Text()),
        sa.Column("valid_until", sa.Text()),
        sa.Column("plain_mail", sa.Boolean(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_body_contacts_body", "body_contacts", ["body"])
    op.create_table(
        "body_events",
        *_event_columns(),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("contact", sa.Integer()),
        sa.Column("pii_before", sa.Text(), nullable=False),
        sa.Column("pii_after", sa.Text(), nullable=False),
    )
    op.create_index("ix_body_events_body", "body_events", ["body"])


def _event_columns() -> list[sa.Column]:
    return [
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
    ]


def downgrade() -> None:
    for table in ("body_events", "body_contacts", "bodies", "calendar_events", "calendar_days"):
        (drop_append_only if table in ONLY_GROW else op.drop_table)(table)
