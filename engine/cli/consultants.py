"""`ivr111 consultants`: accounts and pauses; the engine owns both while it runs; edge."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from config.pause_reasons import BREAK
from config.reasons import ReasonRefused, pause_reason
from config.told import told
from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, hint, one_line, plain_words, say, table

if TYPE_CHECKING:
    from config.settings import Language, Settings
    from dialplan.sip_accounts import SipAccount
    from engine.cli.endpoint_change import ChangeResult
    from routing.board.queue_listing import ListedConsultant

consultants = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Consultants: accounts and pauses."
)


class LanguageChoice(StrEnum):
    """Languages, as an option that may be given more than once."""

    KK = "kk"
    RU = "ru"


PreferredFirst = Annotated[
    list[LanguageChoice], typer.Option(help="Once or twice, the preferred language first.")
]
OtherLanguages = Annotated[
    list[LanguageChoice] | None, typer.Option(help="Once or twice, the preferred first.")
]
COLUMNS: Final = (
    "consultant", "name", "languages", "state", "paused", "missed in a row", "reachable", "call",
)  # fmt: skip
Id = Annotated[
    str,
    typer.Argument(help="For instance c105; s202 is a supervisor's phone.", metavar="ID"),
]


def row(one: "ListedConsultant") -> tuple[str, ...]:
    """One consultant as a line of a table."""
    state = spoken(one.state or "unknown")
    left = "" if one.seconds_left is None else f" {one.seconds_left:.0f} {spoken('s')}"
    fault = spoken(told(", phone {fault}", fault=told(one.fault))) if one.fault else ""
    return (
        one.id,
        one_line(one.name or ""),
        " ".join(one.languages),
        state + left + fault,
        one_line(spoken(one.paused or "")),
        "" if one.missed is None else str(one.missed),
        spoken({True: "yes", False: "no", None: ""}[one.reachable]),
        one.call_id or "",
    )


@consultants.command("list")
@plain_words()
def list_(json: AsJson = False) -> None:
    """List consultants: languages, state, pause and its reason, missed rings, phone reachable or not."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.install import consultant_accounts as accounts  # noqa: PLC0415
    from engine.process.local_socket import EngineUnavailable, ask  # noqa: PLC0415
    from routing.board.queue_listing import (  # noqa: PLC0415
        ListedConsultant,
        consultants_from_json,
        consultants_to_json,
    )

    settings = Settings()
    every = accounts.load(settings) if accounts.path(settings).exists() else ()
    known = [one for one in every if not one.supervisor]
    try:
        found = consultants_from_json(ask(settings.control_socket, "consultants.list"))
    except EngineUnavailable as why:
        if not known or isinstance(why.__cause__, PermissionError):
            raise
        say("accounts only: {why}", why=why, err=True)
        found = tuple(ListedConsultant(one.id, one.name, one.languages) for one in known)
    names = {one.id: one.name for one in known}
    found = tuple(replace(one, name=names.get(one.id)) for one in found)
    if json:
        as_json(consultants_to_json(found))
    elif found:
        table(COLUMNS, [row(one) for one in found])
    else:
        say("no consultants yet; add one: ivr111 consultants add c105 --name NAME --language kk")


@consultants.command()
@plain_words()
def add(
    id_: Id,
    name: Annotated[str, typer.Option(help="The consultant's name.")],
    language: PreferredFirst,
    json: AsJson = False,
) -> None:
    """Add a consultant; prints the SIP account with its secret, this once. Needs root."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli import consultant_change as account_change  # noqa: PLC0415

    settings = Settings()
    account, done = account_change.add(settings, id_, name, [one.value for one in language])
    _tell_account(settings, account, done, "added", json=json, secret=True)


@consultants.command()
@plain_words()
def change(
    id_: Id,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    language: OtherLanguages = None,
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Make a new SIP password; the old one ends.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Change a consultant's name, languages or SIP password; a conversation goes on. Needs root."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli import consultant_change as account_change  # noqa: PLC0415

    if name is None and not language and not new_password:
        raise typer.BadParameter(told("say what to change: --name, --language or --new-password"))
    settings = Settings()
    languages: list[Language] | None = [one.value for one in language] if language else None
    account, done = account_change.change(settings, id_, name, languages, secret=new_password)
    _tell_account(settings, account, done, "changed", json=json, secret=new_password)


@consultants.command()
@plain_words()
def remove(id_: Id, json: AsJson = False) -> None:
    """Remove a consultant at once: phone, calls and sign-ins end. Needs root.

    A caller in conversation is told and is first in the queue again.
    """
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli import consultant_change as account_change  # noqa: PLC0415
    from engine.cli.consultant_logins import close_logins  # noqa: PLC0415

    settings = Settings()
    outcome = account_change.remove(settings, id_)
    logins = close_logins(settings, id_)
    if json:
        as_json({"id": id_, "asterisk": outcome.sentence, "done": outcome.done, "closed_logins": logins})
    else:
        say("removed {id}", id=id_)
        for login in logins:
            say("console: the account {login} is closed and signed out", login=login)
    _end(outcome, json=json)


@consultants.command()
@plain_words()
def reload(json: AsJson = False) -> None:
    """Let Asterisk and engine read the accounts again, and look that they did. Needs root."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli import consultant_change as account_change  # noqa: PLC0415

    outcome = account_change.reload(Settings())
    if json:
        as_json({"asterisk": outcome.sentence, "done": outcome.done})
    _end(outcome, json=json)


def _tell_account(
    settings: "Settings",
    account: "SipAccount",
    outcome: "ChangeResult",
    what: str,
    *,
    json: bool,
    secret: bool,
) -> None:
    if json:
        as_json(
            {
                "id": account.id,
                "name": account.name,
                "languages": list(account.languages),
                "username": account.id,
                **({"password": account.secret} if secret else {}),
                "server": f"{settings.sip_address}:{settings.sip_port}",
                "transport": "udp",
                "asterisk": outcome.sentence,
                "done": outcome.done,
            }
        )
    else:
        say(
            "{what} {id} {name}, languages: {names}",
            what=told(what),
            id=account.id,
            name=one_line(account.name),
            names=" ".join(account.languages),
        )
        if secret:
            say(
                "  SIP server  {sip_address}:{sip_port} (UDP)",
                sip_address=settings.sip_address,
                sip_port=settings.sip_port,
            )
            say("  user        {id}", id=account.id)
            say("  password    {secret}", secret=account.secret)
    _end(outcome, json=json)


def _end(outcome: "ChangeResult", *, json: bool) -> None:
    """What Asterisk made of it; exit code 1 when that is not what was asked."""
    if not outcome.done:
        typer.echo(hint(outcome.sentence), err=True)
        raise typer.Exit(1)
    if not json:
        typer.echo(hint(outcome.sentence))


@consultants.command()
@plain_words()
def pause(
    id_: Id,
    reason: Annotated[str, typer.Option(help="Why; shown in the list.")] = BREAK,
    json: AsJson = False,
) -> None:
    """Pause a consultant: no ring until unpaused; a conversation under way goes on."""
    try:
        pause_reason(reason)
    except ReasonRefused as why:
        raise typer.BadParameter(str(why), param_hint="--reason") from None
    said = told("paused {id}: {reason}", id=id_, reason=reason)
    _order(json, "consultants.pause", said, id=id_, reason=reason)


@consultants.command()
@plain_words()
def unpause(id_: Id, json: AsJson = False) -> None:
    """Release a consultant from a pause."""
    _order(json, "consultants.unpause", told("unpaused {id}", id=id_), id=id_)


def _order(json: bool, do: str, said: str, **fields: Any) -> None:
    from config.settings import Settings  # noqa: PLC0415
    from engine.process.local_socket import ask  # noqa: PLC0415

    answer = ask(Settings().control_socket, do, **fields)
    if json:
        as_json(answer)
    else:
        typer.echo(hint(said))
