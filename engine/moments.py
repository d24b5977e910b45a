"""Dates and times as people type them, in the centre's zone."""

from datetime import datetime, time, timedelta, tzinfo

FORM = "write a date (2026-11-22, today, yesterday) or a time (2026-11-22T14:05)"


def moment(text: str, zone: tzinfo, now: datetime, *, end: bool = False) -> datetime:
    """The moment `text` names, aware; a bare date is its midnight, or with `end` the midnight after it.

    Raises ValueError, with what to write.
    """
    day = _day(text, zone, now)
    if day is not None:
        return day + timedelta(days=1) if end else day  # wall clock: a day may have 23 hours
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no date: {FORM}") from None


def whole_day(text: str, zone: tzinfo, now: datetime) -> tuple[datetime, datetime]:
    """The midnights around a day. Raises ValueError, with what to write."""
    day = _day(text, zone, now)
    if day is None:
        raise ValueError(f"{text!r} is no day: write 2026-11-22, today or yesterday")
    return day, day + timedelta(days=1)


def _day(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    words = {"today": 0, "yesterday": 1}
    word = text.strip().lower()
    if word in words:
        date = now.astimezone(zone).date() - timedelta(days=words[word])
    elif len(word) == len("2026-11-22"):
        try:
            date = datetime.strptime(word, "%Y-%m-%d").date()
        except ValueError:
            raise ValueError(f"{text!r} is no date: {FORM}") from None
    else:
        return None
    if not 1900 <= date.year <= 2999:  # beyond, the next day or another zone's may not exist
        raise ValueError(f"{text!r} is no day of ours: {FORM}")
    return datetime.combine(date, time(), zone)
