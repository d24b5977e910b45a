"""Timestamps as text: as a chain hashes them, and as JSON shows them; pure."""

from datetime import UTC, datetime, tzinfo


def hash_text(at: datetime) -> str:
    """ISO 8601 in UTC, to the microsecond: what stands in a chain, and is compared with it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def json_text(at: datetime | None, zone: tzinfo = UTC) -> str | None:
    """ISO 8601 with the offset that was law then, to the millisecond; None for no moment."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="milliseconds")
