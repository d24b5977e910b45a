"""Working time of a body, and the first working minute from a moment on; pure (A16)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from appeals.calendar.day import EVERYBODY, Day, DayKind
from appeals.calendar.why import AtReceipt, PassedDay, Why
from appeals.model.body import Hours
from config.told import told

HORIZON = 400  # days looked ahead: a body that is closed longer than a year never works, for us
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_ALWAYS = tuple(Hours(weekday, time.min, time.max) for weekday in range(1, 8))
_FREE = (DayKind.HOLIDAY, DayKind.CLOSED)


class NeverWorks(ValueError):
    """The body has no working minute in the year ahead; the text says so."""


@dataclass(frozen=True, slots=True)
class WorkStretch:
    """Unbroken work by the wall clock, without zone: `begins` is of it, `ends` is not; may pass midnight."""

    begins: datetime
    ends: datetime


def next_working_minute(
    hours: Sequence[Hours], moment: datetime, days: Mapping[date, Day], zone: ZoneInfo
) -> tuple[datetime, Why]:
    """The first moment, from `moment` on, at which the body works, and why then (A16; decision 0123).

    Within working hours it is `moment` itself, to the second; the minute of opening is of them, also the
    last minute before closing, the moment of closing is not. Work that passes midnight is of the day it
    began on. No hours, or hours that leave no minute of the week free: round the clock, and only closures
    of its own count. `days` as the body has them (`for_body`). Raises NeverWorks; ValueError without zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    plan = WorkingTime(hours, days)
    received = moment.astimezone(zone)
    if plan.works(_wall(received)):
        reason = AtReceipt.ROUND_THE_CLOCK if plan.round_the_clock else AtReceipt.WORKING
        return moment, Why(received, received, reason)
    for number in range(HORIZON):
        found = _first_on(received.date() + number * _DAY, plan, moment, zone)
        if found is not None:
            return found.astimezone(moment.tzinfo), _why(received, found.astimezone(zone), plan)
    raise NeverWorks(told("no working minute from {day} on, for more than a year", day=received.date()))


class WorkingTime:
    """A body's hours with the days that are out of the ordinary."""

    def __init__(self, hours: Sequence[Hours], days: Mapping[date, Day]) -> None:
        self.round_the_clock = not hours or _fills_the_week(tuple(hours))
        self._hours = _ALWAYS if self.round_the_clock else tuple(hours)
        self._days = days

    def day(self, day: date) -> Day | None:
        """What is out of the ordinary for this body; holidays are nothing to who never closes."""
        found = self._days.get(day)
        if found is None or (self.round_the_clock and found.body == EVERYBODY):
            return None
        return found

    def stretches(self, day: date) -> list[WorkStretch]:
        """The work that begins on `day`, in order."""
        known = self.day(day)
        if known is not None and known.kind in _FREE:
            return []
        moved = known is not None and known.kind is DayKind.WORKING
        weekday = known.like if known is not None and moved else day.isoweekday()
        found = [_stretch(day, one) for one in self._hours if one.weekday == weekday]
        if found and known is not None and known.kind is DayKind.SHORT:
            closes = max(one.ends for one in found) - timedelta(minutes=known.shorter)
            found = [WorkStretch(one.begins, min(one.ends, closes)) for one in found if one.begins < closes]
        return sorted(found, key=lambda one: one.begins)

    def works(self, wall: datetime) -> bool:
        """Whether it works when the clock on the wall shows this."""
        return any(one.begins <= wall < one.ends for one in self._around(wall.date()))

    def _around(self, day: date) -> Iterator[WorkStretch]:
        yield from self.stretches(day)
        yield from self.stretches(day - _DAY)  # what began before midnight


def _stretch(day: date, hours: Hours) -> WorkStretch:
    begins, ends = datetime.combine(day, hours.begins), datetime.combine(day, hours.ends)
    if hours.ends == time.max:
        ends = datetime.combine(day + _DAY, time.min)
    elif ends <= begins:
        ends += _DAY
    return WorkStretch(begins, ends)


@lru_cache(maxsize=256)
def _fills_the_week(hours: tuple[Hours, ...]) -> bool:
    monday = date(2024, 1, 1)
    week = [_stretch(monday + (one.weekday - 1) * _DAY, one) for one in hours]
    # The week before reaches into this one, by what passes midnight on Sunday.
    every = sorted(
        [*week, *(WorkStretch(one.begins - _WEEK, one.ends - _WEEK) for one in week)],
        key=lambda one: one.begins,
    )
    covered = datetime.combine(monday, time.min)
    end = covered + _WEEK
    for one in every:
        if one.begins > covered:
            break
        covered = max(covered, one.ends)
    return covered >= end


def _first_on(day: date, plan: WorkingTime, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """The first working moment whose wall clock shows `day`; `moment` itself is none."""
    begins = datetime.combine(day, time.min, zone).astimezone(UTC)
    ends = datetime.combine(day + _DAY, time.min, zone).replace(fold=1).astimezone(UTC)
    if ends - begins == _DAY:
        opens = (one.begins.replace(tzinfo=zone) for one in plan.stretches(day))
        return min((one for one in opens if one >= moment), default=None)
    # The offset changes on this day: an hour comes twice or never. The wall clock decides, minute by minute.
    at = max(begins, _next_minute(moment))
    while at < ends:
        if plan.works(_wall(at.astimezone(zone))):
            return at
        at += timedelta(minutes=1)
    return None


def _why(received: datetime, first: datetime, plan: WorkingTime) -> Why:
    reason, known = _reason(received, plan)
    between = (received.date() + n * _DAY for n in range(1, (first.date() - received.date()).days))
    free = (plan.day(day) for day in between)
    passed = tuple(
        PassedDay(one.day, _of_kind(one.kind), one.name_kk, one.name_ru)
        for one in free
        if one is not None and one.kind in _FREE
    )
    last = plan.day(first.date())
    moved = last is not None and last.kind is DayKind.WORKING
    named = known if known is not None and reason in (AtReceipt.HOLIDAY, AtReceipt.CLOSED) else None
    if named is None:
        return Why(received, first, reason, passed=passed, moved=moved)
    return Why(received, first, reason, named.name_kk, named.name_ru, passed, moved)


def _reason(received: datetime, plan: WorkingTime) -> tuple[AtReceipt, Day | None]:
    known, wall = plan.day(received.date()), _wall(received)
    if known is not None and known.kind in _FREE:
        return _of_kind(known.kind), known
    today = plan.stretches(received.date())
    if not today:
        return AtReceipt.DAY_OFF, known
    if wall < today[0].begins:
        return AtReceipt.BEFORE, known
    return (AtReceipt.BREAK if any(wall < one.begins for one in today) else AtReceipt.AFTER), known


def _of_kind(kind: DayKind) -> AtReceipt:
    return AtReceipt.CLOSED if kind is DayKind.CLOSED else AtReceipt.HOLIDAY


def _wall(at: datetime) -> datetime:
    return at.replace(tzinfo=None, fold=0)


def _next_minute(moment: datetime) -> datetime:
    at = moment.astimezone(UTC)
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
