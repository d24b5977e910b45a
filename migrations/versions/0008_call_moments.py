"""Rings that nobody answered, holds and diversions of each call."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_moments",
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("until", UtcTime()),
        sa.Column("result", sa.Text()),
    )


def downgrade() -> None:
    op.drop_table("call_moments")
