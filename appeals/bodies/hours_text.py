"""Hours as people type them: "1-5 09:00-13:00 14:00-18:00; 6 09:00-13:00"; pure (A16)."""

import re
from collections.abc import Sequence
from datetime import time
from itertools import groupby

from appeals.model.body import Hours
from config.told import told

_DAYS = re.compile(r"([1-7])(?:-([1-7]))?\Z")
_STRETCH = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)\Z")
LONGEST = 60  # stretches of one body


class WrongHours(ValueError):
    """Not hours; the text says what they look like."""


def read_hours(text: str) -> tuple[Hours, ...]:
    """Hours in the order of the week; "" or "24/7" round the clock. Raises WrongHours."""
    if text.strip() in ("", "24/7"):
        return ()
    found: list[Hours] = []
    for part in text.split(";"):
        days, *stretches = part.split() or [""]
        weekdays = [day for one in days.split(",") for day in _weekdays(one, text)]
        if not stretches:
            raise _wrong(text)
        found += [_stretch(weekday, one, text) for weekday in weekdays for one in stretches]
    if len(found) > LONGEST or len(found) != len(set(found)):
        raise _wrong(text)
    return tuple(sorted(found, key=lambda one: (one.weekday, one.begins, one.ends)))


def hours_text(hours: Sequence[Hours]) -> str:
    """As read_hours reads them; "24/7" round the clock."""
    if not hours:
        return "24/7"
    of_day: dict[int, list[str]] = {}
    for one in sorted(hours, key=lambda one: (one.weekday, one.begins, one.ends)):
        ends = "24:00" if one.ends == time.max else f"{one.ends:%H:%M}"
        of_day.setdefault(one.weekday, []).append(f"{one.begins:%H:%M}-{ends}")
    parts = []
    for stretches, group in groupby(of_day.items(), lambda item: item[1]):
        days = [day for day, _ in group]
        parts.append(" ".join([_days_text(days), *stretches]))
    return "; ".join(parts)


def _days_text(days: list[int]) -> str:
    if days == list(range(days[0], days[-1] + 1)) and len(days) > 1:
        return f"{days[0]}-{days[-1]}"
    return ",".join(map(str, days))


def _weekdays(text: str, whole: str) -> range:
    found = _DAYS.match(text)
    if found is None or (found[2] and found[2] < found[1]):
        raise _wrong(whole)
    return range(int(found[1]), int(found[2] or found[1]) + 1)


def _stretch(weekday: int, text: str, whole: str) -> Hours:
    found = _STRETCH.match(text)
    if found is None:
        raise _wrong(whole)
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    try:
        begins = time(begin_hour, begin_minute)
        ends = time.max if (end_hour, end_minute) == (24, 0) else time(end_hour, end_minute)
    except ValueError:
        raise _wrong(whole) from None
    return Hours(weekday, begins, ends)


def _wrong(text: str) -> WrongHours:
    return WrongHours(
        told(
            "{hours} are no hours; write them like 1-5 09:00-13:00 14:00-18:00; 6 09:00-13:00, "
            "where 1 is Monday, or 24/7",
            hours=repr(text),
        )
    )
