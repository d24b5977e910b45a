"""How the command line speaks: tables, JSON, and problems in plain words; edge."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, Final

import typer

from config.told import told
from engine.cli.language import CHOSEN, DAY, spoken
from recordings.model.access_entry import NOTED

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def as_json(value: object) -> None:
    """Print one JSON value; times must be text already."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say(message: str, /, *, err: bool = False, **fields: object) -> None:
    """Print a sentence in the asker's language, its {names} filled in; it stands in both catalogues."""
    typer.echo(hint(told(message, **fields)), err=err)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: a rich table on a terminal, aligned plain text for everything else.

    Columns are messages; cells stand as they are.
    """
    columns = [spoken(one) for one in columns]
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415 - only a terminal waits for it
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        drawn = Table(*columns)
        for row in rows:
            drawn.add_row(*(Text(cell) for cell in row))  # Text: a name like [red] is a name
        Console().print(drawn)
        return
    widths = [max(len(line[n]) for line in (columns, *rows)) for n in range(len(columns))]
    for line in (columns, *rows):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def print_error(said: str) -> None:
    """Words of ours on stderr, hints as they can be typed here."""
    typer.echo(hint(said), err=True)


def hint(said: str) -> str:
    """The text in the asker's language, with its commands as they can be typed here."""
    from config.typable import typable  # noqa: PLC0415 - most commands have nothing to hint

    return typable(spoken(said))


def one_line(value: str) -> str:
    """Text from outside on one line of a terminal: no control character reaches it."""
    return "".join(ch if ch.isprintable() else "�" for ch in value)


def clock(at: datetime | None, zone: Any, seconds: bool = True) -> str:
    """A moment in the centre's zone for people, to the second; empty when there was none."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{day(local)} {local:%H:%M:%S}" if seconds else f"{day(local)} {local:%H:%M}"


def day(at: date) -> str:
    """A date as the asker's language writes it; English: 2026-11-28."""
    return at.strftime("%Y-%m-%d" if CHOSEN.get() == "en" else DAY)


@contextmanager
def plain_words() -> Iterator[None]:
    """Turns what a person can mend into one line on stderr and exit code 1; a fault of ours stays loud."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except typer.BadParameter as why:
        _unfinished(why)
        why.message = spoken(why.message)
        raise
    except Exception as why:
        _unfinished(why)
        said = _words(why)
        if said is None:
            raise
        print_error(said)
        raise typer.Exit(1) from None


def _unfinished(why: Exception) -> None:
    """What this command noted before it failed did not come about, and the access log says so."""
    noted = NOTED.get()
    if noted:
        from engine.evidence.services import tell_unfinished  # noqa: PLC0415 - only a command that failed waits for it

        entries = list(noted)
        noted.clear()
        tell_unfinished(entries, why)


SPOKEN_ERRORS: Final = frozenset(
    "Problem CommandRefused AccountRefused ConsultantRefused NotReady Unsafe SpeechUnavailable UnknownUser "
    "KeyMissing WrongKey WrongLetter WrongStep "
    "StepForbidden NoSuchDemand RecordingAltered RecordingDestroyed RecordingDiffers "
    "FontMissing WrongRecipient SealerRunning NotIndexed "
    "DemandUnreadable OpenQuestions ReasonMissing ReasonRefused "
    "UnsafePlace NotSigned NoSuchHold NotAllowed ListingUnreadable "
    "AppealRefused FieldsMissing FieldRefused NoSuchAppeal WrongNumber MisheardNumber NumbersUsedUp "
    "AppealUnreadable NotAPhoneNumber "
    "CalendarRefused DirectoryRefused NoSuchBody WrongTable WrongHours NeverWorks NoSuchTerm "
    "WrongPeriod ReportRefused TokenRefused".split()
)


def _words(why: Exception) -> str | None:
    # Found by name: importing every module that may fail would cost each command its start.
    match type(why).__name__:
        case name if name in SPOKEN_ERRORS:
            return str(why)
        case "EngineUnavailable" if isinstance(why.__cause__, PermissionError):
            socket = why.__cause__.filename or "its socket"
            return told("not allowed to ask the engine ({socket}): use sudo", socket=socket)
        case "EngineUnavailable":
            return str(why)
        case "ValidationError" | "SettingsError" | "TOMLDecodeError":
            return _of_settings(why)
    if isinstance(why, PermissionError):
        return told("not allowed to open {file}: use sudo", file=why.filename)
    return None


def _of_settings(why: Exception) -> str | None:
    """Settings in plain words; None for values that are none of theirs: that is a fault of ours."""
    from pydantic import ValidationError  # noqa: PLC0415 - only a fault waits for it

    from config import settings_words  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415

    if isinstance(why, ValidationError):
        return settings_words.words(why, Settings.model_fields) if why.title == "Settings" else None
    if type(why).__name__ == "SettingsError":
        return settings_words.of_source(why)
    return told("the settings file cannot be read as TOML: {why}", why=str(why))
