"""Dates and times as people type them, in the centre's zone."""

import re
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from config.told import LocalizedText, told

DOTTED: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")  # 28.11.2026, as is written here
WORDS: Final = {
    **{"today": 0, "yesterday": 1},
    **{"бүгін": 0, "кеше": 1},
    **{"сегодня": 0, "вчера": 1},
}


def moment(text: str, zone: tzinfo, now: datetime, *, end: bool = False) -> datetime:
    """The moment `text` names, aware; a bare date is its midnight, or with `end` the midnight after it.

    Raises ValueError, with what to write.
    """
    day = _day(text, zone, now)
    if day is not None:
        return day + timedelta(days=1) if end else day  # wall clock: a day may have 23 hours
    try:
        at = datetime.fromisoformat(_iso(text))
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise ValueError(_no_date(text)) from None


def whole_day(text: str, zone: tzinfo, now: datetime) -> tuple[datetime, datetime]:
    """The midnights around a day. Raises ValueError, with what to write."""
    day = _day(text, zone, now)
    if day is None:
        raise ValueError(
            told("{text} is no day: write 28.11.2026, 2026-11-28, today or yesterday", text=repr(text))
        )
    return day, day + timedelta(days=1)


def _no_date(text: str) -> LocalizedText:
    return told(
        "{text} is no date: write a date (28.11.2026, 2026-11-28, today, yesterday) "
        "or a time (28.11.2026 14:05, 2026-11-28T14:05)",
        text=repr(text),
    )


def _iso(text: str) -> str:
    """28.11.2026 as 2026-11-28, with the time that follows; anything else as it is."""
    text = text.strip()
    found = DOTTED.match(text)
    if found is None:
        return text
    day, month, year = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}{text[found.end() :]}"


def _day(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    word = _iso(text.lower())
    if word in WORDS:
        civil = now.astimezone(zone).date() - timedelta(days=WORDS[word])
    elif len(word) == len("2026-11-22"):
        try:
            civil = datetime.strptime(word, "%Y-%m-%d").date()
        except ValueError:
            raise ValueError(_no_date(text)) from None
    else:
        return None
    if not 1900 <= civil.year <= 2999:  # beyond, the next day or another zone's may not exist
        raise ValueError(_no_date(text))
    return datetime.combine(civil, time(), zone)
