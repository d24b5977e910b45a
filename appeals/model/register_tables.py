"""Tables of the register of appeals, each written by `appeals/register` alone (A6, A11, A12).

`appeal_events` refuses UPDATE and DELETE by triggers of its migration. Columns `pii_…` are hidden with
appeals.key; the chain binds them as they stand, for few processes have that key (decision 0120).
"""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, text

from config.utc_time import UtcTime
from recordings.model.tables import metadata
from recordings.rows.bound_tables import BoundTable

appeals = Table(
    "appeals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Text, unique=True),  # nine digits; None until it is registered
    Column("state", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("owner", Text, nullable=False),  # system user
    Column("owner_person", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", Text, nullable=False),  # system user
    Column("made_key", Text, unique=True),  # the maker's own id: a repeat makes no second appeal
    Column("registered_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("due_at", UtcTime),
    Column("due_source", Text, nullable=False),
    Column("outcome", Text),
    Column("joined_to", Integer),
    # Copies of what the history has, for lists: they change with every save, and are not bound.
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Index(None, "state", "id"),
    Index(None, "owner", "state", "id"),
    Index(None, "topic", "id"),
    Index(None, "region", "id"),
    Index(None, "created_at"),
    Index(None, "registered_at"),
    Index(None, "due_at", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
)

# What stands in a field now, and since when it stood so in the history: the rest is still to be noted there.
appeal_values = Table(
    "appeal_values",
    metadata,
    Column("appeal_id", Integer, primary_key=True, autoincrement=False),
    Column("field", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("text", Text),  # of a field that is a choice: for lists and reports
    Column("pii_text", Text),  # of every other
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("unnoted_since", UtcTime),  # None: the history has it
    Column("pii_noted", Text),  # what the history has last; None: nothing yet
    Column("changes", Text, nullable=False),  # JSON: the last ids of changes, each with its version
    Index(None, "field", "text"),
)

appeal_events = Table(
    "appeal_events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("appeal_id", Integer, nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("field", Text, nullable=False),  # "" where it is no field's change
    Column("pii_before", Text, nullable=False),
    Column("pii_after", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON without personal data
)

appeal_contacts = Table(
    "appeal_contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("appeal_id", Integer, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("call_id", Text),  # None: no call
    Column("at", UtcTime, nullable=False),
    Column("system_user", Text, nullable=False),
    # The caller's number as the journal hides and finds it; kept when the journal lets the call go.
    Column("pii_caller", Text),
    Column("caller_index", Text),
    Index(None, "call_id", "appeal_id", unique=True),
    Index(None, "caller_index"),
)

no_case_contacts = Table(
    "no_case_contacts",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Index(None, "at"),
)

# The last running number of each year: given in the registering transaction, so that none is left out.
appeal_numbers = Table(
    "appeal_numbers",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

# Keyed digests of names, words and phone numbers, made anew from the values at any time: not bound.
appeal_words = Table(
    "appeal_words",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("appeal_id", Integer, primary_key=True, autoincrement=False),
    Column("field", Text, primary_key=True),
    Index(None, "appeal_id", "field"),
    sqlite_with_rowid=False,
)

# Who has an appeal open; it says nothing once it is old, and is not bound.
appeal_presence = Table(
    "appeal_presence",
    metadata,
    Column("appeal_id", Integer, primary_key=True, autoincrement=False),
    Column("system_user", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

COPIED: Final = frozenset({"version", "changed_at", "kind", "topic", "region", "urgent"})
APPEALS = BoundTable(appeals, ("id",), left_out=COPIED)
APPEAL_VALUES = BoundTable(appeal_values, ("appeal_id", "field"), left_out=frozenset({"changes"}))
APPEAL_EVENTS = BoundTable(appeal_events, ("seq",))
APPEAL_CONTACTS = BoundTable(appeal_contacts, ("id",), left_out=frozenset({"pii_caller", "caller_index"}))
NO_CASE_CONTACTS = BoundTable(no_case_contacts, ("call_id",))
APPEAL_NUMBERS = BoundTable(appeal_numbers, ("year",))
BOUND: Final = (APPEALS, APPEAL_VALUES, APPEAL_EVENTS, APPEAL_CONTACTS, NO_CASE_CONTACTS, APPEAL_NUMBERS)
