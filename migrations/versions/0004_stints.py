"""What consultants did from when to when; passwords that somebody else chose."""

import sqlalchemy as sa
from alembic import op

from config.database import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consultant_stints",
        sa.Column("consultant", sa.Text(), primary_key=True),
        sa.Column("began_at", UtcTime(), primary_key=True),
        sa.Column("state", sa.Text(), primary_key=True),
        sa.Column("reason", sa.Text()),
        sa.Column("call_id", sa.Text()),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("ended_at", UtcTime()),
    )
    op.create_index("ix_consultant_stints_began_at", "consultant_stints", ["began_at"])
    op.create_index("ix_consultant_stints_ended_at", "consultant_stints", ["ended_at"])
    with op.batch_alter_table("accounts") as accounts:
        accounts.create_unique_constraint("uq_accounts_consultant", ["consultant"])
        accounts.create_unique_constraint("uq_accounts_phone", ["phone"])
        accounts.add_column(sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("must_change")
        accounts.drop_constraint("uq_accounts_phone", type_="unique")
        accounts.drop_constraint("uq_accounts_consultant", type_="unique")
    op.drop_table("consultant_stints")
