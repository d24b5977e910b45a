"""`ivr111 demands review, listen, correct`: what the second person sees, what was mistyped (A19); edge."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from config.problem import Problem
from config.told import told
from engine.cli.demand_output import demand_id, print_demand, with_services
from engine.cli.options import (
    DemandId,
    LanguageOfCall,
    LetterCall,
    LetterConsultant,
    LetterDay,
    LetterPhone,
    LetterRegistration,
    LetterSince,
    LetterUntil,
)
from engine.cli.output import AsJson, as_json, hint, one_line, plain_words, say, table

if TYPE_CHECKING:
    from engine.evidence.services import EvidenceServices
    from recordings.demands.demand import Demand
    from recordings.finding.criteria import FoundCall

Without = Annotated[list[str] | None, typer.Option(help="A field the letter does not name; may be repeated.")]
COLUMNS = ("no.", "began", "length", "consultant", "language", "recording", "state", "call")


@plain_words()
def review(demand: DemandId, json: AsJson = False) -> None:
    """Show what would be handed over: of each conversation when, how long, with whom; logged."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.demand_json import alarms, conversations, outcome  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who, now = actor(settings, Right.DEMANDS), datetime.now(UTC)

    async def question(evidence: "EvidenceServices") -> "tuple[Demand, list[FoundCall]]":
        return await evidence.demands.review(demand_id(demand), who, now)

    found, calls = with_services(settings, question)
    rows = conversations(found, calls, settings.zone)
    if json:
        names = ("number", "began", "length", "consultant", "language", "recording", "state", "call_id")
        as_json({"demand": found.name, "conversations": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    for line in outcome(found, settings.zone, now):
        typer.echo(one_line(hint(line)))
    if rows:
        table(COLUMNS, rows)
        say("hear one: ivr111 demands listen {id} NO. --out FILE", id=found.id)
    for line in alarms(found):
        typer.secho(one_line(hint(line)), fg="red", bold=True)


@plain_words()
def listen(
    demand: DemandId,
    number: Annotated[int, typer.Argument(min=1, help="Which conversation, as `demands review` counts.")],
    out: Annotated[str, typer.Option(help="File to write, or - for standard output.")] = "-",
    from_: Annotated[str, typer.Option("--from", help="Begin there: 50:00, or seconds.")] = "0",
    to: Annotated[str, typer.Option(help="... and end there.")] = "",
) -> None:
    """Hear a conversation of a demand before it is approved; logged as a listening of yours."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.demand_json import conversations  # noqa: PLC0415
    from engine.cli.recordings import play  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.DEMANDS)

    async def question(evidence: "EvidenceServices") -> "tuple[Demand, list[FoundCall]]":
        return await evidence.demands.review(demand_id(demand), who, datetime.now(UTC))

    found, calls = with_services(settings, question)
    rows = conversations(found, calls, settings.zone)
    if number > len(rows):
        raise Problem(
            told(
                "{name} covers {count} conversations; see: ivr111 demands review {id}",
                name=found.name,
                count=len(rows),
                id=found.id,
            )
        )
    recording = rows[number - 1][5]
    if not recording:
        raise Problem(
            told("conversation {number} of {name} has no recording", number=number, name=found.name)
        )
    play(recording=recording, from_=from_, to=to, out=out, reason=f"{found.name}: review")


@plain_words()
def correct(
    demand: DemandId,
    reason: Annotated[str, typer.Option(help="What was mistyped, and how the letter has it.")],
    number: LetterPhone = "",
    day: LetterDay = "",
    since: LetterSince = "",
    until: LetterUntil = "",
    consultant: LetterConsultant = "",
    language: LanguageOfCall = None,
    registration: LetterRegistration = "",
    call: LetterCall = "",
    without: Without = None,
    json: AsJson = False,
) -> None:
    """Put right what was mistyped from the letter; it is to be searched anew. Who does it cannot approve."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.demand_input import corrected  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings, now = Settings(), datetime.now(UTC)
    who = actor(settings, Right.DEMANDS)
    fields = {
        "number": number, "day": day, "since": since, "until": until, "consultant": consultant,
        "language": language or "", "registration": registration, "call": call,
    }  # fmt: skip

    async def question(evidence: "EvidenceServices") -> "Demand":
        id_ = demand_id(demand)
        known = (await evidence.demands.get(id_)).letter.criteria
        wanted = corrected(known, fields, without or (), settings.zone, now)
        return await evidence.demands.correct(id_, wanted, who, now, reason)

    print_demand(with_services(settings, question), settings, json)
