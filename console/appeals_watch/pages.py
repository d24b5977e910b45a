"""Pages that watch over appeals: what is open, reports and their files, the wallboard's strip; edge."""

from datetime import UTC, datetime
from typing import Final

from aiohttp import web
from yarl import URL

from appeals.reports.counting import axes
from appeals.reports.files import days_of, shown
from appeals.reports.periods import WrongPeriod
from appeals.reports.service import ReportRefused
from appeals.reports.values import Report, Section
from appeals.reports.watching import MOST, SORTS, Cut
from config.rights import Right
from console.appeals_watch.making import FORMS, Asked, asked, file_of, made, rulebook
from console.http import request_context as ctx
from console.http.routes import Route
from recordings.model.access_entry import Actor

LONGEST: Final = 100  # of a filter


def routes() -> tuple[Route, ...]:
    """Pages, files, the strip."""
    return (
        Route("GET", "/appeals/watch", Right.APPEALS_WATCH, watch),
        Route("GET", "/appeals/reports", Right.APPEALS_WATCH, reports),
        Route("GET", "/appeals/reports/file", Right.APPEALS_WATCH, report_file),
        Route("GET", "/appeals/strip", Right.APPEALS_WATCH, strip),
    )


async def watch(request: web.Request) -> web.StreamResponse:
    """Open appeals, urgent first; hand-overs that nobody received; what is in breach."""
    own, now = ctx.services(request), datetime.now(UTC)
    query = {name: value[:LONGEST] for name, value in request.query.items()}
    sort = query.get("sort", "urgent")
    cut = Cut(
        query.get("owner", ""),
        query.get("region", ""),
        query.get("topic", ""),
        query.get("breach") == "1",
        sort if sort in SORTS else "urgent",
    )
    return ctx.page(
        request,
        "appeals_watch.html",
        watched=await own.watching.watched(cut, now),
        owners=await own.watching.owners(),
        cut=cut,
        now=now,
        most=MOST,
        axes=axes(*rulebook()),
        speech=ctx.language(request),
        sorted_by=lambda name: str(request.rel_url.update_query(sort=name)),
    )


async def reports(request: web.Request) -> web.StreamResponse:
    """One report as tables with bars; what is no period is said, and the last half-year stands there."""
    own, now = ctx.services(request), datetime.now(UTC)
    today = now.astimezone(own.settings.zone).date()
    found: Report | None = None
    wrong = not_over = False
    what = asked({}, today)
    try:
        what = asked(request.query, today)
        found = await made(own.settings, what, _actor(request), now)
    except WrongPeriod:
        wrong = True
    except ReportRefused:
        not_over = True
    return ctx.page(
        request,
        "appeals_reports.html",
        status=400 if wrong else 200,
        found=found,
        what=what,
        wrong=wrong,
        not_over=not_over,
        forms=tuple(FORMS),
        file=lambda form: _file_url(what, form),
        regions=axes(*rulebook())["region"],
        speech=ctx.language(request),
        shown=shown,
        days=days_of(found) if found is not None else "",
        longest=_longest,
    )


async def report_file(request: web.Request) -> web.StreamResponse:
    """The same report as a file, in the language of the page (Kazakh for English)."""
    own, now = ctx.services(request), datetime.now(UTC)
    form, language = request.query.get("form", "csv"), ctx.language(request)
    if form not in FORMS:
        raise web.HTTPBadRequest
    try:
        what = asked(request.query, now.astimezone(own.settings.zone).date())
        found = await made(own.settings, what, _actor(request), now)
    except (WrongPeriod, ReportRefused):
        raise web.HTTPBadRequest from None
    name = f"{found.id}-{found.period.id}{f'-{found.region}' if found.region else ''}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=await file_of(found, form, language), content_type=FORMS[form], headers=headers)


async def strip(request: web.Request) -> web.StreamResponse:
    """The two counts of the wallboard; where they cannot be had, since when."""
    found, fresh = await ctx.services(request).watching.latest(datetime.now(UTC))
    return ctx.page(request, "appeals_strip.html", strip=found, fresh=fresh)


def _actor(request: web.Request) -> Actor:
    who = ctx.account(request)
    return Actor(who.person, who.role, who.login)


def _file_url(what: Asked, form: str) -> str:
    query = {"report": what.report, "span": what.span, "from": f"{what.first}", "to": f"{what.last}"}
    return str(URL("/appeals/reports/file").with_query({**query, "region": what.region, "form": form}))


def _longest(section: Section) -> int:
    """The greatest count of the first column without its total: the whole length of a bar."""
    counts = [line.cells[0] for line in section.lines if line.id != "total"]
    return max((count for count in counts if isinstance(count, int)), default=0)
