"""`ivr111 accounts`: who may sign in to the console; no default account, no default password; edge."""

import contextlib
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.problem import Problem
from config.told import told
from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, one_line, plain_words, say, table
from engine.cli.questions import fresh_password

if TYPE_CHECKING:
    from console.identity.store import AccountStore, SessionStore
    from engine.evidence.services import EvidenceServices
    from recordings.model.access_entry import Actor

accounts = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Accounts of the console.")

Login = Annotated[str, typer.Argument(help="The account's name for signing in.", metavar="LOGIN")]
Temporary = Annotated[bool, typer.Option("--temporary", help="Must be changed at the next sign-in.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@accounts.command()
@plain_words()
def add(
    login: Login,
    person: Annotated[str, typer.Option(help="The name; else from settings.toml, seat or phone.")] = "",
    role: Annotated[str, typer.Option(help="consultant, supervisor, administrator or auditor.")] = "",
    consultant: Annotated[str, typer.Option(help="A consultant's own seat, for instance c101.")] = "",
    phone: Annotated[str, typer.Option(help="A supervisor's own phone, for instance s201.")] = "",
    language: Annotated[str, typer.Option(help="Of the pages: kk, ru or en.")] = "kk",
    temporary: Temporary = False,
    password_stdin: Stdin = False,
    json: AsJson = False,
) -> None:
    """Add an account; asks for the password twice. Administrators and auditors enrol a second factor."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from console.identity.accounts import AccountRefused, new  # noqa: PLC0415
    from console.identity.passwords import PasswordRefused, Passwords, check  # noqa: PLC0415

    settings = Settings()
    seat = {"consultant": consultant or None, "phone": phone or None}
    named = person or _named(settings, consultant or phone, login)
    try:
        account = new(login, named, role, language=language, people=settings.people, **seat)
        _there(settings, account.consultant or account.phone)
        password = _password(password_stdin)
        check(password, login=login, person=account.person)
    except (AccountRefused, PasswordRefused) as why:
        raise Problem(str(why)) from None

    async def make(all_: "AccountStore", _: "SessionStore") -> str:
        hashed = await Passwords().hash(password)
        await all_.add(account, hashed, datetime.now(UTC), must_change=temporary)
        return told("added, {role}", role=told(account.role))

    _change(settings, login, make)
    if json:
        as_json({"login": account.login, "person": account.person, "role": account.role})
    else:
        person, role = one_line(account.person), told(account.role)
        say("added {login}: {person}, {role}", login=account.login, person=person, role=role)


@accounts.command("list")
@plain_words()
def list_(json: AsJson = False) -> None:
    """List the accounts: role, seat or phone, second factor, open sessions."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from console.identity.store import AccountStore, SessionStore  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.ACCOUNTS)

    async def question(evidence: "EvidenceServices") -> list[dict[str, Any]]:
        await evidence.access.note(who, Action.VIEWED, ["accounts"])
        open_ = [one.login for one in await SessionStore(evidence.database).all() if one.stage == "in"]
        return [
            {
                "login": one.login,
                "person": one.person,
                "role": one.role,
                "consultant": one.consultant,
                "phone": one.phone,
                "language": one.language,
                "second_factor": one.second_factor,
                "disabled": one.disabled,
                "sessions": open_.count(one.login),
            }
            for one in await AccountStore(evidence.database).all()
        ]

    rows = with_evidence(settings, question, first=True)
    if json:
        as_json(rows)
    elif not rows:
        say("no accounts yet; add one: ivr111 accounts add LOGIN --person NAME --role supervisor")
    else:
        columns = ("login", "person", "role", "seat", "second factor", "sessions", "")
        table(columns, [_row(one) for one in rows])


@accounts.command()
@plain_words()
def password(
    login: Login, temporary: Temporary = False, password_stdin: Stdin = False, json: AsJson = False
) -> None:
    """Give an account a new password; its open sessions end."""
    from config.settings import Settings  # noqa: PLC0415
    from console.identity.passwords import PasswordRefused, Passwords, check  # noqa: PLC0415

    fresh = _password(password_stdin)

    async def change(all_: "AccountStore", sessions: "SessionStore") -> str:
        known = await all_.find(login)
        try:
            check(fresh, login=login, person=known.account.person if known is not None else "")
        except PasswordRefused as why:
            raise Problem(str(why)) from None
        hashed = await Passwords().hash(fresh)
        await all_.change(login, password_hash=hashed, must_change=temporary)
        await sessions.end_all(login)
        return told("password changed")

    _say(json, login, _change(Settings(), login, change))


@accounts.command()
@plain_words()
def disable(login: Login, json: AsJson = False) -> None:
    """Close an account: its sessions end at once, nobody signs in with it."""
    from config.settings import Settings  # noqa: PLC0415

    async def change(all_: "AccountStore", sessions: "SessionStore") -> str:
        await all_.change(login, disabled=True)
        await sessions.end_all(login)
        return told("disabled")

    _say(json, login, _change(Settings(), login, change))


@accounts.command()
@plain_words()
def enable(login: Login, json: AsJson = False) -> None:
    """Open a closed account again."""
    from config.settings import Settings  # noqa: PLC0415

    async def change(all_: "AccountStore", _: "SessionStore") -> str:
        await all_.change(login, disabled=False)
        return told("enabled")

    _say(json, login, _change(Settings(), login, change))


@accounts.command("forget-second-factor")
@plain_words()
def forget_second_factor(login: Login, json: AsJson = False) -> None:
    """For a lost authenticator: the next sign-in enrols a new one. Sessions end."""
    from config.settings import Settings  # noqa: PLC0415

    async def change(all_: "AccountStore", sessions: "SessionStore") -> str:
        await all_.change(login, totp=None)
        await sessions.end_all(login)
        return told("second factor forgotten")

    _say(json, login, _change(Settings(), login, change))


@accounts.command("end-sessions")
@plain_words()
def end_sessions(login: Login, json: AsJson = False) -> None:
    """Sign an account out everywhere, at once."""
    from config.settings import Settings  # noqa: PLC0415

    async def change(_: "AccountStore", sessions: "SessionStore") -> str:
        return told("{count} sessions ended", count=await sessions.end_all(login))

    _say(json, login, _change(Settings(), login, change))


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["login"],
        one_line(one["person"]),
        spoken(one["role"]),
        one["consultant"] or one["phone"] or "",
        spoken("yes") if one["second_factor"] else "",
        str(one["sessions"]),
        spoken("disabled") if one["disabled"] else "",
    )


def _say(json: bool, login: str, what: str) -> None:
    if json:
        as_json({"login": login, "done": what})
    else:
        say("{login}: {what}", login=login, what=what)


def _named(settings: Any, id_: str, login: str) -> str:
    """The name that the seat or phone has; empty when the settings name the login, or nothing does."""
    from engine.install import consultant_accounts as seats  # noqa: PLC0415

    if login in settings.people:
        return ""
    return next((one.name for one in seats.load(settings) if one.id == id_), "")


def _there(settings: Any, id_: str | None) -> None:
    """A seat or phone that nobody has would leave the person wondering."""
    from console.identity.accounts import AccountRefused  # noqa: PLC0415
    from engine.install import consultant_accounts as seats  # noqa: PLC0415

    if id_ is not None and all(one.id != id_ for one in seats.load(settings)):
        raise AccountRefused(
            told(
                "there is no {id} yet; add it first: ivr111 consultants add {id} --name NAME --language kk",
                id=id_,
            )
        )


def _password(stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Problem(told("no terminal to ask for the password on: use --password-stdin"))
    return fresh_password()


def _change(
    settings: Any, login: str, change: "Callable[[AccountStore, SessionStore], Awaitable[str]]"
) -> str:
    from config.rights import Right  # noqa: PLC0415
    from console.identity.accounts import AccountRefused  # noqa: PLC0415
    from console.identity.store import AccountStore, SessionStore  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.local_socket import CommandRefused, EngineUnavailable, ask  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    who: Actor = actor(settings, Right.ACCOUNTS)
    phone: str | None = None

    async def question(evidence: "EvidenceServices") -> str:
        nonlocal phone
        all_ = AccountStore(evidence.database)
        before = await all_.find(login)
        phone = before.account.phone if before is not None else None
        done = await change(all_, SessionStore(evidence.database))
        await evidence.access.note(who, Action.ACCOUNT, [f"account {login}"], done)
        return done

    try:
        done = with_evidence(settings, question, first=True)
    except AccountRefused as why:
        raise Problem(str(why)) from None
    if phone is not None:
        with contextlib.suppress(
            EngineUnavailable, CommandRefused
        ):  # without an engine nobody listens to anybody
            ask(settings.control_socket, "steer.spy_end", phone=phone, closes=True)
    return done
