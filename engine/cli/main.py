"""The command line `ivr111`: nothing heavy is imported before a command needs it; wiring."""

import sys
from importlib import import_module
from typing import Annotated, Literal

import typer

from engine.cli.accounts import accounts
from engine.cli.appeals import appeals
from engine.cli.audit import audit
from engine.cli.authorisation import AuthorisedCommands
from engine.cli.bodies import bodies
from engine.cli.calendar import calendar
from engine.cli.calls import calls
from engine.cli.consultants import consultants
from engine.cli.demands import demands
from engine.cli.doctor import doctor
from engine.cli.keys import keys
from engine.cli.output import AsJson, as_json
from engine.cli.queue import queue
from engine.cli.recordings import recordings
from engine.cli.render import render
from engine.cli.replay import replay
from engine.cli.retention import retention
from engine.cli.run import demo, run

app = typer.Typer(
    cls=AuthorisedCommands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="The call engine of the contact centre 111. Settings: $IVR111_HOME/settings.toml, or IVR111_NAME.",
    epilog="Exit codes: 0 done, 1 a problem (said on stderr, with what to do), 2 wrong usage.",
)


@app.callback()
def _program(
    lang: Annotated[
        Literal["kk", "ru", "en"],
        typer.Option("--lang", help="Language of what is printed; anywhere on the line. Also IVR111_LANG."),
    ] = "en",
) -> None:
    """Taken from the line before typer reads it (engine/cli/localized_help.py); here for --help."""


app.command()(run)
app.command()(doctor)
app.add_typer(calls, name="calls")
app.add_typer(queue, name="queue")
app.add_typer(consultants, name="consultants")
app.add_typer(recordings, name="recordings")
app.add_typer(demands, name="demands")
app.add_typer(retention, name="retention")
app.add_typer(appeals, name="appeals")
app.add_typer(bodies, name="bodies")
app.add_typer(calendar, name="calendar")
app.add_typer(audit, name="audit")
app.add_typer(accounts, name="accounts")
app.add_typer(keys, name="keys")
app.add_typer(import_module("lab.commands").lab, name="lab")  # by name: the product imports no lab
app.command()(render)
app.command()(replay)
app.command()(demo)

_THEIR_OWN = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command(context_settings=_THEIR_OWN)
def prompts(
    context: typer.Context, words: Annotated[list[str] | None, typer.Argument(hidden=True)] = None
) -> None:
    """What callers hear: check, record, import."""
    from engine.cli.prompts import prompts as own  # noqa: PLC0415 - brings numpy and the sound libraries

    own(args=[*(words or ()), *context.args], prog_name="ivr111 prompts")


@app.command()
def version(json: AsJson = False) -> None:
    """Print the version."""
    from importlib.metadata import PackageNotFoundError  # noqa: PLC0415
    from importlib.metadata import version as installed  # noqa: PLC0415

    try:
        ours = installed("ivr111")
    except PackageNotFoundError:
        ours = "unknown"
    if json:
        as_json({"ivr111": ours})
    else:
        typer.echo(f"ivr111 {ours}")


def main() -> None:
    """The script's entry."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Kazakh letters is no fault
    app(prog_name="ivr111")
