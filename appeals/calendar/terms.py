"""Terms of the law: when one that began ends; pure (A23, C2)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appeals.calendar.day import Day, DayKind
from config.appeals import Term
from config.told import told

_DAY = timedelta(days=1)
_END = time(23, 59, 59)  # a term in days is kept until the day is over


class NoSuchTerm(LookupError):
    """No term has this id; the text names those there are."""


def term_of(id_: str, terms: Sequence[Term]) -> Term:
    """Raises NoSuchTerm."""
    for term in terms:
        if term.id == id_:
            return term
    names = ", ".join(term.id for term in terms)
    raise NoSuchTerm(told("there is no term {id}; there are: {names}", id=id_, names=names))


def due(term: Term, from_: datetime, days: Mapping[date, Day], zone: ZoneInfo) -> datetime:
    """The last moment at which the term is kept; of what came later it is in breach.

    The day it began on does not count, as in every reckoning of days by law; calendar days that would end on
    a free day end on the working day after it. `days` are everybody's: a term is the law's, not one body's.
    Raises ValueError without zone.
    """
    if from_.tzinfo is None:
        raise ValueError("a moment without its zone")
    if term.unit == "hours":
        return (from_.astimezone(UTC) + timedelta(hours=term.amount)).astimezone(zone)  # by no wall clock
    last = from_.astimezone(zone).date()
    if term.unit == "working_days":
        for _ in range(term.amount):
            last = _working(last + _DAY, days)
    else:
        last = _working(last + term.amount * _DAY, days)
    return datetime.combine(last, _END, zone).replace(fold=1)


def works(day: date, days: Mapping[date, Day]) -> bool:
    """Whether it is a working day of the five-day week."""
    known = days.get(day)
    if known is not None and known.kind in (DayKind.HOLIDAY, DayKind.CLOSED):
        return False
    return day.isoweekday() <= 5 or (known is not None and known.kind is DayKind.WORKING)


def _working(day: date, days: Mapping[date, Day]) -> date:
    while not works(day, days):
        day += _DAY
    return day
