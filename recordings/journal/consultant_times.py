"""Rows of what consultants did, as the sums want them; pure."""

from recordings.model.entries import ConsultantStint
from routing.live.consultant_times import Stint


def stint(row: ConsultantStint) -> Stint:
    """Times as epoch seconds."""
    ended = None if row.ended_at is None else row.ended_at.timestamp()
    began = row.began_at.timestamp()
    return Stint(row.consultant, row.state, row.reason, row.call_id, began, ended, row.missed)
