"""`ivr111 demands`: from an authority's letter to the package in its hands, against the clock (A19, C6)."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from engine.cli_package import package, verify
from engine.show import AsJson, Problem, as_json, one_line, plain_words, table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from config.settings import Settings
    from engine.evidence import Evidence
    from recordings.access import Actor
    from recordings.demands.demand import Demand, State

demands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Authorities' written demands: register, search, approve, hand over, acknowledge.",
)
demands.command()(package)
demands.command()(verify)

T = TypeVar("T")
Id = Annotated[str, typer.Argument(help="The demand: 42, or 111-D-000042.")]


@demands.command()
@plain_words()
def register(
    authority: Annotated[str, typer.Option(help="Who demands; see: demands authorities.")] = "",
    basis: Annotated[str, typer.Option(help="The legal basis; see: demands bases.")] = "",
    letter_number: Annotated[str, typer.Option(help="The letter's number.")] = "",
    letter_date: Annotated[str, typer.Option(help="The date it bears: 2026-11-22.")] = "",
    number: Annotated[str, typer.Option(help="The citizen's phone number, as the letter writes it.")] = "",
    day: Annotated[str, typer.Option(help="The day of the conversation: 2026-11-22.")] = "",
    withheld: Annotated[
        bool, typer.Option("--withheld", help="The call came with its number withheld.")
    ] = False,
    since: Annotated[str, typer.Option(help="The conversation was after: 2026-11-22T14:05.")] = "",
    until: Annotated[str, typer.Option(help="... and before.")] = "",
    consultant: Annotated[str, typer.Option(help="Who spoke, for instance c101.")] = "",
    language: Annotated[Literal["kk", "ru"] | None, typer.Option(help="Language of the call.")] = None,
    registration: Annotated[str, typer.Option(help="Registration number of the appeal.")] = "",
    call: Annotated[str, typer.Option(help="The call's id.")] = "",
    asked: Annotated[str, typer.Option(help="What is asked, in the letter's words.")] = "",
    asked_file: Annotated[str, typer.Option(help="... from a file; - for standard input.")] = "",
    received: Annotated[str, typer.Option(help="When the letter came in; default: now.")] = "",
    due: Annotated[str, typer.Option(help="The letter's own term; default: the basis has one.")] = "",
    responsible: Annotated[str, typer.Option(help="System user; default: you.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Enter the same letter once more.")] = False,
    search: Annotated[bool, typer.Option("--search", help="Search at once.")] = False,
    json: AsJson = False,
) -> None:
    """Enter a letter; on a terminal what is not given is asked for. The clock starts with its receipt."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.demand_letter import typed  # noqa: PLC0415
    from engine.who import actor  # noqa: PLC0415

    settings = Settings()
    who, now = actor(settings, Right.DEMANDS), datetime.now(UTC)
    fields = {
        "authority": authority,
        "basis": basis,
        "letter_number": letter_number,
        "letter_date": letter_date,
        "number": number,
        "day": day,
        "since": since,
        "until": until,
        "consultant": consultant,
        "registration": registration,
        "call": call,
        "asked": _asked(asked, asked_file),
        "received": received,
        "due": due,
        "responsible": responsible or who.system_user,
    }
    if sys.stdin.isatty() and not authority:
        fields = _ask_for(fields, settings)
    letter = typed(fields, language, withheld, settings.zone, now)

    async def question(evidence: "Evidence") -> "Demand":
        made = await evidence.demands.register(letter, who, now, again=again)
        if search and made.state == "received":
            made = await evidence.demands.search(made.id, who, datetime.now(UTC))
        return made

    _tell(_answered(settings, question), settings, json)


@demands.command("list")
@plain_words()
def list_(
    open_: Annotated[bool, typer.Option("--open", help="Only those whose term runs.")] = False,
    json: AsJson = False,
) -> None:
    """List demands, the nearest term first, with the time that is left."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.demand_json import described, row  # noqa: PLC0415
    from recordings.demands.worker import RUNNING  # noqa: PLC0415

    settings = Settings()

    async def question(evidence: "Evidence") -> "list[Demand]":
        return await evidence.demands.list(RUNNING if open_ else ())

    found, now = _answered(settings, question), datetime.now(UTC)
    if json:
        as_json([described(one, settings.zone, now, unmask=False) for one in found])
    elif not found:
        typer.echo("no demands")
    else:
        columns = ("demand", "state", "left", "due", "authority", "basis", "letter", "responsible")
        table(columns, [row(one, settings.zone, now) for one in found])


@demands.command()
@plain_words()
def show(
    demand: Id,
    watch: Annotated[bool, typer.Option("--watch", help="Let the clock run until Ctrl-C.")] = False,
    unmask: Annotated[bool, typer.Option("--unmask", help="Show the letter's words and the number.")] = False,
    reason: Annotated[str, typer.Option(help="Why; needed to unmask, kept in the access log.")] = "",
    json: AsJson = False,
) -> None:
    """Tell a demand's life, what it covers, and the time that is left."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.demand_json import countdown, described, life  # noqa: PLC0415
    from engine.who import actor  # noqa: PLC0415
    from recordings.access import Action  # noqa: PLC0415

    settings = Settings()
    if unmask and not reason.strip():
        raise typer.BadParameter("say why; it is kept in the access log", param_hint="--reason")

    async def question(evidence: "Evidence") -> "Demand":
        found = await evidence.demands.get(_id(demand))
        if unmask:
            await evidence.access.note(actor(settings, Right.DEMANDS), Action.UNMASKED, [found.name], reason)
        return found

    found = _answered(settings, question)
    if json:
        as_json(described(found, settings.zone, datetime.now(UTC), unmask=unmask))
        return
    for line in life(found, settings.zone, unmask=unmask):
        typer.echo(line)
    typer.echo(countdown(found, datetime.now(UTC)))
    try:
        while watch:
            time.sleep(1)
            end = "" if sys.stdout.isatty() else "\n"
            print(f"{'' if end else chr(13)}{countdown(found, datetime.now(UTC))}   ", end=end, flush=True)  # noqa: T201
    except KeyboardInterrupt:
        typer.echo()


@demands.command()
@plain_words()
def search(demand: Id, json: AsJson = False) -> None:
    """Search by what the letter says; ready when all that was found is sealed. May be repeated."""
    _step(lambda evidence, id_, who, now: evidence.demands.search(id_, who, now), demand, json)


@demands.command()
@plain_words()
def approve(demand: Id, json: AsJson = False) -> None:
    """Approve the answer, as the second person; where nothing was found, that it says so."""
    from recordings.demands.demand import State  # noqa: PLC0415

    async def decide(evidence: "Evidence", id_: int, who: "Actor", now: datetime) -> "Demand":
        found = await evidence.demands.get(id_)
        nothing = found.state is State.SEARCHING and not found.findings
        return await evidence.demands.move(id_, State.NOT_FOUND if nothing else State.APPROVED, who, now)

    _step(decide, demand, json)


@demands.command("hand-over")
@plain_words()
def hand_over(
    demand: Id,
    to: Annotated[str, typer.Option(help="Who received it.")],
    how: Annotated[str, typer.Option(help="By courier, by the state's mail system, ...")],
    json: AsJson = False,
) -> None:
    """Note that the package was handed over: this stops the clock."""
    from recordings.demands.demand import State  # noqa: PLC0415

    _move(demand, State.HANDED_OVER, f"to {to}, {how}", json)


@demands.command()
@plain_words()
def acknowledge(
    demand: Id,
    note: Annotated[str, typer.Option(help="Number and date of their receipt.")],
    json: AsJson = False,
) -> None:
    """Note the authority's receipt: the demand is closed."""
    from recordings.demands.demand import State  # noqa: PLC0415

    _move(demand, State.ACKNOWLEDGED, note, json)


@demands.command()
@plain_words()
def refuse(
    demand: Id,
    ground: Annotated[str, typer.Option(help="Why, as the letter will say.")],
    json: AsJson = False,
) -> None:
    """Refuse, as the second person, with the ground."""
    from recordings.demands.demand import State  # noqa: PLC0415

    _move(demand, State.REFUSED, ground, json)


@demands.command("return")
@plain_words()
def return_(
    demand: Id,
    ground: Annotated[str, typer.Option(help="Why, as the letter will say.")],
    json: AsJson = False,
) -> None:
    """Return the letter with the ground."""
    from recordings.demands.demand import State  # noqa: PLC0415

    _move(demand, State.RETURNED, ground, json)


@demands.command()
@plain_words()
def letter(
    demand: Id,
    language: Annotated[Literal["kk", "ru"] | None, typer.Option(help="Only this language.")] = None,
) -> None:
    """Print the letter to the authority, as the demand stands; the package holds it as PDF."""
    from config.settings import Settings  # noqa: PLC0415
    from recordings.demands.letter import reply  # noqa: PLC0415

    settings = Settings()

    async def question(evidence: "Evidence") -> list[str]:
        service = evidence.demands
        found = await service.get(_id(demand))
        authority, basis = service.authority(found.letter.authority), service.basis(found.letter.basis)
        said = reply(found, authority, basis, settings.zone)
        both = {"kk": (said.title_kk, *said.kk), "ru": (said.title_ru, *said.ru)}
        return [line for name, lines in both.items() if language in (None, name) for line in (*lines, "")]

    for line in _answered(settings, question):
        typer.echo(line)


@demands.command()
@plain_words()
def bases(json: AsJson = False) -> None:
    """List the legal bases: what a letter must name, and the term."""
    from config.settings import Settings  # noqa: PLC0415

    found = Settings().bases
    if json:
        as_json([one.model_dump() for one in found])
        return
    rows = [(one.id, " and ".join(one.required) or "-", f"{one.term_hours:g} h", one.law_ru) for one in found]
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


def _ask_for(fields: dict[str, str], settings: "Settings") -> dict[str, str]:
    for one in settings.authorities:
        typer.echo(f"  {one.id:20} {one.name_ru}", err=True)
    for basis in settings.bases:
        typer.echo(f"  {basis.id:20} {basis.law_ru}", err=True)
    asked = {
        "authority": "Authority",
        "basis": "Legal basis",
        "letter_number": "Number of the letter",
        "letter_date": "Date of the letter (2026-11-22)",
        "number": "Phone number (empty: none named)",
        "day": "Day of the conversation (empty: none named)",
        "asked": "What is asked",
        "due": "Term named in the letter (empty: none)",
    }
    return {
        **fields,
        **{
            name: fields[name] or typer.prompt(text, default="", show_default=False)
            for name, text in asked.items()
        },
    }


def _asked(asked: str, file: str) -> str:
    if not file:
        return asked
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as why:
        raise Problem(f"{file} cannot be read: {why.strerror}") from why


def _move(demand: str, to: "State", words: str, json: bool) -> None:
    _step(lambda evidence, id_, who, now: evidence.demands.move(id_, to, who, now, words), demand, json)


def _step(
    deed: "Callable[[Evidence, int, Actor, datetime], Awaitable[Demand]]", demand: str, json: bool
) -> None:
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.who import actor  # noqa: PLC0415

    settings = Settings()
    who, id_ = actor(settings, Right.DEMANDS), _id(demand)

    async def question(evidence: "Evidence") -> "Demand":
        return await deed(evidence, id_, who, datetime.now(UTC))

    _tell(_answered(settings, question), settings, json)


def _answered(settings: "Settings", question: "Callable[[Evidence], Awaitable[T]]") -> "T":
    from engine.evidence import with_evidence  # noqa: PLC0415

    return with_evidence(settings, question)


def _tell(found: "Demand", settings: "Settings", json: bool) -> None:
    from engine.demand_json import described, outcome  # noqa: PLC0415

    now = datetime.now(UTC)
    if json:
        as_json(described(found, settings.zone, now, unmask=False))
        return
    for line in outcome(found, now):
        typer.echo(one_line(line))


def _id(text: str) -> int:
    number = text.strip().upper().removeprefix("111-D-")
    if not number.isdigit() or len(number) > 9:
        raise typer.BadParameter(f"{text!r} is no demand: write 42 or 111-D-000042")
    return int(number)
