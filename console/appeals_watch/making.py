"""Making of a report beside the console's loop, so that the board of the line waits for none; edge (C7)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from appeals.form.form import Form
from appeals.form.loading import load_form
from appeals.reports.files import to_csv, to_xlsx
from appeals.reports.pdf import to_pdf
from appeals.reports.periods import WrongPeriod, last_half_year
from appeals.reports.service import Reports
from appeals.reports.values import Report
from appeals.topics.loading import load_topics
from appeals.topics.topics import Topics
from config.database import open_database
from config.settings import Settings
from recordings.model.access_entry import Actor

FORMS: Final[Mapping[str, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_one = asyncio.Semaphore(1)  # one report at a time: whoever asks for many waits


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report, as the form has it; `first`, `last`: days."""

    report: str
    span: str
    first: date
    last: date
    region: str

    @property
    def period(self) -> str:
        """Id of the period. Raises WrongPeriod."""
        day = self.first
        match "half_year" if self.report in ("half_year", "public") else self.span:
            case "day":
                return f"{day}"
            case "week":
                return f"{day:%G-W%V}"
            case "month":
                return f"{day:%Y-%m}"
            case "half_year":
                return f"{day.year}-H{1 if day.month <= 6 else 2}"
            case "any":
                return f"{day}..{self.last}"
            case span:
                raise WrongPeriod(span)


def asked(query: Mapping[str, str], today: date) -> Asked:
    """What a query asks for; what it leaves out is the last half-year's. Raises WrongPeriod."""
    half = last_half_year(today)
    default = date(int(half[:4]), 1 if half.endswith("1") else 7, 1)
    try:
        first = date.fromisoformat(query["from"]) if query.get("from") else default
        last = date.fromisoformat(query["to"]) if query.get("to") else today
    except ValueError:
        raise WrongPeriod(query.get("from", "")) from None
    return Asked(
        query.get("report", "half_year"), query.get("span", "half_year"), first, last, query.get("region", "")
    )


@cache
def rulebook() -> tuple[Form, Topics]:
    """Form and topics, read once."""
    form = load_form()
    return form, load_topics(form)


async def made(settings: Settings, what: Asked, who: Actor, now: datetime) -> Report:
    """In a thread with a connection and a loop of its own.

    Raises WrongPeriod, ReportRefused, StepForbidden, SQLAlchemyError, OSError.
    """
    async with _one:
        return await asyncio.to_thread(lambda: asyncio.run(_read(settings, what, who, now)))


async def file_of(report: Report, form: str, language: str) -> bytes:
    """Its bytes. Raises KeyError for a form that is none, FontMissing."""
    write = {"csv": to_csv, "xlsx": to_xlsx, "pdf": to_pdf}[form]
    async with _one:
        return await asyncio.to_thread(write, report, "ru" if language == "ru" else "kk")


async def _read(settings: Settings, what: Asked, who: Actor, now: datetime) -> Report:
    database = open_database(settings.database, read_only=True)
    try:
        reports = Reports(database, *rulebook(), settings.zone, settings.statistics_smallest)
        if what.report == "incoming":
            return await reports.incoming(what.period, who, now)
        if what.report == "public":
            return await reports.public(what.period, who, now)
        return await reports.half_year(what.period, what.region, who, now)
    finally:
        await database.dispose()
