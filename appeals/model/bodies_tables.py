"""The directory's tables; `appeals/bodies/store.py` alone writes them."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from config.utc_time import UtcTime
from recordings.model.tables import metadata
from recordings.rows.bound_tables import BoundTable

bodies = Table(
    "bodies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("region", Text, nullable=False),  # "" nationwide
    Column("name_kk", Text, nullable=False),
    Column("name_ru", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("topics", Text, nullable=False),  # with a space between; "" all
    Column("above", Text, nullable=False),  # id of the body above it, or ""
    Column("hours", Text, nullable=False),  # as appeals/bodies/hours_text.py writes them
    Column("valid_from", Text),  # YYYY-MM-DD
    Column("valid_until", Text),  # inclusive
    Column("example", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    Index(None, "kind", "region"),
)

# Of a commissioner, who is a volunteer, a number may be a person's own: hidden.
body_contacts = Table(
    "body_contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body", ForeignKey("bodies.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("pii_address", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("place", Integer, nullable=False),  # 1 first; deputies follow
    Column("valid_from", Text),
    Column("valid_until", Text),
    Column("plain_mail", Boolean, nullable=False),
    Column("example", Boolean, nullable=False),
    Index(None, "body"),
)

# Append-only, by triggers of the migration.
body_events = Table(
    "body_events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("step", Text, nullable=False),  # seeded | added | changed | closed | imported
    Column("body", Text, nullable=False),
    Column("contact", Integer),  # None where it is the body's own change
    Column("pii_before", Text, nullable=False),  # body or contact as JSON, hidden; "" where there was none
    Column("pii_after", Text, nullable=False),
    Index(None, "body"),
)

BODIES = BoundTable(bodies, ("id",))
BODY_CONTACTS = BoundTable(body_contacts, ("id",), frozenset({"pii_address"}))
BODY_EVENTS = BoundTable(body_events, ("seq",), frozenset({"pii_before", "pii_after"}))
BOUND: Final = (BODIES, BODY_CONTACTS, BODY_EVENTS)
