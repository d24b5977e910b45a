"""Evidence: hidden numbers, sealed recordings, their chain, statements, demands, holds, retention."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONLY_GROW = ("chain", "statements", "demand_events", "retention_runs")


def upgrade() -> None:
    op.add_column("calls", sa.Column("caller_index", sa.Text()))
    op.create_index("ix_calls_caller_index_arrived_at", "calls", ["caller_index", "arrived_at"])
    op.create_index("ix_recordings_seconds", "recordings", ["seconds"])
    op.create_table(
        "sealed",
        sa.Column("recording_id", sa.Text(), primary_key=True),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.Text()),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frames", sa.BigInteger(), nullable=False),
        sa.Column("audio_sha256", sa.Text(), nullable=False),
        sa.Column("sealed_sha256", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("sealed_at", UtcTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("destroyed_at", UtcTime()),
        sa.UniqueConstraint("seq", name="uq_sealed_seq"),
    )
    op.create_index("ix_sealed_call_id", "sealed", ["call_id"])
    op.create_index("ix_sealed_sealed_at", "sealed", ["sealed_at"])
    op.create_table(
        "chain",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
    )
    op.create_index("ix_chain_subject", "chain", ["subject"])
    op.create_table(
        "statements",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
    )
    op.create_index("ix_statements_day", "statements", ["day"])
    op.create_index("ix_statements_last_seq", "statements", ["last_seq"])
    op.create_table(
        "demands",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("letter_number", sa.Text(), nullable=False),
        sa.Column("letter_date", sa.Text(), nullable=False),
        sa.Column("pii_asked", sa.Text(), nullable=False),
        sa.Column("pii_criteria", sa.Text(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("term_source", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", UtcTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.create_index("ix_demands_state_due_at", "demands", ["state", "due_at"])
    op.create_table(
        "demand_events",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_index("ix_demand_events_demand_id", "demand_events", ["demand_id"])
    op.create_table(
        "demand_findings",
        sa.Column("demand_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("call_id", sa.Text(), primary_key=True),
        sa.Column("recording_id", sa.Text(), primary_key=True),
    )
    op.create_index("ix_demand_findings_recording_id", "demand_findings", ["recording_id"])
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", UtcTime(), nullable=False),
        sa.Column("until", UtcTime()),
        sa.Column("lifted_at", UtcTime()),
        sa.Column("lifted_by", sa.Text()),
        sa.Column("lift_reason", sa.Text()),
    )
    op.create_index("ix_holds_subject", "holds", ["subject"])
    op.create_table(
        "registrations",
        sa.Column("number", sa.Text(), primary_key=True),
        sa.Column("call_id", sa.Text(), primary_key=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )
    op.create_index("ix_registrations_call_id", "registrations", ["call_id"])
    op.create_table(
        "retention_runs",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    for table in ONLY_GROW:
        _only_grows(table)


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
    tables = (
        "retention_runs", "registrations", "holds", "demand_findings", "demand_events", "demands",
        "statements", "chain", "sealed",
    )
    for table in tables:
        op.drop_table(table)
        if table in ONLY_GROW and op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION {table}_refuse()")
    op.drop_index("ix_recordings_seconds", "recordings")
    op.drop_index("ix_calls_caller_index_arrived_at", "calls")
    with op.batch_alter_table("calls") as calls:
        calls.drop_column("caller_index")
