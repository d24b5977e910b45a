"""Figures of past days from the journal, by the same formulas as the wallboard; edge."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from aiohttp import web

from config.rights import Right
from console.http import request_context as ctx
from console.http.routes import Route
from recordings.journal.consultant_times import stint
from recordings.journal.figures import EndedCall, figures
from routing.board.figures import Figures
from routing.live.consultant_times import Sums, Timesheet

FIRST_YEAR, LAST_YEAR = 2000, 2100  # beyond these a day has no neighbours
LONGEST: Final = 92  # days


def routes() -> tuple[Route, ...]:
    """One page."""
    return (Route("GET", "/figures", Right.FIGURES, days),)


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days, both included, as asked for; `wrong` when that was no period and the last week is shown."""

    first: date
    last: date
    wrong: bool

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From the beginning of the first day to the end of the last."""
        since = datetime.combine(self.first, time(), zone)
        return since, datetime.combine(self.last + timedelta(days=1), time(), zone)

    @property
    def days(self) -> list[date]:
        """All of them."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


async def days(request: web.Request) -> web.StreamResponse:
    """One row a day; from and to as dates, both included."""
    own = ctx.services(request)
    zone, target = own.settings.zone, own.settings.service_level_seconds
    period = _period(request.query, datetime.now(zone).date())
    since, until = period.bounds(zone)
    everything = [call async for call in own.reader.ended(since, until)]
    by_day: defaultdict[date, list[EndedCall]] = defaultdict(list)
    for call in everything:
        by_day[datetime.fromtimestamp(call.arrived, zone).date()].append(call)
    rows = [(day, figures(by_day[day], target)) for day in period.days]
    until = min(until, datetime.now(zone))
    by_language = {
        name: figures([call for call in everything if call.language == name], target) for name in ("kk", "ru")
    }
    return ctx.page(
        request,
        "figures.html",
        people=await _people(own, since, until, everything),
        until=until.timestamp(),
        status=400 if period.wrong else 200,
        rows=rows,
        whole=figures(everything, target),
        languages=by_language,
        first=period.first,
        last=period.last,
        wrong=period.wrong,
        longest=LONGEST,
        chart=_chart(since, [one for _, one in rows]),
    )


def _period(query: Mapping[str, str], today: date) -> DayRange:
    first, last = _day(query.get("from")), _day(query.get("to"))
    wrong = None in (first, last) and bool(query)
    last = last or today
    first = first or last - timedelta(days=6)
    if first > last or (last - first).days >= LONGEST:
        return DayRange(today - timedelta(days=6), today, wrong=True)
    return DayRange(first, last, wrong)


def _chart(since: datetime, rows: Sequence[Figures]) -> dict[str, object]:
    return {
        "since": since.timestamp(),
        "step": 86400,
        "offered": [one.offered for one in rows],
        "answered": [one.answered for one in rows],
        "abandoned": [one.abandoned for one in rows],
    }


@dataclass(frozen=True, slots=True)
class ConsultantTotals:
    """One consultant in the period; seconds."""

    id: str
    name: str
    answered: int
    sums: Sums


async def _people(
    own: ctx.Services, since: datetime, until: datetime, calls: list[EndedCall]
) -> list[ConsultantTotals]:
    """By the formulas of the wallboard, over all days together."""
    sheet = Timesheet()
    sheet.restore(map(stint, await own.reader.stints(since, until)))
    answered = Counter(call.served_by for call in calls if call.answered is not None)
    names = {one.id: one.name for one in own.link.board.consultants} if own.link.board else {}
    return [
        ConsultantTotals(
            id_, names.get(id_, ""), answered[id_], sheet.sums(id_, since.timestamp(), until.timestamp())
        )
        for id_ in sorted({*sheet.today, *sheet.open})
    ]


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
