"""Table of receipt links, written by `appeals/handing_over` alone (A17).

A link itself is nowhere: its digest finds the hand-over. Wrong codes are counted here, so the counters are
not bound; whose link it is, is.
"""

from typing import Final

from sqlalchemy import Column, Integer, Table, Text

from config.utc_time import UtcTime
from recordings.model.tables import metadata
from recordings.rows.bound_tables import BoundTable

receipt_links = Table(
    "receipt_links",
    metadata,
    Column("hand_over_id", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of the link's secret part, hex
    Column("made_at", UtcTime, nullable=False),
    Column("wrong", Integer, nullable=False),  # codes in a row
    Column("locked_until", UtcTime),
)

RECEIPT_LINKS = BoundTable(receipt_links, ("hand_over_id",), left_out=frozenset({"wrong", "locked_until"}))
BOUND: Final = (RECEIPT_LINKS,)
