"""At the door of every command: its right, from one table, asked before it begins (A5, A18); edge."""

import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final

from typer.core import TyperGroup

from config.home import ignored_settings
from config.rights import CommandAccess, Right
from config.told import told
from engine.cli.output import plain_words, say
from recordings.model.access_entry import NOTED

# What one option needs beyond this (`--unmask`: Right.TAKE_OUT) the command asks for itself.
COMMANDS: Final[Mapping[str, Right | CommandAccess]] = MappingProxyType(
    {
        "run": CommandAccess.MACHINE,
        "demo": CommandAccess.MACHINE,
        "doctor": CommandAccess.OPEN,
        "version": CommandAccess.OPEN,
        "replay": CommandAccess.OPEN,  # the asker's own file, opened with their own rights
        "render": Right.INSTALL,
        "prompts": CommandAccess.OPEN,  # each of its own commands stands below
        "prompts check": CommandAccess.OPEN,
        "prompts script": CommandAccess.OPEN,
        "prompts import": Right.INSTALL,
        "prompts speak": CommandAccess.MACHINE,
        "calls list": Right.CALLS,
        "calls show": Right.CALLS,
        "queue show": Right.WATCH,
        "consultants list": Right.WATCH,
        "consultants add": Right.ACCOUNTS,
        "consultants change": Right.ACCOUNTS,
        "consultants remove": Right.ACCOUNTS,
        "consultants reload": Right.ACCOUNTS,
        "consultants pause": Right.STEER,
        "consultants unpause": Right.STEER,
        "recordings find": Right.FIND,
        "recordings show": Right.FIND,
        "recordings play": Right.LISTEN,
        "recordings export": Right.TAKE_OUT,
        "recordings link": Right.DEMANDS,
        "recordings seal": Right.STATE,
        "recordings verify": Right.VERIFY,
        "recordings reconcile": Right.VERIFY,
        "recordings statement": Right.STATE,
        "recordings statements": Right.VERIFY,
        "demands register": Right.DEMANDS,
        "demands list": Right.DEMANDS,
        "demands show": Right.DEMANDS,
        "demands search": Right.DEMANDS,
        "demands approve": Right.DEMANDS,
        "demands correct": Right.DEMANDS,
        "demands review": Right.DEMANDS,
        "demands listen": Right.DEMANDS,
        "demands package": Right.DEMANDS,
        "demands hand-over": Right.DEMANDS,
        "demands acknowledge": Right.DEMANDS,
        "demands refuse": Right.DEMANDS,
        "demands return": Right.DEMANDS,
        "demands letter": Right.DEMANDS,
        "demands verify": CommandAccess.OPEN,  # a package that the asker holds
        "demands bases": CommandAccess.OPEN,
        "demands authorities": CommandAccess.OPEN,
        "retention policies": CommandAccess.OPEN,
        "retention plan": Right.RETENTION,
        "retention apply": Right.RETENTION,
        "retention hold": Right.RETENTION,
        "retention lift": Right.RETENTION,
        "retention holds": Right.RETENTION,
        "appeals report half-year": Right.APPEALS_WATCH,
        "appeals report incoming": Right.APPEALS_WATCH,
        "appeals report public": Right.APPEALS_WATCH,
        "appeals token add": Right.APPEAL_TOKENS,
        "appeals token list": Right.APPEAL_TOKENS,
        "appeals token revoke": Right.APPEAL_TOKENS,
        "bodies list": Right.APPEALS_READ,
        "bodies show": Right.APPEALS_READ,
        "bodies add": Right.DIRECTORY,
        "bodies change": Right.DIRECTORY,
        "bodies close": Right.DIRECTORY,
        "bodies import": Right.DIRECTORY,
        "bodies export": Right.DIRECTORY,
        "bodies seed": Right.DIRECTORY,
        "bodies contact add": Right.DIRECTORY,
        "bodies contact change": Right.DIRECTORY,
        "bodies contact end": Right.DIRECTORY,
        "calendar show": Right.APPEALS_READ,
        "calendar set": Right.DIRECTORY,
        "calendar swap": Right.DIRECTORY,
        "calendar remove": Right.DIRECTORY,
        "calendar fill": Right.DIRECTORY,
        "calendar next": Right.APPEALS_READ,
        "audit list": Right.READ_LOG,
        "audit export": Right.READ_LOG,
        "audit verify": Right.READ_LOG,
        "accounts add": Right.ACCOUNTS,
        "accounts list": Right.ACCOUNTS,
        "accounts password": Right.ACCOUNTS,
        "accounts disable": Right.ACCOUNTS,
        "accounts enable": Right.ACCOUNTS,
        "accounts forget-second-factor": Right.ACCOUNTS,
        "accounts end-sessions": Right.ACCOUNTS,
        "keys show": Right.VERIFY,
        "keys public": Right.VERIFY,
        "keys rotate": Right.KEYS,
        "lab fill": Right.INSTALL,
    }
)


class AuthorisedCommands(TyperGroup):
    """A program each of whose commands asks for its right first; one without an entry is nobody's."""

    above: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **attributes: Any) -> None:
        """As typer makes it, from its commands."""
        super().__init__(**attributes)
        for path, command in commands(self, *self.above):
            command.callback = _asking(command.callback, path)

    def main(self, args: Sequence[str] | None = None, *more: Any, **rest: Any) -> Any:
        """As typer's, in the language that is asked for."""
        from engine.cli.localized_help import run_in  # noqa: PLC0415 - knows typer's inside

        assert not more, "typer names what it gives"
        return run_in(super().main, args, bool(self.above), **rest)


class AuthorisedPrompts(AuthorisedCommands):
    """`ivr111 prompts` is a program of its own below the other."""

    above = ("prompts",)


def commands(group: Any, *above: str) -> Iterator[tuple[str, Any]]:
    """All commands below a group by their whole path, such as `calls list`."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *above, name)
        else:
            yield " ".join((*above, name)), command


def _asking(callback: Callable[..., Any] | None, path: str) -> Callable[..., Any]:
    assert callback is not None, path

    @functools.wraps(callback)
    def asked(*words: Any, **options: Any) -> Any:
        NOTED.set([])
        _tell_unheard()
        needs = COMMANDS.get(path)
        with plain_words():
            _look(path)
            if needs is not CommandAccess.OPEN:
                _ask(path, needs)
        return callback(*words, **options)

    return asked


def _tell_unheard() -> None:
    if names := ignored_settings(os.environ):
        say(
            "not heard through sudo: {names}; a setting is a line of settings.toml",
            names=", ".join(names),
            err=True,
        )


def _look(path: str) -> None:
    from engine.install.preconditions import look  # noqa: PLC0415 - `--help` waits for none of these

    look(path, os.environ)


def _ask(path: str, needs: Right | CommandAccess | None) -> None:
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.process.operator import NotAllowed, authorise  # noqa: PLC0415

    if needs is None:
        raise NotAllowed(told("nobody may do this: {path} stands in no table of rights", path=path))
    authorise(Settings(), needs)
