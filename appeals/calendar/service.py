"""Service of the calendar, for hand-overs, terms, pages and the command line; edge (A16, A23, C2)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.calendar import store
from appeals.calendar.day import EVERYBODY, Day, DayKind, for_body
from appeals.calendar.holiday_library import from_library
from appeals.calendar.store import DayEvent
from appeals.calendar.terms import due, term_of
from appeals.calendar.why import Why
from appeals.calendar.working_time import HORIZON, next_working_minute
from appeals.model.body import Hours
from config.appeals import Term
from config.rights import RIGHTS, Right, may
from config.told import either, told
from recordings.model.access_entry import Actor

FIRST_YEAR, LAST_YEAR = 2020, 2099  # that an entry may have: further away it is a slip of the pen
LINE = Actor("the line", "system", "ivr111")  # who fills a new home
_DAY = timedelta(days=1)


class CalendarRefused(ValueError):
    """The calendar cannot be changed so, or not by this person; the text says why."""


class Calendar:
    """Days out of the ordinary over the library of holidays; an entry of the table always wins."""

    def __init__(self, database: AsyncEngine, zone: ZoneInfo, terms: Sequence[Term] = ()) -> None:
        self._database = database
        self._zone = zone
        self._terms = tuple(terms)

    async def next(self, body: str, hours: Sequence[Hours], moment: datetime) -> tuple[datetime, Why]:
        """The first working minute of a body (its id) from `moment` on, and why. Raises NeverWorks."""
        today = moment.astimezone(self._zone).date()
        days = await self.days(body, today - 2 * _DAY, today + (HORIZON + 1) * _DAY)
        return next_working_minute(hours, moment, days, self._zone)

    async def due(self, term: str, from_: datetime) -> datetime:
        """The last moment of a term of settings that began at `from_`, in the centre's zone.

        Raises NoSuchTerm.
        """
        found = term_of(term, self._terms)
        began = from_.astimezone(self._zone).date()
        days = await self.days(EVERYBODY, began, began + (found.amount * 3 + 60) * _DAY)
        return due(found, from_, days, self._zone)

    async def days(self, body: str, since: date, until: date) -> dict[date, Day]:
        """As one body has them, both ends included; "" as everybody has them."""
        known = await store.load(self._database, since, until, (EVERYBODY, body))
        years = range(since.year, until.year + 1)
        unfilled = set(years) - await store.filled_years(self._database, years)
        library = from_library(unfilled).values() if unfilled else ()
        filled_in = (one for one in library if since <= one.day <= until)
        return for_body([*filled_in, *known], body)

    async def listed(self, year: int, body: str | None = None) -> list[Day]:
        """A year's entries in order, the library's where it was never filled in; `body` None: of all."""
        since, until = date(year, 1, 1), date(year, 12, 31)
        bodies = None if body is None else (EVERYBODY, body)
        known = await store.load(self._database, since, until, bodies)
        there = {one.day for one in known if one.body == EVERYBODY}
        filled = await store.filled_years(self._database, [year])
        library = () if filled else from_library([year]).values()
        every = [*known, *(one for one in library if one.day not in there)]
        return sorted(every, key=lambda one: (one.day, one.body))

    async def history(self, day: date, body: str = EVERYBODY) -> list[DayEvent]:
        """Every change of a day: who, when, before, after."""
        return await store.history(self._database, body, day)

    async def set(self, days: Sequence[Day], who: Actor, now: datetime) -> list[Day]:
        """Enter days, all or none; those that changed. Raises CalendarRefused."""
        _allowed(who)
        for one in days:
            _sound(one)
        async with self._database.begin() as connection:
            return await store.put(connection, days, who, now, "set", keep=False)

    async def swap(self, free: date, worked: date, who: Actor, now: datetime, source: str = "") -> list[Day]:
        """`worked` is worked as the weekday of `free`, which is a day off. Raises CalendarRefused."""
        if free == worked:
            raise CalendarRefused(told("a day cannot be swapped with itself"))
        return await self.set(
            [
                Day(
                    free,
                    DayKind.HOLIDAY,
                    name_kk=f"{worked:%d.%m.%Y} орнына демалыс",
                    name_ru=f"выходной вместо {worked:%d.%m.%Y}",
                    source=source,
                ),
                Day(
                    worked,
                    DayKind.WORKING,
                    like=free.isoweekday(),
                    name_kk=f"{free:%d.%m.%Y} орнына жұмыс күні",
                    name_ru=f"рабочий день вместо {free:%d.%m.%Y}",
                    source=source,
                ),
            ],
            who,
            now,
        )

    async def remove(self, day: date, who: Actor, now: datetime, body: str = EVERYBODY) -> Day:
        """The day is an ordinary one from now on, whatever the library says; for one body, which then works.

        Raises CalendarRefused.
        """
        _allowed(who)
        known = (await self.days(body, day, day)).get(day)
        if known is None or known.kind is DayKind.ORDINARY:
            raise CalendarRefused(told("{day} is an ordinary day already", day=day))
        ordinary = replace(
            known, kind=DayKind.ORDINARY, body=body, like=1, shorter=0, source="", estimated=False
        )
        async with self._database.begin() as connection:
            await store.put(connection, [ordinary], who, now, "removed", keep=False)
        return ordinary

    async def fill(self, years: Iterable[int], who: Actor, now: datetime) -> list[Day]:
        """Enter the library's days of these years where nothing stands yet; those that were entered.

        Raises CalendarRefused.
        """
        _allowed(who)
        wanted = sorted(set(years))
        if any(not FIRST_YEAR <= one <= LAST_YEAR for one in wanted):
            raise CalendarRefused(told("a year is {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR))
        days = list(from_library(wanted).values())
        async with self._database.begin() as connection:
            return await store.put(connection, days, who, now, "filled", keep=True)

    async def filled(self, years: Iterable[int]) -> Collection[int]:
        """Those of the years whose holidays were entered."""
        return await store.filled_years(self._database, sorted(set(years)))

    async def seed(self, now: datetime) -> list[Day]:
        """Enter the library's days of this and the next year, each year once, in the line's name (A16)."""
        year = now.astimezone(self._zone).year
        known = await self.filled((year, year + 1))
        missing = {year, year + 1} - {*known}
        if not missing:
            return []
        days = list(from_library(sorted(missing)).values())
        async with self._database.begin() as connection:
            return await store.put(connection, days, LINE, now, "filled", keep=True)


def _allowed(who: Actor) -> None:
    if not may(who.role, Right.DIRECTORY):
        raise CalendarRefused(
            told(
                "{person} is {role}: only this role may do this: {roles}",
                person=who.person,
                role=told(who.role),
                roles=either(sorted(RIGHTS[Right.DIRECTORY])),
            )
        )


def _sound(one: Day) -> None:
    if not FIRST_YEAR <= one.day.year <= LAST_YEAR:
        raise CalendarRefused(told("a year is {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR))
    if not 1 <= one.like <= 7:
        raise CalendarRefused(told("a weekday is 1 (Monday) to 7 (Sunday)"))
    if one.kind is DayKind.SHORT and not 1 <= one.shorter <= 720:
        raise CalendarRefused(told("a short day ends 1 to 720 minutes sooner"))
    if one.kind is DayKind.CLOSED and one.body == EVERYBODY:
        raise CalendarRefused(told("a closure is of one body; a day off for everybody is a holiday"))
    if max(len(one.name_kk), len(one.name_ru), len(one.source)) > 200:
        raise CalendarRefused(told("a name or source has at most 200 letters"))
