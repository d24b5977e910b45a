"""The journal: calls, connections, recordings, alarms, consultants' states, access log."""

import sqlalchemy as sa
from alembic import op

from config.utc_time import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFUSAL = "access_log only grows"


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("call_id", sa.Text(), primary_key=True),
        sa.Column("caller", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("arrived_at", UtcTime(), nullable=False),
        sa.Column("line_answered_at", UtcTime()),
        sa.Column("language_at", UtcTime()),
        sa.Column("queued_at", UtcTime()),
        sa.Column("first_ring_at", UtcTime()),
        sa.Column("answered_at", UtcTime()),
        sa.Column("conversation_ended_at", UtcTime()),
        sa.Column("rated_at", UtcTime()),
        sa.Column("wrap_up_ended_at", UtcTime()),
        sa.Column("ended_at", UtcTime()),
        sa.Column("served_by", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("ended_by", sa.Text()),
        sa.Column("notice_at", UtcTime()),
        sa.Column("ucc_result", sa.Text()),
        sa.Column("rating", sa.Integer()),
        sa.Column("rating_asked", sa.Boolean(), nullable=False),
        sa.Column("survived", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_calls_arrived_at", "calls", ["arrived_at"])
    op.create_index("ix_calls_outcome_arrived_at", "calls", ["outcome", "arrived_at"])
    op.create_index("ix_calls_served_by_arrived_at", "calls", ["served_by", "arrived_at"])
    op.create_index("ix_calls_language_arrived_at", "calls", ["language", "arrived_at"])

    op.create_table(
        "connections",
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("rang_at", UtcTime()),
        sa.Column("answered_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime()),
    )
    op.create_index("ix_connections_party_call_id", "connections", ["party", "call_id"])

    op.create_table(
        "recordings",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("connection", sa.Integer()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intended_at", UtcTime()),
        sa.Column("started_at", UtcTime()),
        sa.Column("ended_at", UtcTime()),
        sa.Column("seconds", sa.Float()),
        sa.Column("stereo_file", sa.Text()),
        sa.Column("caller_level", sa.Float()),
        sa.Column("consultant_level", sa.Float()),
        sa.Column("caller_silence", sa.Float()),
        sa.Column("consultant_silence", sa.Float()),
        sa.Column("caller_longest", sa.Float()),
        sa.Column("consultant_longest", sa.Float()),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", UtcTime()),
    )
    op.create_index("ix_recordings_call_id", "recordings", ["call_id"])
    op.create_index("ix_recordings_state", "recordings", ["state"])

    op.create_table(
        "segments",
        sa.Column("stem", sa.Text(), primary_key=True),
        sa.Column("recording_id", sa.Text(), sa.ForeignKey("recordings.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcTime()),
        sa.Column("ended_at", UtcTime()),
        sa.Column("seconds", sa.Float()),
        sa.Column("caller_file", sa.Text()),
        sa.Column("consultant_file", sa.Text()),
    )
    op.create_index("ix_segments_recording_id", "segments", ["recording_id"])

    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.UniqueConstraint("kind", "about", "at", name="uq_alarms_kind_about_at"),
    )
    op.create_index("ix_alarms_at", "alarms", ["at"])

    op.create_table(
        "consultant_states",
        sa.Column("consultant", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text()),
        sa.Column("at", UtcTime(), nullable=False),
    )

    op.create_table(
        "access_log",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("system_user", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.UniqueConstraint("entry_id", name="uq_access_log_entry_id"),
    )
    op.create_index("ix_access_log_subject", "access_log", ["subject"])
    op.create_index("ix_access_log_at", "access_log", ["at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION access_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege'; END $$"
        )
        op.execute(
            "CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION access_log_refuse()"
        )
    else:
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER access_log_no_{deed.lower()} BEFORE {deed} ON access_log "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        # INSERT OR REPLACE deletes without calling the trigger above.
        op.execute(
            "CREATE TRIGGER access_log_no_replace BEFORE INSERT ON access_log WHEN EXISTS "
            "(SELECT 1 FROM access_log WHERE seq = NEW.seq OR entry_id = NEW.entry_id) "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def downgrade() -> None:
    for table in ("access_log", "consultant_states", "alarms", "segments", "recordings", "connections", "calls"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION access_log_refuse()")
