"""The journal's tables; recordings, demands and the register grow on them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from config.utc_time import UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("caller", Text),  # hidden by recordings/privacy/numbers.py; None: withheld
    Column("caller_index", Text),  # what the hidden number is found by
    Column("language", Text),
    Column("arrived_at", UtcTime, nullable=False),  # t0
    Column("line_answered_at", UtcTime),  # ta
    Column("language_at", UtcTime),  # t1
    Column("queued_at", UtcTime),  # t2
    Column("first_ring_at", UtcTime),  # t3
    Column("answered_at", UtcTime),  # t4
    Column("conversation_ended_at", UtcTime),  # t5
    Column("rated_at", UtcTime),  # t6
    Column("wrap_up_ended_at", UtcTime),  # t7
    Column("ended_at", UtcTime),
    Column("served_by", Text),
    Column("outcome", Text),
    Column("ended_by", Text),
    Column("notice_at", UtcTime),
    Column("ucc_result", Text),
    Column("rating", Integer),
    Column("rating_asked", Boolean, nullable=False),
    Column("survived", Boolean, nullable=False),
    Index(None, "arrived_at"),
    Index(None, "outcome", "arrived_at"),
    Index(None, "served_by", "arrived_at"),
    Index(None, "language", "arrived_at"),
    Index(None, "caller_index", "arrived_at"),
)

connections = Table(
    "connections",
    metadata,
    Column("call_id", ForeignKey("calls.call_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("party", Text, nullable=False),
    Column("rang_at", UtcTime),
    Column("answered_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "party", "call_id"),
)

# Rings, holds, diversions. Not columns of connections: a ring that nobody answered is no connection.
moments = Table(
    "call_moments",
    metadata,
    Column("call_id", ForeignKey("calls.call_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("party", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("until", UtcTime),
    Column("result", Text),
)

# No foreign key to calls: an intent is written while its call lives, a survived call comes later.
recordings = Table(
    "recordings",
    metadata,
    Column("id", Text, primary_key=True),  # stem of its first segment
    Column("call_id", Text, nullable=False),
    Column("connection", Integer),  # None until a conversation of survival is told which one it was
    Column("state", Text, nullable=False),
    Column("intended_at", UtcTime),  # of its latest segment
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("seconds", Float),
    Column("stereo_file", Text),
    Column("caller_level", Float),
    Column("consultant_level", Float),
    Column("caller_silence", Float),
    Column("consultant_silence", Float),
    Column("caller_longest", Float),
    Column("consultant_longest", Float),
    Column("checks", Text, nullable=False),  # words with a space between
    Column("size", BigInteger, nullable=False),  # bytes at the last check; 0 before
    Column("checked_at", UtcTime),
    Index(None, "call_id"),
    Index(None, "seconds"),
    Index(None, "state"),
)

segments = Table(
    "segments",
    metadata,
    Column("stem", Text, primary_key=True),
    Column("recording_id", ForeignKey("recordings.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("seconds", Float),
    Column("caller_file", Text),
    Column("consultant_file", Text),
)

# RTP of each leg while they talked, the newest word. No foreign key: it may come before its recording's row.
links = Table(
    "recording_links",
    metadata,
    Column("recording_id", Text, primary_key=True),
    Column("leg", Text, primary_key=True),
    Column("received", Integer, nullable=False),  # packets
    Column("lost", Integer, nullable=False),
    Column("jitter", Float, nullable=False),  # seconds, the average
    Column("at", UtcTime, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("kind", "about", "at"),
    Index(None, "at"),
)

consultant_states = Table(
    "consultant_states",
    metadata,
    Column("consultant", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text),  # None: forgotten, kept as a mark so that an older entry cannot bring it back
    Column("at", UtcTime, nullable=False),
)

consultant_stints = Table(
    "consultant_stints",
    metadata,
    Column("consultant", Text, primary_key=True),
    Column("began_at", UtcTime, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("reason", Text),
    Column("call_id", Text),
    Column("missed", Boolean, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "began_at"),
    Index(None, "ended_at"),
)

log_places = Table(
    "log_places",
    metadata,
    Column("log", Text, primary_key=True),
    Column("place", Text, nullable=False),  # written by routing/cel/file.py: Place
    Column("at", UtcTime, nullable=False),
)

# Triggers of the migration refuse UPDATE, DELETE and TRUNCATE here.
access_log = Table(
    "access_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("entry_id", Text, nullable=False),
    Column("at", Text, nullable=False),  # as it was hashed
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("entry_id"),
    Index(None, "subject"),
    Index(None, "at"),
)
