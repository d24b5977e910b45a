"""Consultants' states, sessions, second factors and where statements were handed to are bound as well."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As recordings/rows/bound_tables.py and console/identity/tables.py name them, and the table each lies in.
BOUND = {
    "consultant_states": "consultant_states",
    "statement_copies": "statement_copies",
    "second_factors": "accounts",
    "sessions": "sessions",
}


def upgrade() -> None:
    for name, table in BOUND.items():
        op.execute(f"INSERT INTO rows_before (table_name, count) SELECT '{name}', count(*) FROM {table}")


def downgrade() -> None:
    before = sa.table("rows_before", sa.column("table_name", sa.Text()))
    op.execute(sa.delete(before).where(before.c.table_name.in_(list(BOUND))))
