"""Day of the centre's zone as moments, with the offset that was law then; pure (C6)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From its first moment (included) to the next day's (not), in UTC.

    29 February 2024 had 25 hours in Almaty: the clocks went from UTC+6 to UTC+5 at its end.
    """
    begin = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return begin.astimezone(UTC), end.astimezone(UTC)
