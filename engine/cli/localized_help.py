"""The command line in the asker's language: help and usage errors, which typer has in English (A2); edge."""

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import typer
from typer._click.core import Context
from typer._click.exceptions import ClickException
from typer._click.formatting import HelpFormatter

from config.told import N_, LocalizedText
from engine.cli.language import CHOSEN, NoSuchLanguage, Tongue, chosen, spoken, taken

# What typer says, as it says it; what stands in place of a {name} is said in the language too.
TYPERS: Final = (
    N_("Missing option {what}."),
    N_("Missing argument {what}."),
    N_("Missing command."),
    N_("Invalid value for {what}: {why}"),
    N_("Invalid value: {why}"),
    N_("No such option: {what} (Possible options: {which})"),
    N_("No such option: {what}"),
    N_("No such command {what}. Did you mean {which}?"),
    N_("No such command {what}."),
    N_("Got unexpected extra argument(s) ({what})"),
    N_("Option {what} requires an argument."),
    N_("Input should be {what}"),
    N_("Input should be a valid integer, unable to parse string as an integer"),
    N_("Input should be a valid number, unable to parse string as a number"),
    N_("Input should be greater than or equal to {what}"),
    N_("Input should be less than or equal to {what}"),
)
HEADINGS: Final = (N_("Arguments"), N_("Options"), N_("Commands"))
EXTRAS: Final = (N_("required"), N_("default: {what}"))
OWN_HELP: Final = N_("Show this message and exit.")


def _pattern(message: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(message)), re.DOTALL)


_PATTERNS: Final = tuple((message, _pattern(message)) for message in (*TYPERS[-4:], *TYPERS, *EXTRAS))


def typers(text: str) -> str:
    """A sentence of typer's in the asker's language; one that it is not known to say stays English."""
    if isinstance(text, LocalizedText) or CHOSEN.get() == "en":
        return spoken(text)
    for message, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return spoken(message).format(**{name: typers(held) for name, held in found.groupdict().items()})
    return spoken(text)


class LocalizedFormatter(HelpFormatter):
    """Help with its own few words in the asker's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The first line."""
        super().write_usage(prog, args, prefix or f"{spoken(N_('Usage'))}: ")

    def write_heading(self, heading: str) -> None:
        """Options, commands, arguments."""
        super().write_heading(spoken(heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names are the same in every language; what typer adds in brackets is not."""
        super().write_dl([(name, _extra(text)) for name, text in rows], col_max, col_spacing)


class LocalizedContext(Context):
    """Makes the formatter above."""

    formatter_class = LocalizedFormatter


def _extra(text: str) -> str:
    body, bracket, extras = text.rpartition("[")
    if not bracket or not extras.endswith("]"):
        return text
    return f"{body}[{'; '.join(typers(one) for one in extras[:-1].split('; '))}]"


def helps(command: Any) -> Iterator[tuple[Any, str]]:
    """All that a command and those below it say in their help: whose attribute, and which."""
    yield from ((command, name) for name in ("help", "short_help", "epilog") if getattr(command, name, None))
    yield from ((one, "help") for one in command.params if getattr(one, "help", None))
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def _speak(command: Any) -> None:
    for whose, name in helps(command):
        setattr(whose, name, spoken(getattr(whose, name)))
    for one in _every(command):
        one.context_class = LocalizedContext
        option = one.get_help_option(Context(one))
        if option is not None:
            option.help = spoken(OWN_HELP)


def _every(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from _every(below)


def run_in(program: Any, words: Sequence[str] | None, inner: bool, **rest: Any) -> Any:
    """Run typer's `program` with `words`, in the language they, the environment or the settings name.

    `inner`: a program below another, which speaks as that one does.
    """
    said, left = taken(sys.argv[1:] if words is None else words)
    try:
        tongue: Tongue = CHOSEN.get() if inner and said is None else chosen(said)
    except NoSuchLanguage as why:
        typer.echo(str(why), err=True)
        sys.exit(2)
    before = CHOSEN.set(tongue)
    try:
        if tongue == "en" or not rest.pop("standalone_mode", True):
            return program(args=left, **rest)
        return _translated(program, left, rest)
    finally:
        CHOSEN.reset(before)


def _translated(program: Any, words: list[str], rest: dict[str, Any]) -> None:
    _speak(program.__self__)
    try:
        code = program(args=words, standalone_mode=False, **rest)
    except ClickException as why:
        _tell(why)
        sys.exit(why.exit_code)
    except typer.Abort:
        typer.echo(spoken(N_("Aborted!")), err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _tell(why: ClickException) -> None:
    context = getattr(why, "ctx", None)
    message = why.format_message()
    if message and context is not None and message == context.get_help():
        typer.echo(message, err=True)
        return
    if context is not None:
        hint = spoken(N_("Help: {what}")).format(what=f"{context.command_path} --help")
        typer.echo(f"{context.get_usage()}\n{hint}\n", err=True)
    typer.echo(f"{spoken(N_('Error'))}: {typers(message)}", err=True)
