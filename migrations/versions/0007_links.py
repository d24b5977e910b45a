"""What the network did to each side of a conversation: packets, lost ones, jitter."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_links",
        sa.Column("recording_id", sa.Text(), primary_key=True),
        sa.Column("leg", sa.Text(), primary_key=True),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("jitter", sa.Float(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("recording_links")
