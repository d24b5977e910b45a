"""What consultants did from when to when; passwords that somebody else chose."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime

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
        accounts.add_column(sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Of two open accounts with one phone the older keeps it: the other person asks for another.
    for column in ("consultant", "phone"):
        op.execute(
            f"UPDATE accounts SET {column} = NULL WHERE NOT disabled AND {column} IS NOT NULL AND EXISTS ("
            f"SELECT 1 FROM accounts AS older WHERE NOT older.disabled AND older.{column} = accounts.{column} "
            "AND (older.made_at < accounts.made_at OR "
            "(older.made_at = accounts.made_at AND older.login < accounts.login)))"
        )
        op.create_index(
            f"ix_accounts_{column}",
            "accounts",
            [column],
            unique=True,
            sqlite_where=sa.text("NOT disabled"),
            postgresql_where=sa.text("NOT disabled"),
        )


def downgrade() -> None:
    for column in ("phone", "consultant"):
        op.drop_index(f"ix_accounts_{column}", "accounts")
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("must_change")
    op.drop_table("consultant_stints")
