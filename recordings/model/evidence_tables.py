"""The tables of evidence: sealed recordings, their chain, statements, demands, holds; beside the journal's.

Each table has one file that writes it (its folder's store.py). `chain`, `row_chain`, `statements`,
`demand_events` and `retention_runs` refuse UPDATE and DELETE, by triggers of the migration.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from config.utc_time import UtcTime
from recordings.model.tables import metadata

sealed = Table(
    "sealed",
    metadata,
    Column("recording_id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    Column("path", Text, nullable=False),  # relative to home/recordings
    Column("key_id", Integer, nullable=False),  # which master key wraps the file's own
    Column("wrapped_key", Text),  # hex; None once destroyed
    Column("size", BigInteger, nullable=False),  # bytes of the sealed file
    Column("frames", BigInteger, nullable=False),  # stereo samples at 8000 Hz
    Column("audio_sha256", Text, nullable=False),  # of the PCM frames, 16 bit little endian, interleaved
    Column("sealed_sha256", Text, nullable=False),
    Column("marks", Text, nullable=False),  # words: what is known to be wrong with it
    Column("sealed_at", UtcTime, nullable=False),
    Column("seq", Integer, nullable=False, unique=True),  # its entry in the chain
    Column("destroyed_at", UtcTime),
    Index(None, "call_id"),
    Index(None, "sealed_at"),
)

chain = Table(
    "chain",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # recording id
    Column("at", Text, nullable=False),  # as it was hashed: UTC, ISO 8601, microseconds
    Column("facts", Text, nullable=False),  # JSON, sorted keys, no blanks
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "subject"),
)

statements = Table(
    "statements",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # nightly | interim
    Column("day", Text, nullable=False),  # the civil day stated, YYYY-MM-DD
    Column("first_seq", Integer, nullable=False),  # of the chain: the leaves of its Merkle tree
    Column("last_seq", Integer, nullable=False),
    Column("body", Text, nullable=False),  # what was signed, to the byte
    Column("signature", Text, nullable=False),  # hex
    Column("public_key", Text, nullable=False),  # hex
    Index(None, "day"),
    Index(None, "last_seq"),
)

demands = Table(
    "demands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("authority", Text, nullable=False),  # id in settings
    Column("basis", Text, nullable=False),  # id in settings
    Column("letter_number", Text, nullable=False),
    Column("letter_date", Text, nullable=False),  # YYYY-MM-DD
    Column("pii_asked", Text, nullable=False),  # hidden: the letter's words
    Column("pii_criteria", Text, nullable=False),  # hidden: what to search by, JSON
    Column("received_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("term_source", Text, nullable=False),  # letter | basis
    Column("responsible", Text, nullable=False),  # system user
    Column("registered_by", Text, nullable=False),  # system user
    Column("registered_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Index(None, "state", "due_at"),
)

demand_events = Table(
    "demand_events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("demand_id", Integer, nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON without personal data
)

# What a demand's search found and covers, frozen when it became ready; held against retention while open.
demand_findings = Table(
    "demand_findings",
    metadata,
    Column("demand_id", Integer, primary_key=True, autoincrement=False),
    Column("call_id", Text, primary_key=True),
    Column("recording_id", Text, primary_key=True),  # "" for a conversation without any
    Index(None, "recording_id"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),  # call id
    Column("person", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_at", UtcTime, nullable=False),
    Column("until", UtcTime),  # None: until it is lifted
    Column("lifted_at", UtcTime),
    Column("lifted_by", Text),
    Column("lift_reason", Text),
    Index(None, "subject"),
)

# Written by the register of appeals once there is one; until then by `ivr111 recordings link`.
registrations = Table(
    "registrations",
    metadata,
    Column("number", Text, primary_key=True),  # the appeal's registration number (A12)
    Column("call_id", Text, primary_key=True),
    Column("open", Boolean, nullable=False),  # an open appeal holds its calls
    Column("at", UtcTime, nullable=False),
    Index(None, "call_id"),
)

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON: policies applied, what went, what was held
)

# One entry a version of a row of the tables named in rows/bound_tables.py; refuses UPDATE and DELETE too.
row_chain = Table(
    "row_chain",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # written | removed | adopted | altered | complete
    Column("table_name", Text, nullable=False),
    Column("row_key", Text, nullable=False),
    Column("at", Text, nullable=False),  # as it was hashed
    Column("digest", Text, nullable=False),  # keyed, of the row's content; empty when there is none
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("mark", Text, nullable=False),  # keyed, of the hash: who has only the database can make none
    Index(None, "table_name", "row_key", "seq"),
)

# How many rows stood in each table when rows began to be chained: those may be adopted, once.
rows_before = Table(
    "rows_before",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# Which statements were handed out of the machine, and to what.
statement_copies = Table(
    "statement_copies",
    metadata,
    Column("copy", Text, primary_key=True),  # name in settings
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
)
