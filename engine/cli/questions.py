"""Questions on a terminal in the asker's language, of which typer knows English only (A2); edge."""

from typing import Final

import typer

from config.told import N_, told
from engine.cli.language import spoken

# Whatever keyboard is on: an answer in any of the three languages counts, whole or its first letter.
YES: Final = frozenset({"y", "yes", "и", "иә", "ия", "д", "да"})
NO: Final = frozenset({"", "n", "no", "ж", "жоқ", "жок", "н", "нет"})


def confirm_or_abort(question: str, *, err: bool = False) -> None:
    """Ends the command (typer.Abort) unless the answer is yes; an empty line is no."""
    while True:
        said = spoken(told("{question} [y/N]", question=told(question)))
        answer = str(typer.prompt(said, default="", show_default=False, err=err)).strip().casefold()
        if answer in YES:
            return
        if answer in NO:
            raise typer.Abort
        typer.echo(spoken(N_("write yes or no")), err=True)


def fresh_password() -> str:
    """Typed twice, unseen; asked anew until both are the same."""
    first, again = spoken(N_("password")), spoken(N_("the password again"))
    while True:
        typed = str(typer.prompt(first, hide_input=True))
        if typed == str(typer.prompt(again, hide_input=True)):
            return typed
        typer.echo(spoken(N_("the two are not the same: once more")), err=True)
