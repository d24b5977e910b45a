"""`ivr111 demands`: from an authority's letter to its package, against the clock (A19, C6); edge."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from config.told import N_
from engine.cli.demand_output import Confirm, demand_id, doubts, step, watch_term, with_services
from engine.cli.demand_register import register
from engine.cli.demand_review import correct, listen, review
from engine.cli.options import DemandId, require_reason
from engine.cli.output import AsJson, as_json, hint, one_line, plain_words, say, table
from engine.cli.package import package, verify
from engine.cli.questions import confirm_or_abort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.evidence.services import EvidenceServices
    from recordings.demands.demand import Demand, DemandState
    from recordings.model.access_entry import Actor

demands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Authorities' written demands: register, search, approve, hand over, acknowledge.",
)
demands.command()(register)
demands.command()(correct)
demands.command()(review)
demands.command()(listen)
demands.command()(package)
demands.command()(verify)

T = TypeVar("T")


@demands.command("list")
@plain_words()
def list_(
    open_: Annotated[bool, typer.Option("--open", help="Only those whose term runs.")] = False,
    json: AsJson = False,
) -> None:
    """List demands, the nearest term first, with the time that is left."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.demand_json import described, row  # noqa: PLC0415
    from recordings.demands.term_watch import RUNNING  # noqa: PLC0415

    settings = Settings()

    async def question(evidence: "EvidenceServices") -> "list[Demand]":
        return await evidence.demands.list(RUNNING if open_ else ())

    found, now = with_services(settings, question), datetime.now(UTC)
    if json:
        as_json([described(one, settings.zone, now, unmask=False) for one in found])
    elif not found:
        say("no demands")
    else:
        columns = ("demand", "state", "left", "due", "authority", "basis", "letter", "responsible")
        table(columns, [row(one, settings.zone, now) for one in found])


@demands.command()
@plain_words()
def show(
    demand: DemandId,
    watch: Annotated[bool, typer.Option("--watch", help="Let the clock run until Ctrl-C.")] = False,
    unmask: Annotated[bool, typer.Option("--unmask", help="Show the letter's words and the number.")] = False,
    reason: Annotated[str, typer.Option(help="Why; needed to unmask, kept in the access log.")] = "",
    json: AsJson = False,
) -> None:
    """Tell a demand's life, what it covers, and the time that is left."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.demand_json import alarms, countdown, described, life  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()
    if unmask:
        require_reason(reason)
    who = actor(settings, Right.DEMANDS)

    async def question(evidence: "EvidenceServices") -> "Demand":
        found = await evidence.demands.get(demand_id(demand))
        shown = Action.UNMASKED if unmask else Action.VIEWED
        await evidence.access.note(who, shown, [found.name], reason)
        return found

    found = with_services(settings, question)
    if json:
        as_json(described(found, settings.zone, datetime.now(UTC), unmask=unmask))
        return
    for line in life(found, settings.zone, unmask=unmask):
        typer.echo(hint(line))
    for line in alarms(found):
        typer.secho(one_line(hint(line)), fg="red", bold=True)
    typer.echo(hint(countdown(found, datetime.now(UTC))))
    if watch:
        watch_term(found)


@demands.command()
@plain_words()
def search(demand: DemandId, confirm: Confirm = None, json: AsJson = False) -> None:
    """Search by what the letter says; ready when all that was found is sealed. May be repeated."""
    said = doubts(confirm)
    step(lambda evidence, id_, who, now: evidence.demands.search(id_, who, now, said), demand, json)


@demands.command()
@plain_words()
def approve(
    demand: DemandId,
    confirm: Confirm = None,
    yes: Annotated[bool, typer.Option("--yes", help="On a terminal: do not show and ask.")] = False,
    json: AsJson = False,
) -> None:
    """Approve the answer, as the second person; where nothing was found, that it says so.

    What is doubtful is asked back first: on a terminal by yes and no, else name it with --confirm.
    """
    from recordings.demands.question import UNCONFIRMED, OpenQuestions  # noqa: PLC0415

    said, at_terminal = doubts(confirm), sys.stdin.isatty() and not json
    if at_terminal and not yes:
        review(demand)
        confirm_or_abort(N_("approve this answer?"))
    try:
        _approve(demand, said, json)
    except OpenQuestions as why:
        if not at_terminal or any(one.doubt in UNCONFIRMED for one in why.questions):
            raise
        typer.echo(hint(str(why)))
        confirm_or_abort(N_("does the letter really say so?"))
        _approve(demand, [*said, *(str(one.doubt) for one in why.questions)], json)


@demands.command("hand-over")
@plain_words()
def hand_over(
    demand: DemandId,
    to: Annotated[str, typer.Option(help="Who received it.")],
    how: Annotated[str, typer.Option(help="By courier, by the state's mail system, ...")],
    json: AsJson = False,
) -> None:
    """Note that the package was handed over: this stops the clock."""
    from recordings.demands.demand import DemandState  # noqa: PLC0415

    _move(demand, DemandState.HANDED_OVER, f"to {to}, {how}", json)


@demands.command()
@plain_words()
def acknowledge(
    demand: DemandId,
    note: Annotated[str, typer.Option(help="Number and date of their receipt.")],
    json: AsJson = False,
) -> None:
    """Note the authority's receipt: the demand is closed."""
    from recordings.demands.demand import DemandState  # noqa: PLC0415

    _move(demand, DemandState.ACKNOWLEDGED, note, json)


@demands.command()
@plain_words()
def refuse(
    demand: DemandId,
    ground: Annotated[str, typer.Option(help="Why, as the letter will say.")],
    json: AsJson = False,
) -> None:
    """Refuse, as the second person, with the ground."""
    from recordings.demands.demand import DemandState  # noqa: PLC0415

    _move(demand, DemandState.REFUSED, ground, json)


@demands.command("return")
@plain_words()
def return_(
    demand: DemandId,
    ground: Annotated[str, typer.Option(help="Why, as the letter will say.")],
    json: AsJson = False,
) -> None:
    """Return the letter with the ground."""
    from recordings.demands.demand import DemandState  # noqa: PLC0415

    _move(demand, DemandState.RETURNED, ground, json)


@demands.command()
@plain_words()
def letter(
    demand: DemandId,
    language: Annotated[Literal["kk", "ru"] | None, typer.Option(help="Only this language.")] = None,
) -> None:
    """Print the letter to the authority, as the demand stands; the package holds it as PDF."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.demands.letter import reply  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.DEMANDS)

    async def question(evidence: "EvidenceServices") -> list[str]:
        service = evidence.demands
        found = await service.get(demand_id(demand))
        await evidence.access.note(who, Action.VIEWED, [found.name], "the letter")
        authority, basis = service.authority(found.letter.authority), service.basis(found.letter.basis)
        said = reply(found, authority, basis, settings.zone)
        both = {"kk": (said.title_kk, *said.kk), "ru": (said.title_ru, *said.ru)}
        red = {"kk": said.alarm_kk, "ru": said.alarm_ru}
        return [
            line
            for name, lines in both.items()
            if language in (None, name)
            for line in (*lines, *([typer.style(red[name], fg="red", bold=True)] if red[name] else []), "")
        ]

    for line in with_services(settings, question):
        typer.echo(hint(line))


@demands.command()
@plain_words()
def bases(json: AsJson = False) -> None:
    """List the legal bases: what a letter must name, and the term."""
    from config.settings import Settings  # noqa: PLC0415

    found = Settings().bases
    if json:
        as_json([one.model_dump() for one in found])
        return
    rows = [(one.id, ", ".join(one.required) or "-", f"{one.term_hours:g} h", one.law_ru) for one in found]
    table(("basis", "must name", "term", "law"), rows)


@demands.command()
@plain_words()
def authorities(json: AsJson = False) -> None:
    """List the authorities that may demand; more go into settings.toml."""
    from config.settings import Settings  # noqa: PLC0415

    found = Settings().authorities
    if json:
        as_json([one.model_dump() for one in found])
        return
    table(("authority", "name (ru)", "name (kk)"), [(one.id, one.name_ru, one.name_kk) for one in found])


def _approve(demand: str, confirmed: "Sequence[str]", json: bool) -> None:
    from recordings.demands.demand import DemandState  # noqa: PLC0415

    async def decide(evidence: "EvidenceServices", id_: int, who: "Actor", now: datetime) -> "Demand":
        found = await evidence.demands.get(id_)
        nothing = found.state is DemandState.SEARCHING and not found.findings
        to = DemandState.NOT_FOUND if nothing else DemandState.APPROVED
        return await evidence.demands.move(id_, to, who, now, confirmed=confirmed)

    step(decide, demand, json)


def _move(demand: str, to: "DemandState", words: str, json: bool) -> None:
    step(lambda evidence, id_, who, now: evidence.demands.move(id_, to, who, now, words), demand, json)
