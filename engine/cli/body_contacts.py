"""`ivr111 bodies contact add`, `change`, `end`: how a body is reached, deputies in order (A10, B1); edge."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from config.told import told
from engine.cli.body_output import COLUMNS, contact_json, contact_row
from engine.cli.output import AsJson, as_json, plain_words, table
from engine.cli.register_asking import administrator, asked, day_of, settings_of_line

if TYPE_CHECKING:
    from appeals.model.body import BodyContact
    from config.settings import Settings
    from engine.register.services import RegisterServices

contact = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Contacts of a body: add, change, end."
)

BodyId = Annotated[str, typer.Argument(help="The body's id; see: bodies list.")]
Channel = Literal["telephone", "email", "webhook", "letter"]
ContactId = Annotated[int, typer.Argument(help="The contact's number; see: bodies show.")]
Holder = Annotated[str, typer.Option(help="Who answers there, by office: on duty, deputy.")]
Order = Annotated[int, typer.Option(min=1, max=99, help="When it is tried; 1 first, deputies follow.")]
Since = Annotated[str, typer.Option("--from", help="From which day on: 28.11.2026.")]
Until = Annotated[str, typer.Option(help="Until which day, included: 28.11.2026.")]
PlainMail = Annotated[bool, typer.Option("--plain-mail", help="Their mail server has no TLS: send without.")]
Example = Annotated[bool, typer.Option("--example", help="Invented: nothing leaves for it outside the lab.")]


@contact.command()
@plain_words()
def add(
    body: BodyId,
    channel: Annotated[Channel, typer.Option(help="The channel.")],
    address: Annotated[str, typer.Option(help="Number, e-mail, https address, or postal address.")],
    holder: Holder = "",
    order: Order = 1,
    since: Since = "",
    until: Until = "",
    plain_mail: PlainMail = False,
    example: Example = False,
    json: AsJson = False,
) -> None:
    """Add a contact to a body."""
    from appeals.model.body import BodyContact, ChannelKind  # noqa: PLC0415 - `--help` waits for none of these

    settings = settings_of_line()
    days = (_day(since, settings), _day(until, settings))
    wanted = BodyContact(
        0, body, ChannelKind(channel), address.strip(), holder, order, *days, plain_mail, example
    )
    _set(settings, wanted, json)


@contact.command()
@plain_words()
def change(
    body: BodyId,
    which: ContactId,
    address: Annotated[str, typer.Option(help="Number, e-mail, https address, or postal address.")] = "",
    holder: Holder = "",
    order: Annotated[int, typer.Option(min=0, max=99, help="When it is tried; 1 first.")] = 0,
    since: Since = "",
    until: Until = "",
    json: AsJson = False,
) -> None:
    """Change a contact; what is not named stays. A new address is no example any more."""
    from dataclasses import replace  # noqa: PLC0415

    settings = settings_of_line()
    given = {"address": address.strip(), "holder": holder, "order": order}
    given |= {"valid_from": _day(since, settings), "valid_until": _day(until, settings)}
    values: dict[str, Any] = {name: value for name, value in given.items() if value}
    if address:
        values["example"] = False
    before = asked(settings, lambda register: _of(register, body, which))
    _set(settings, replace(before, **values), json)


@contact.command()
@plain_words()
def end(
    body: BodyId,
    which: ContactId,
    last: Annotated[
        str, typer.Option(help="The last day it is good: 28.11.2026; default: yesterday.")
    ] = "yesterday",
    json: AsJson = False,
) -> None:
    """End a contact: it is tried no more, and stays for what was sent there."""
    settings = settings_of_line()
    who, day = administrator(settings), day_of(last, settings, "--last")

    async def question(register: "RegisterServices") -> "BodyContact":
        return await register.directory.end_contact(body, which, day, who, datetime.now(UTC))

    _told(asked(settings, question), json)


def _set(settings: "Settings", wanted: "BodyContact", json: bool) -> None:
    who = administrator(settings)

    async def question(register: "RegisterServices") -> "BodyContact":
        return await register.directory.set_contact(wanted, who, datetime.now(UTC))

    _told(asked(settings, question), json)


async def _of(register: "RegisterServices", body: str, which: int) -> "BodyContact":
    found = await register.directory.of(body)
    for one in found.contacts:
        if one.id == which:
            return one
    raise typer.BadParameter(told("{body} has no contact {id}", body=body, id=which))


def _day(text: str, settings: "Settings") -> date | None:
    return day_of(text, settings) if text else None


def _told(one: "BodyContact", json: bool) -> None:
    if json:
        as_json(contact_json(one))
    else:
        table(COLUMNS, [contact_row(one)])
