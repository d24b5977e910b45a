"""Figures of past days from the journal, by the same formulas as the wallboard; edge."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from aiohttp import web

from console.http import context as w
from recordings.journal.consultant_times import stint
from recordings.journal.figures import Ended, figures
from routing.live.consultant_times import Sums, Timesheet

FIRST_YEAR, LAST_YEAR = 2000, 2100  # beyond these a day has no neighbours
LONGEST: Final = 92  # days


async def days(request: web.Request) -> web.StreamResponse:
    """One row a day; from and to as dates, both included."""
    own = w.parts(request)
    today = datetime.now(own.settings.zone).date()
    first, last = _day(request.query.get("from")), _day(request.query.get("to"))
    wrong = None in (first, last) and bool(request.query)
    last = last or today
    first = first or last - timedelta(days=6)
    if first > last or (last - first).days >= LONGEST:
        wrong, first, last = True, today - timedelta(days=6), today
    since = datetime.combine(first, time(), own.settings.zone)
    until = datetime.combine(last + timedelta(days=1), time(), own.settings.zone)
    by_day: defaultdict[date, list[Ended]] = defaultdict(list)
    everything: list[Ended] = []
    async for call in own.reader.ended(since, until):
        by_day[datetime.fromtimestamp(call.arrived, own.settings.zone).date()].append(call)
        everything.append(call)
    target = own.settings.service_level_seconds
    count = (last - first).days + 1
    rows = [(day, figures(by_day[day], target)) for day in (first + timedelta(days=n) for n in range(count))]
    chart = {
        "since": since.timestamp(),
        "step": 86400,
        "offered": [one.offered for _, one in rows],
        "answered": [one.answered for _, one in rows],
        "abandoned": [one.abandoned for _, one in rows],
    }
    until = min(until, datetime.now(own.settings.zone))
    people = await _people(own, since, until, everything)
    return w.page(
        request,
        "figures.html",
        people=people,
        until=until.timestamp(),
        status=400 if wrong else 200,
        rows=rows,
        whole=figures(everything, target),
        languages={
            name: figures([c for c in everything if c.language == name], target) for name in ("kk", "ru")
        },
        first=first,
        last=last,
        wrong=wrong,
        longest=LONGEST,
        chart=chart,
    )


@dataclass(frozen=True, slots=True)
class Work:
    """One consultant in the period; seconds."""

    id: str
    name: str
    answered: int
    sums: Sums


async def _people(own: w.Parts, since: datetime, until: datetime, calls: list[Ended]) -> list[Work]:
    """By the formulas of the wallboard, over all days together."""
    sheet = Timesheet()
    sheet.restore(map(stint, await own.reader.stints(since, until)))
    answered = Counter(call.served_by for call in calls if call.answered is not None)
    names = {one.id: one.name for one in own.link.board.consultants} if own.link.board else {}
    return [
        Work(id_, names.get(id_, ""), answered[id_], sheet.sums(id_, since.timestamp(), until.timestamp()))
        for id_ in sorted({*sheet.today, *sheet.open})
    ]


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
