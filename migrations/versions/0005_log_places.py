"""How far the channel event log has been read, in the database it was read into."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_places",
        sa.Column("log", sa.Text(), primary_key=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("log_places")
