"""`ivr111 calendar`: days out of the ordinary, and when a body works next (A16, A23); edge."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from config.told import told
from engine.cli.language import CHOSEN, spoken
from engine.cli.output import AsJson, as_json, clock, day, one_line, plain_words, say, table
from engine.cli.register_asking import administrator, asked, day_of, settings_of_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appeals.calendar.day import Day
    from appeals.calendar.store import DayEvent
    from appeals.calendar.why import Why
    from config.settings import Settings
    from engine.register.services import RegisterServices

calendar = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The calendar: holidays, swapped and short days, closures; when a body works next.",
)

DayOf = Annotated[str, typer.Argument(help="The day: 28.11.2026.")]
BodyOf = Annotated[str, typer.Option("--body", help="Only this body; see: bodies list.")]
NameKk = Annotated[str, typer.Option(help="What it is called, in Kazakh.")]
NameRu = Annotated[str, typer.Option(help="What it is called, in Russian.")]
Source = Annotated[str, typer.Option(help="By what: the decision's number and date.")]
_MOST_DAYS = 366


@calendar.command()
@plain_words()
def show(
    year: Annotated[int | None, typer.Option(min=2020, max=2099, help="The year; default: this one.")] = None,
    body: BodyOf = "",
    history: Annotated[
        str, typer.Option(help="Who changed this day, when, and what it was: 28.11.2026.")
    ] = "",
    json: AsJson = False,
) -> None:
    """List the days that are out of the ordinary; of a year never filled in, the library's."""
    settings = settings_of_line()
    if history:
        _show_history(settings, history, body, json)
        return
    wanted = year or datetime.now(settings.zone).year

    async def question(register: "RegisterServices") -> "list[Day]":
        return await register.calendar.listed(wanted, body or None)

    found = asked(settings, question)
    if json:
        as_json([_described(one) for one in found])
    else:
        table(("day", "kind", "name", "body", "source"), [_row(one) for one in found])


@calendar.command("set")
@plain_words()
def set_(
    first: DayOf,
    kind: Annotated[
        Literal["holiday", "working", "short", "closed"], typer.Option(help="What the day is.")
    ] = "holiday",
    until: Annotated[str, typer.Option(help="... and every day until this one, included.")] = "",
    like: Annotated[int, typer.Option(min=1, max=7, help="Of a worked day: as which weekday; 1 Monday.")] = 1,
    shorter: Annotated[int, typer.Option(min=1, max=720, help="Of a short day: minutes.")] = 60,
    body: BodyOf = "",
    name_kk: NameKk = "",
    name_ru: NameRu = "",
    source: Source = "",
    json: AsJson = False,
) -> None:
    """Enter a holiday, a worked or short day, or one body's closure; it wins over the library."""
    from appeals.calendar.day import Day, DayKind  # noqa: PLC0415 - `--help` waits for none of these

    settings = settings_of_line()
    since = day_of(first, settings)
    last = day_of(until, settings) if until else since
    if not since <= last < since + timedelta(days=_MOST_DAYS):
        raise typer.BadParameter(
            told("that is before the first day, or a year after it"), param_hint="--until"
        )
    cut = shorter if kind == "short" else 0
    days = [
        Day(since + timedelta(days=n), DayKind(kind), body, like, cut, name_kk, name_ru, source)
        for n in range((last - since).days + 1)
    ]
    who = administrator(settings)

    async def question(register: "RegisterServices") -> "list[Day]":
        if body:
            await register.directory.of(body)
        return await register.calendar.set(days, who, datetime.now(UTC))

    _changed(asked(settings, question), json)


@calendar.command()
@plain_words()
def swap(
    free: Annotated[str, typer.Argument(help="The day that becomes free: 08.05.2024.")],
    worked: Annotated[str, typer.Argument(help="The day that is worked instead: 04.05.2024.")],
    source: Source = "",
    json: AsJson = False,
) -> None:
    """Enter a day off that the government moved: one day becomes free, another one is worked."""
    settings = settings_of_line()
    days, who = (day_of(free, settings), day_of(worked, settings)), administrator(settings)

    async def question(register: "RegisterServices") -> "list[Day]":
        return await register.calendar.swap(*days, who, datetime.now(UTC), source)

    _changed(asked(settings, question), json)


@calendar.command()
@plain_words()
def remove(which: DayOf, body: BodyOf = "", json: AsJson = False) -> None:
    """Make a day an ordinary one, whatever the library says."""
    settings = settings_of_line()
    that, who = day_of(which, settings), administrator(settings)

    async def question(register: "RegisterServices") -> "list[Day]":
        return [await register.calendar.remove(that, who, datetime.now(UTC), body)]

    _changed(asked(settings, question), json)


@calendar.command()
@plain_words()
def fill(
    years: Annotated[list[int], typer.Argument(help="Years, such as 2027.")], json: AsJson = False
) -> None:
    """Enter the holidays that the library knows of, where nothing stands yet."""
    settings = settings_of_line()
    who = administrator(settings)

    async def question(register: "RegisterServices") -> "list[Day]":
        return await register.calendar.fill(years, who, datetime.now(UTC))

    found = asked(settings, question)
    _changed(found, json)
    if not json and any(one.estimated for one in found):
        say("days by the moon are estimated: confirm them when they are announced")


@calendar.command("next")
@plain_words()
def next_(
    body: Annotated[str, typer.Argument(help="The body; see: bodies list.")],
    at: Annotated[str, typer.Option(help="From when: 22.03.2026 02:10; default: now.")] = "",
    json: AsJson = False,
) -> None:
    """Tell the first minute at which a body works, and why then."""
    from appeals.calendar.words import words  # noqa: PLC0415
    from engine.cli.dates import moment  # noqa: PLC0415

    settings, now = settings_of_line(), datetime.now(UTC)
    try:
        from_ = moment(at, settings.zone, now) if at else now.astimezone(settings.zone)
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint="--at") from None

    async def question(register: "RegisterServices") -> "tuple[datetime, Why]":
        found = await register.directory.of(body)
        return await register.calendar.next(found.id, found.hours, from_)

    first, reason = asked(settings, question)
    if json:
        said = {"kk": words(reason, "kk"), "ru": words(reason, "ru")}
        as_json({"body": body, "first": first.isoformat(), "reason": reason.reason, "why": said})
    else:
        typer.echo(clock(first, settings.zone))
        typer.echo(words(reason, "kk" if CHOSEN.get() == "kk" else "ru"))


def _show_history(settings: "Settings", text: str, body: str, json: bool) -> None:
    that = day_of(text, settings)

    async def question(register: "RegisterServices") -> "list[DayEvent]":
        return await register.calendar.history(that, body)

    found = asked(settings, question)
    if json:
        as_json(
            [
                {
                    "at": one.at.isoformat(),
                    "person": one.who.person,
                    "system_user": one.who.system_user,
                    "step": one.step,
                    "before": _described(one.before) if one.before else None,
                    "after": _described(one.after),
                }
                for one in found
            ]
        )
        return
    rows = [
        (
            clock(one.at, settings.zone),
            one.who.person,
            spoken(str(one.before.kind)) if one.before else "-",
            spoken(str(one.after.kind)),
        )
        for one in found
    ]
    table(("at", "person", "before", "after"), rows)


def _changed(days: "Sequence[Day]", json: bool) -> None:
    if json:
        as_json([_described(one) for one in days])
    elif not days:
        say("nothing is different")
    else:
        table(("day", "kind", "name", "body", "source"), [_row(one) for one in days])


def _row(one: "Day") -> tuple[str, ...]:
    name = one.name("kk" if CHOSEN.get() == "kk" else "ru")
    if one.estimated:
        name = f"{name} ({spoken(told('estimated'))})"
    return day(one.day), spoken(str(one.kind)), one_line(name), one.body or "-", one_line(one.source) or "-"


def _described(one: "Day") -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "kind": one.kind,
        "body": one.body or None,
        "like": one.like if one.kind == "working" else None,
        "shorter_minutes": one.shorter or None,
        "name_kk": one.name_kk,
        "name_ru": one.name_ru,
        "source": one.source,
        "estimated": one.estimated,
    }
