"""`ivr111 demands register`: a letter typed in, or asked for field by field; edge."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.problem import Problem
from config.told import N_, told
from engine.cli.demand_output import Confirm, doubts, print_demand, with_services
from engine.cli.language import spoken
from engine.cli.options import (
    LanguageOfCall,
    LetterCall,
    LetterConsultant,
    LetterDay,
    LetterPhone,
    LetterRegistration,
    LetterSince,
    LetterUntil,
    LetterWithheld,
)
from engine.cli.output import AsJson, hint, plain_words, say
from engine.cli.questions import confirm_or_abort

if TYPE_CHECKING:
    from config.settings import Settings
    from engine.evidence.services import EvidenceServices
    from recordings.demands.demand import Demand, Letter


@plain_words()
def register(
    authority: Annotated[str, typer.Option(help="Who demands; see: demands authorities.")] = "",
    basis: Annotated[str, typer.Option(help="The legal basis; see: demands bases.")] = "",
    letter_number: Annotated[str, typer.Option(help="The letter's number.")] = "",
    letter_date: Annotated[str, typer.Option(help="The date it bears: 28.11.2026.")] = "",
    number: LetterPhone = "",
    day: LetterDay = "",
    withheld: LetterWithheld = False,
    since: LetterSince = "",
    until: LetterUntil = "",
    consultant: LetterConsultant = "",
    language: LanguageOfCall = None,
    registration: LetterRegistration = "",
    call: LetterCall = "",
    asked: Annotated[str, typer.Option(help="What is asked, in the letter's words.")] = "",
    asked_file: Annotated[str, typer.Option(help="... from a file; - for standard input.")] = "",
    received: Annotated[str, typer.Option(help="When the letter came in; default: now.")] = "",
    due: Annotated[str, typer.Option(help="The letter's own term; default: the basis has one.")] = "",
    responsible: Annotated[str, typer.Option(help="System user; default: you.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Enter the same letter once more.")] = False,
    confirm: Confirm = None,
    search: Annotated[bool, typer.Option("--search", help="Search at once.")] = False,
    json: AsJson = False,
) -> None:
    """Enter a letter; on a terminal what is not given is asked for. The clock starts with its receipt."""
    fields = {
        "authority": authority, "basis": basis, "letter_number": letter_number, "letter_date": letter_date,
        "number": number, "day": day, "since": since, "until": until, "consultant": consultant,
        "registration": registration, "call": call, "asked": asked, "received": received, "due": due,
        "responsible": responsible,
    }  # fmt: skip
    _register(fields, language, withheld, asked_file, confirm, again=again, search=search, json=json)


def _register(
    fields: dict[str, str],
    language: str | None,
    withheld: bool,
    asked_file: str,
    confirm: list[str] | None,
    *,
    again: bool,
    search: bool,
    json: bool,
) -> None:
    """The letter of these fields, by their options' names, entered; what became of it is told."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.demand_input import typed  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who, now = actor(settings, Right.DEMANDS), datetime.now(UTC)
    fields = {
        **fields,
        "asked": _asked(fields["asked"], asked_file),
        "responsible": fields["responsible"] or who.system_user,
    }
    if sys.stdin.isatty() and not fields["authority"]:
        fields = _ask_for(fields, settings)
    letter = typed(fields, language, withheld, settings.zone, now)

    confirmed = doubts(confirm)
    if sys.stdin.isatty() and not json:
        confirmed += _asked_back(settings, letter, now, confirmed)

    async def question(evidence: "EvidenceServices") -> "Demand":
        made = await evidence.demands.register(letter, who, now, again=again, confirmed=confirmed)
        if search and made.state == "received":
            made = await evidence.demands.search(made.id, who, datetime.now(UTC))
        return made

    print_demand(with_services(settings, question), settings, json)


def _asked_back(settings: "Settings", letter: "Letter", now: datetime, confirmed: list[str]) -> list[str]:
    """Doubts the person says the letter has so; ends the command where one was a slip."""
    from recordings.demands.question import open_ones, sentence  # noqa: PLC0415

    asked = with_services(settings, lambda evidence: evidence.demands.questions(letter, now))
    for one in open_ones(asked, confirmed):
        typer.echo(hint(sentence(one, settings.zone)), err=True)
        confirm_or_abort(N_("does the letter really say so?"), err=True)
    return [str(one.doubt) for one in asked]


def _ask_for(fields: dict[str, str], settings: "Settings") -> dict[str, str]:
    for one in settings.authorities:
        say("  {id:20} {name_ru}", id=one.id, name_ru=one.name_ru, err=True)
    for basis in settings.bases:
        say("  {id:20} {law_ru}", id=basis.id, law_ru=basis.law_ru, err=True)
    asked = {
        "authority": N_("Authority"),
        "basis": N_("Legal basis"),
        "letter_number": N_("Number of the letter"),
        "letter_date": N_("Date of the letter (28.11.2026)"),
        "number": N_("Phone number (empty: none named)"),
        "day": N_("Day of the conversation (empty: none named)"),
        "asked": N_("What is asked"),
        "due": N_("Term named in the letter (empty: none)"),
    }
    return {
        **fields,
        **{
            name: fields[name] or typer.prompt(spoken(text), default="", show_default=False)
            for name, text in asked.items()
        },
    }


def _asked(asked: str, file: str) -> str:
    if not file:
        return asked
    from engine.cli.file_rights import read_own  # noqa: PLC0415

    try:
        return sys.stdin.read() if file == "-" else read_own(Path(file)).decode()
    except UnicodeDecodeError:
        raise Problem(told("{file} is no text in UTF-8", file=file)) from None
    except OSError as why:
        raise Problem(told("{file} cannot be read: {strerror}", file=file, strerror=why.strerror)) from why
