"""`ivr111 bodies`: the directory of whom 111 tells and asks (A20, A21, B1); edge."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.body_contacts import contact
from engine.cli.body_files import export, import_
from engine.cli.body_output import (
    COLUMNS,
    body_json,
    body_lines,
    contact_row,
    history_json,
    history_row,
    name_of,
    state,
)
from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, plain_words, say, table
from engine.cli.register_asking import administrator, asked, day_of, settings_of_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appeals.bodies.store import DirectoryEvent
    from appeals.model.body import Body
    from config.settings import Settings
    from engine.register.services import RegisterServices

bodies = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The directory: bodies that are told and asked, by region and topic, with their contacts.",
)
bodies.add_typer(contact, name="contact")
bodies.command("import")(import_)
bodies.command()(export)

BodyId = Annotated[str, typer.Argument(help="The body's id; see: bodies list.")]
Kind = Annotated[str, typer.Option(help="Its kind, such as guardianship.")]
Region = Annotated[str, typer.Option(help="Its region, such as abai; empty: nationwide.")]
NameKk = Annotated[str, typer.Option(help="Its name in Kazakh.")]
NameRu = Annotated[str, typer.Option(help="Its name in Russian.")]
Language = Annotated[str, typer.Option(help="In which it is written to: kk or ru.")]
Topics = Annotated[str, typer.Option(help="Directions it has, 1 to 13: 4 5; empty: all.")]
Above = Annotated[str, typer.Option(help="Id of the body above it; - for none.")]
HoursOf = Annotated[str, typer.Option(help="Its hours: 1-5 09:00-13:00 14:00-18:00; or 24/7.")]
Since = Annotated[str, typer.Option("--from", help="From which day on: 28.11.2026; - for always.")]
Until = Annotated[str, typer.Option(help="Until which day, included; - for no end.")]


@bodies.command("list")
@plain_words()
def list_(
    kind: Annotated[str, typer.Option(help="Only this kind, such as guardianship.")] = "",
    region: Annotated[str, typer.Option(help="Only this region, such as abai.")] = "",
    closed: Annotated[bool, typer.Option("--closed", help="Closed ones, too.")] = False,
    json: AsJson = False,
) -> None:
    """List bodies."""

    async def question(register: "RegisterServices") -> "list[Body]":
        return await register.directory.listed()

    found = [
        one
        for one in asked(settings_of_line(), question)
        if kind in ("", one.kind) and region in ("", one.region) and (closed or not one.closed)
    ]
    if json:
        as_json([body_json(one) for one in found])
    elif not found:
        say("no bodies; to begin with the built-in ones: ivr111 bodies seed")
    else:
        rows = [
            (
                one.id,
                spoken(str(one.kind)),
                one.region or "-",
                str(len(one.contacts)),
                state(one),
                name_of(one),
            )
            for one in found
        ]
        table(("body", "kind", "region", "contacts", "state", "name"), rows)


@bodies.command()
@plain_words()
def show(
    body: BodyId,
    history: Annotated[bool, typer.Option("--history", help="Every change: who, when, what.")] = False,
    json: AsJson = False,
) -> None:
    """Show a body with its contacts, in the order they are tried."""
    settings = settings_of_line()

    async def question(register: "RegisterServices") -> "tuple[Body, Sequence[DirectoryEvent]]":
        directory = register.directory
        return await directory.of(body), await directory.history(body) if history else ()

    found, events = asked(settings, question)
    if json:
        as_json({**body_json(found), **({"history": history_json(events)} if history else {})})
        return
    for line in body_lines(found):
        typer.echo(line)
    if found.contacts:
        table(COLUMNS, [contact_row(one) for one in found.contacts])
    if history:
        rows = [history_row(one, settings.zone) for one in events]
        table(("at", "person", "step", "about", "changed"), rows)


@bodies.command()
@plain_words()
def add(
    body: Annotated[str, typer.Argument(help="Its id: small Latin letters, digits and _.")],
    kind: Kind,
    name_kk: NameKk,
    name_ru: NameRu,
    region: Region = "",
    language: Language = "kk",
    topics: Topics = "",
    above: Above = "",
    hours: HoursOf = "24/7",
    since: Since = "",
    until: Until = "",
    json: AsJson = False,
) -> None:
    """Enter a body; its contacts come after: bodies contact add."""
    from appeals.model.body import Body  # noqa: PLC0415 - `--help` waits for none of these

    settings = settings_of_line()
    words = {"region": region, "name_kk": name_kk, "name_ru": name_ru, "language": language}
    more = _more(settings, topics=topics, above=above, hours=hours, since=since, until=until)
    wanted = Body(**{"id": body, "kind": _kind(kind), **words, **more})
    who = administrator(settings)

    async def question(register: "RegisterServices") -> "Body":
        return await register.directory.add(wanted, who, datetime.now(UTC))

    _told(asked(settings, question), json)


@bodies.command()
@plain_words()
def change(
    body: BodyId,
    kind: Kind = "",
    name_kk: NameKk = "",
    name_ru: NameRu = "",
    region: Region = "",
    language: Language = "",
    topics: Topics = "",
    above: Above = "",
    hours: HoursOf = "",
    since: Since = "",
    until: Until = "",
    json: AsJson = False,
) -> None:
    """Change what is said of a body; what is not named stays."""
    settings = settings_of_line()
    words = {"region": region, "name_kk": name_kk, "name_ru": name_ru, "language": language}
    values: dict[str, Any] = {name: value for name, value in words.items() if value}
    values |= _more(settings, topics=topics, above=above, hours=hours, since=since, until=until)
    if kind:
        values["kind"] = _kind(kind)
    who = administrator(settings)

    async def question(register: "RegisterServices") -> "Body":
        made = datetime.now(UTC)
        return await register.directory.change(body, lambda one: replace(one, **values), who, made)

    _told(asked(settings, question), json)


@bodies.command()
@plain_words()
def close(body: BodyId, json: AsJson = False) -> None:
    """Tell a body nothing any more; it stays for what it was told before."""
    settings = settings_of_line()
    who = administrator(settings)

    async def question(register: "RegisterServices") -> "Body":
        return await register.directory.close(body, who, datetime.now(UTC))

    _told(asked(settings, question), json)


@bodies.command()
@plain_words()
def seed(json: AsJson = False) -> None:
    """Fill an empty directory with the built-in bodies; their contacts are examples."""
    settings = settings_of_line()

    async def question(register: "RegisterServices") -> int:
        return await register.directory.seed(datetime.now(UTC))

    made = asked(settings, question)
    if json:
        as_json({"bodies": made})
    elif made:
        say("bodies written: {made}; their contacts are examples: put true ones beside them", made=made)
    else:
        say("the directory has bodies already: nothing was written")


def _kind(word: str) -> Any:
    from appeals.model.body import BodyKind  # noqa: PLC0415
    from config.told import told  # noqa: PLC0415

    try:
        return BodyKind(word)
    except ValueError:
        names = ", ".join(BodyKind)
        raise typer.BadParameter(told("a kind is one of {names}", names=names), param_hint="--kind") from None


def _more(settings: "Settings", **given: str) -> dict[str, Any]:
    """Values of the options that were given."""
    from appeals.bodies.hours_text import WrongHours, read_hours  # noqa: PLC0415

    values: dict[str, Any] = {}
    if given["topics"]:
        values["topics"] = tuple(given["topics"].replace(",", " ").split())
    if given["above"]:
        values["above"] = "" if given["above"] == "-" else given["above"]
    for name, field in (("since", "valid_from"), ("until", "valid_until")):
        if given[name]:
            values[field] = day_or_none(given[name], settings)
    if given["hours"]:
        try:
            values["hours"] = read_hours(given["hours"])
        except WrongHours as why:
            raise typer.BadParameter(str(why), param_hint="--hours") from None
    return values


def day_or_none(text: str, settings: "Settings") -> date | None:
    """- stands for none."""
    return None if text == "-" else day_of(text, settings)


def _told(body: "Body", json: bool) -> None:
    if json:
        as_json(body_json(body))
        return
    for line in body_lines(body):
        typer.echo(line)
