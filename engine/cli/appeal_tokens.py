"""`ivr111 appeals token add`, `list`, `revoke`: which systems may send appeals in writing (A7); edge."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.output import AsJson, as_json, clock, plain_words, say, table
from engine.cli.register_asking import asked, settings_of_line

if TYPE_CHECKING:
    from appeals.intake.results import Token
    from config.settings import Settings
    from engine.register.services import RegisterServices
    from recordings.model.access_entry import Actor

token = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Tokens of systems that send appeals in writing."
)

Name = Annotated[str, typer.Argument(help="The system's name.")]
Days = Annotated[float, typer.Option(min=1, max=1830, help="Days that the token is good for.")]
COLUMNS = ("system", "made on", "good until", "revoked")


@token.command()
@plain_words()
def add(name: Name, days: Days = 365, json: AsJson = False) -> None:
    """Make a token; it is shown this once."""
    settings = settings_of_line()
    who = _who(settings)

    async def question(register: "RegisterServices") -> "tuple[Token, str]":
        return await register.tokens.add(name, days, who, datetime.now(UTC))

    made, text = asked(settings, question)
    if json:
        as_json({**_json(made), "token": text})
    else:
        say("the token of {name}, shown this once: {token}", name=made.name, token=text)


@token.command("list")
@plain_words()
def list_(json: AsJson = False) -> None:
    """All tokens there were, without their text."""
    settings = settings_of_line()
    who = _who(settings)

    async def question(register: "RegisterServices") -> "list[Token]":
        return await register.tokens.listed(who)

    _print(asked(settings, question), settings, json)


@token.command()
@plain_words()
def revoke(name: Name, json: AsJson = False) -> None:
    """End a token at once."""
    settings = settings_of_line()
    who = _who(settings)

    async def question(register: "RegisterServices") -> "Token":
        return await register.tokens.revoke(name, who, datetime.now(UTC))

    _print([asked(settings, question)], settings, json)


def _who(settings: "Settings") -> "Actor":
    """Raises UnknownUser, NotAllowed."""
    from config.rights import Right  # noqa: PLC0415 - `--help` waits for none of these
    from engine.process.operator import actor  # noqa: PLC0415

    return actor(settings, Right.APPEAL_TOKENS)


def _print(tokens: "list[Token]", settings: "Settings", json: bool) -> None:
    if json:
        as_json([_json(one) for one in tokens])
        return
    rows = [
        (one.name, *(clock(at, settings.zone) for at in (one.made_at, one.expires_at, one.revoked_at)))
        for one in tokens
    ]
    table(COLUMNS, rows)


def _json(one: "Token") -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "made_at": one.made_at.isoformat(),
        "made_by": one.made_by,
        "expires_at": one.expires_at.isoformat(),
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
    }
