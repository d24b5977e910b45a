"""Periods of reports: a day, week, month, half-year, any days, and the one before; pure (B7, C7).

A civil period of the centre's zone: its midnights, whatever the offset was that day.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from appeals.reports.values import ReportPeriod
from config.told import told

LONGEST: Final = 3660  # days
FIRST_YEAR, LAST_YEAR = 2000, 2100
_DAY = timedelta(days=1)
_FORMS: Final = (
    (re.compile(r"(\d{4})-H([12])"), lambda y, h: _half(int(y), int(h))),
    (re.compile(r"(\d{4})-W(\d\d)"), lambda y, w: _week(int(y), int(w))),
    (re.compile(r"(\d{4})-(\d\d)"), lambda y, m: _months(int(y), int(m), 1)),
    (re.compile(r"(\d{4}-\d\d-\d\d)"), lambda d: (date.fromisoformat(d), date.fromisoformat(d) + _DAY)),
    (
        re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)"),
        lambda a, b: (date.fromisoformat(a), date.fromisoformat(b) + _DAY),
    ),
)


class WrongPeriod(ValueError):
    """That is no period; the text says what to write."""


def period_of(text: str, zone: tzinfo) -> ReportPeriod:
    """2026-H1, 2026-11, 2026-W48, 2026-11-28, 2026-11-01..2026-11-15 (both included). Raises WrongPeriod."""
    first, after = _bounds(text.strip(), text)
    return _period(text.strip(), first, after, zone)


def before(period: ReportPeriod) -> ReportPeriod:
    """The period of the same kind that ends where this one begins."""
    zone = period.since.tzinfo
    assert zone is not None, "made by period_of"
    first, after = period.since.date(), period.until.date()
    whole = after - first
    if re.fullmatch(r"\d{4}-H[12]", period.id):
        year, half = (first.year, 1) if first.month == 7 else (first.year - 1, 2)
        return _period(f"{year}-H{half}", *_half(year, half), zone)
    if re.fullmatch(r"\d{4}-\d\d", period.id):
        last = first - _DAY
        return _period(f"{last:%Y-%m}", last.replace(day=1), first, zone)
    if re.fullmatch(r"\d{4}-W\d\d", period.id):
        return _period(f"{first - whole:%G-W%V}", first - whole, first, zone)
    name = f"{first - whole}..{first - _DAY}" if whole > _DAY else f"{first - _DAY}"
    return _period(name, first - whole, first, zone)


def last_half_year(today: date) -> str:
    """Id of the last half-year that is over."""
    return f"{today.year}-H1" if today.month > 6 else f"{today.year - 1}-H2"


def _bounds(text: str, asked: str) -> tuple[date, date]:
    for form, made in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            make: Callable[..., tuple[date, date]] = made
            try:
                first, after = make(*found.groups())
            except (ValueError, OverflowError):
                break
            if FIRST_YEAR <= first.year <= LAST_YEAR and _DAY <= after - first <= LONGEST * _DAY:
                return first, after
            break
    raise WrongPeriod(
        told(
            "{text} is no period: write 2026-H1, 2026-11, 2026-W48, 2026-11-28 or 2026-11-01..2026-11-15",
            text=repr(asked),
        )
    )


def _period(id_: str, first: date, after: date, zone: tzinfo) -> ReportPeriod:
    return ReportPeriod(id_, datetime.combine(first, time(), zone), datetime.combine(after, time(), zone))


def _half(year: int, half: int) -> tuple[date, date]:
    return _months(year, 1 if half == 1 else 7, 6)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    after = month - 1 + count
    return date(year, month, 1), date(year + after // 12, after % 12 + 1, 1)


def _week(year: int, week: int) -> tuple[date, date]:
    first = date.fromisocalendar(year, week, 1)
    return first, first + 7 * _DAY
