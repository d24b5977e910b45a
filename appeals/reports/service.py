"""Service of reports: who may have them, what is read, what comes out; edge (A24, B7, C7)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.form.form import Form
from appeals.model.body import REGIONS
from appeals.register.door import allowed
from appeals.reports.counting import axes
from appeals.reports.half_year import half_year
from appeals.reports.incoming import incoming
from appeals.reports.periods import WrongPeriod, before, period_of
from appeals.reports.public import public
from appeals.reports.reading import facts
from appeals.reports.values import Report
from appeals.topics.topics import Topics
from config.database import read_connection
from config.rights import Right
from config.told import told
from recordings.model.access_entry import Actor


class ReportRefused(ValueError):
    """There is no such report; the text says why."""


class Reports:
    """Numbers without a person; they need no key. `smallest`: of public counts."""

    def __init__(
        self, database: AsyncEngine, form: Form, topics: Topics, zone: ZoneInfo, smallest: int
    ) -> None:
        self._database, self._zone, self._smallest = database, zone, smallest
        self._axes = axes(form, topics)

    async def half_year(self, period: str, region: str, who: Actor, now: datetime) -> Report:
        """For a region's commissioner, "" for the whole country (B7).

        Raises StepForbidden, WrongPeriod, ReportRefused.
        """
        allowed(who, Right.APPEALS_WATCH)
        if region and region not in REGIONS:
            raise ReportRefused(told("{region} is no region", region=repr(region)))
        wanted = period_of(period, self._zone)
        async with read_connection(self._database) as connection:
            found = await facts(connection, wanted)
        return half_year(found, self._axes, wanted, region, now)

    async def incoming(self, period: str, who: Actor, now: datetime) -> Report:
        """What came in, beside the period before (C7). Raises StepForbidden, WrongPeriod."""
        allowed(who, Right.APPEALS_WATCH)
        wanted = period_of(period, self._zone)
        earlier = before(wanted)
        async with read_connection(self._database) as connection:
            found, was = await facts(connection, wanted), await facts(connection, earlier)
        return incoming(found, was, self._axes, wanted, earlier, now)

    async def public(self, period: str, who: Actor, now: datetime) -> Report:
        """For the web site: whole half-years that are over (A24).

        Raises StepForbidden, WrongPeriod, ReportRefused.
        """
        allowed(who, Right.APPEALS_WATCH)
        wanted = period_of(period, self._zone)
        if "-H" not in wanted.id:
            raise WrongPeriod(told("public statistics are of whole half-years: write 2026-H1"))
        if now < wanted.until:
            raise ReportRefused(told("{period} is not over yet", period=wanted.id))
        async with read_connection(self._database) as connection:
            found = await facts(connection, wanted)
        return public(found, self._axes, wanted, self._smallest, now)
