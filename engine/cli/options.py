"""Options and arguments that several commands share, each with the words of its help."""

from typing import Annotated, Literal

import typer

from config.told import told

ConsultantOfCall = Annotated[str, typer.Option(help="Who spoke with the caller, for instance c101.")]
LanguageOfCall = Annotated[Literal["kk", "ru"] | None, typer.Option(help="Language of the call.")]
DayOfCentre = Annotated[str, typer.Option(help="A civil day of the centre: 28.11.2026, today, yesterday.")]
BeforeThen = Annotated[str, typer.Option(help="Before then; a date includes that day.")]
RequiredReason = Annotated[str, typer.Option(help="Why; required, and kept in the access log.")]
RecordingId = Annotated[str, typer.Argument(help="The recording's id.")]

DemandId = Annotated[str, typer.Argument(help="The demand: 42, or 111-D-000042.")]
# What a letter says of the conversation it asks for.
LetterPhone = Annotated[str, typer.Option(help="The citizen's phone number, as the letter writes it.")]
LetterDay = Annotated[str, typer.Option(help="The day of the conversation: 28.11.2026.")]
LetterSince = Annotated[str, typer.Option(help="The conversation was after: 28.11.2026 14:05.")]
LetterUntil = Annotated[str, typer.Option(help="... and before.")]
LetterConsultant = Annotated[str, typer.Option(help="Who spoke, for instance c101.")]
LetterRegistration = Annotated[str, typer.Option(help="Registration number of the appeal.")]
LetterCall = Annotated[str, typer.Option(help="The call's id.")]
LetterWithheld = Annotated[bool, typer.Option("--withheld", help="The call came with its number withheld.")]


def require_reason(reason: str) -> None:
    """Raises BadParameter: what is done here is written down with its reason (A5)."""
    if not reason.strip():
        raise typer.BadParameter(told("say why; it is kept in the access log"), param_hint="--reason")
