"""The console's tables, in the journal's database."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, false, text

from appeals.model.bound_tables import BOUND as APPEALS
from config.utc_time import UtcTime
from recordings.model.tables import metadata
from recordings.rows.bound_tables import BOUND, BoundTable

accounts = Table(
    "accounts",
    metadata,
    Column("login", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("consultant", Text),
    Column("phone", Text),
    Column("language", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("totp", Text),  # hidden by recordings/privacy/numbers.py, with the console's own key
    Column("totp_used", Integer, nullable=False),  # step of the last code taken: none is good twice
    Column("disabled", Boolean, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column(
        "must_change", Boolean, nullable=False, server_default=false()
    ),  # somebody else chose the password
    # Of open accounts: whoever comes after somebody gets their phone.
    *(
        Index(
            None,
            column,
            unique=True,
            sqlite_where=text("NOT disabled"),
            postgresql_where=text("NOT disabled"),
        )
        for column in ("consultant", "phone")
    ),
)

ACCOUNTS = BoundTable(accounts, ("login",), present=frozenset({"totp"}), left_out=frozenset({"totp_used"}))
# The second factor itself, as it is hidden: another one put in its place lets another person in.
SECOND_FACTORS = BoundTable(accounts, ("login",), only=("second_factors", frozenset({"totp"})), since="0009")

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),  # SHA-256 of the token
    Column("login", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("address", Text, nullable=False),
    Index(None, "login"),
)

SESSIONS = BoundTable(sessions, ("id",), left_out=frozenset({"seen_at"}), since="0009")
EVERY: Final = (
    *BOUND,
    *APPEALS,
    ACCOUNTS,
    SECOND_FACTORS,
    SESSIONS,
)  # all tables whose rows are chained
