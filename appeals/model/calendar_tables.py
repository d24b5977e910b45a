"""The calendar's tables; `appeals/calendar/store.py` alone writes them."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, false

from config.utc_time import UtcTime
from recordings.model.tables import metadata
from recordings.rows.bound_tables import BoundTable

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("body", Text, primary_key=True),  # "" everybody
    Column("day", Text, primary_key=True),  # YYYY-MM-DD, by the centre's civil time
    Column("kind", Text, nullable=False),
    Column("weekday", Integer, nullable=False),  # whose hours a worked day has, 1 Monday
    Column("shorter", Integer, nullable=False),  # minutes
    Column("name_kk", Text, nullable=False),
    Column("name_ru", Text, nullable=False),
    Column("source", Text, nullable=False),  # the library with its version, or what an administrator wrote
    Column("estimated", Boolean, nullable=False, server_default=false()),
    Index(None, "day"),
)

# Append-only, by triggers of the migration.
calendar_events = Table(
    "calendar_events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("step", Text, nullable=False),  # set | removed | filled
    Column("body", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("before", Text, nullable=False),  # the day as JSON; "" where there was none
    Column("after", Text, nullable=False),
    Index(None, "body", "day"),
)

CALENDAR_DAYS = BoundTable(calendar_days, ("body", "day"))
CALENDAR_EVENTS = BoundTable(calendar_events, ("seq",))
BOUND: Final = (CALENDAR_DAYS, CALENDAR_EVENTS)
