"""Tables of hand-overs, each written by `appeals/handing_over` alone (A9, A10, A17).

`hand_over_events` refuses UPDATE and DELETE by triggers of its migration. Columns `pii_…` are hidden with
appeals.key; the chain binds them as they stand (decision 0120).
"""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from config.utc_time import UtcTime
from recordings.model.tables import metadata
from recordings.rows.bound_tables import BoundTable

hand_overs = Table(
    "hand_overs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("appeal_id", Integer, nullable=False),
    Column("number", Text, nullable=False),  # the appeal's
    Column("body", Text, nullable=False),
    Column("rules", Text, nullable=False),  # JSON: ids of the rows that chose the body
    Column("urgent", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),  # when it is to leave
    Column("why_then", Text, nullable=False),  # JSON: a sentence by language
    Column("language", Text, nullable=False),
    Column("pii_text", Text, nullable=False),  # hidden: to the byte as it leaves
    Column("pii_data", Text, nullable=False),  # hidden: the same for machines, JSON
    Column("pii_grounds", Text, nullable=False),  # hidden: JSON, why a field was changed, added, a mark left
    Column("sha256", Text, nullable=False),  # of the text's bytes
    Column("source", Integer),  # the hand-over it follows from: escalated, confirmed
    Column("request_id", Text, nullable=False),  # of the confirming page: a repeat makes no second one
    Column("created_by", Text, nullable=False),  # system user
    Column("created_person", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("received_at", UtcTime),
    Column("pii_received_by", Text),
    Column("answer", Text),
    Column("pii_measures", Text),
    Column("pii_answered_by", Text),
    Column("answer_channel", Text),
    Column("answered_at", UtcTime),
    Column("steps_done", Integer, nullable=False),  # of the escalation: how many were done
    Index(None, "request_id", "body", unique=True),
    Index(None, "appeal_id"),
    Index(None, "state", "due_at"),
    Index(None, "body", "created_at"),
)

hand_over_attempts = Table(
    "hand_over_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hand_over_id", Integer, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("contact_id", Integer, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),  # made before the first byte leaves
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("committed", Boolean, nullable=False),  # the bytes that cannot be called back were begun
    Column("pii_sent", Text),  # hidden: the bytes as they leave, made once, before the first try
    Column("sent_sha256", Text),  # of these bytes
    Column("result", Text, nullable=False),
    Column("planned_at", UtcTime, nullable=False),
    Column("began_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("next_at", UtcTime),
    Index(None, "state", "next_at"),
)

hand_over_events = Table(
    "hand_over_events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("hand_over_id", Integer, nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON without personal data
    Column("pii_words", Text, nullable=False),  # hidden: what somebody said or wrote, as it came
)

# Which process may send: one row, taken over when its holder has not renewed it. It says nothing later.
register_lease = Table(
    "register_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", UtcTime, nullable=False),
)

HAND_OVERS = BoundTable(hand_overs, ("id",))
HAND_OVER_ATTEMPTS = BoundTable(hand_over_attempts, ("id",))
HAND_OVER_EVENTS = BoundTable(hand_over_events, ("seq",))
BOUND: Final = (HAND_OVERS, HAND_OVER_ATTEMPTS, HAND_OVER_EVENTS)
