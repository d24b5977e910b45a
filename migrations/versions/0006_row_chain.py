"""Rows bound into a chain of their own; where statements were handed to."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As recordings/rows/bound_tables.py and console/identity/store.py name them today.
TABLES = (
    "calls", "connections", "recordings", "segments", "alarms", "consultant_stints", "statements", "demands",
    "demand_events", "demand_findings", "holds", "registrations", "retention_runs", "accounts",
)


def upgrade() -> None:
    op.create_table(
        "row_chain",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
    )
    op.create_index("ix_row_chain_table_name_row_key_seq", "row_chain", ["table_name", "row_key", "seq"])
    op.create_table(
        "rows_before",
        sa.Column("table_name", sa.Text(), primary_key=True),
        sa.Column("count", sa.BigInteger(), nullable=False),
    )
    for table in TABLES:
        op.execute(f"INSERT INTO rows_before (table_name, count) SELECT '{table}', count(*) FROM {table}")
    op.create_table(
        "statement_copies",
        sa.Column("copy", sa.Text(), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", UtcTime(), nullable=False),
    )
    _only_grows("row_chain")


def _only_grows(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} only grows' USING ERRCODE = 'insufficient_privilege'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        )
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )
    # INSERT OR REPLACE deletes without calling the trigger above.
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS "
        f"(SELECT 1 FROM {table} WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
    )


def downgrade() -> None:
    for table in ("statement_copies", "rows_before", "row_chain"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION row_chain_refuse()")
