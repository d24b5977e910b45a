"""`ivr111 recordings statement`: what the centre states of a day, signed; edge."""

from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.problem import Problem
from config.told import told
from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, clock, plain_words, say, table
from engine.cli.output import day as day_

if TYPE_CHECKING:
    from engine.evidence.services import EvidenceServices
    from recordings.model.statement import Statement


@plain_words()
def statement(
    day: Annotated[str, typer.Option(help="A civil day that is over: 28.11.2026, yesterday.")] = "",
    now: Annotated[bool, typer.Option("--now", help="State what stands in the chain until now.")] = False,
    out: Annotated[str, typer.Option(help="Folder to write the statement and its signature to.")] = "",
    json: AsJson = False,
) -> None:
    """Show a day's signed statement, making it when there is none yet."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.file_rights import own_rights  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.chain.statement_files import write_files  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings, moment = Settings(), datetime.now(UTC)
    civil = _civil_day(settings.zone, day, now, moment)
    who = actor(settings, Right.STATE)

    async def question(evidence: "EvidenceServices") -> "Statement":
        service = evidence.statements
        await evidence.access.note(who, Action.STATED, [f"statement of {day or 'now'}"])
        made = await (service.nightly(civil, moment) if civil is not None else service.interim(moment))
        write_files(settings.statements_dir, made)
        return made

    made = with_evidence(settings, question)
    with own_rights():
        written = write_files(Path(out), made) if out else None
    if json:
        as_json({**made.facts(), "signature": made.signature})
        return
    _tell(made, settings.zone)
    if written:
        say("written: {written} and its .sig", written=written)


def _civil_day(zone: tzinfo, day: str, now: bool, moment: datetime) -> date | None:
    """The day that is stated; None for what stands until now. Raises BadParameter, Problem."""
    from engine.cli.dates import whole_day  # noqa: PLC0415

    if bool(day) == now:
        raise typer.BadParameter(told("say either --day or --now"), param_hint="--day")
    if not day:
        return None
    try:
        civil, end = whole_day(day, zone, moment)
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint="--day") from None
    if end > moment:
        raise Problem(told("that day is not over: its statement is made afterwards; until then: --now"))
    return civil.date()


def _tell(made: "Statement", zone: tzinfo) -> None:
    facts = made.facts()
    gaps, chain = facts["gaps"], facts["chain"]
    assert isinstance(gaps, list)
    assert isinstance(chain, dict)
    say(
        "statement {seq} of {day} ({kind}), made {made_at}",
        seq=made.seq,
        day=day_(date.fromisoformat(made.day)),
        kind=told(made.kind),
        made_at=clock(datetime.fromisoformat(str(facts["made_at"])), zone),
    )
    say(
        "conversations {conversations}, recordings {recordings}, gaps {count}",
        conversations=facts["conversations"],
        recordings=facts["recordings"],
        count=len(gaps),
    )
    for gap in gaps:
        say("  {kind}  {what}", kind=told(gap["kind"]), what=gap["recording_id"] or gap["call_id"])
    say("chain {first} to {last}, root {root}", first=chain["first"], last=chain["last"], root=chain["root"])
    say("signature {signature}", signature=made.signature)


@plain_words()
def statements(json: AsJson = False) -> None:
    """List all signed statements."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415

    async def question(evidence: "EvidenceServices") -> "list[Statement]":
        return await evidence.statements.all()

    found = with_evidence(Settings(), question)
    if json:
        as_json([{**one.facts(), "signature": one.signature} for one in found])
        return
    if not found:
        say("no statements yet")
        return
    rows = []
    for one in found:
        facts = one.facts()
        gaps = facts["gaps"]
        assert isinstance(gaps, list)
        figures = (str(facts["conversations"]), str(facts["recordings"]), str(len(gaps)))
        rows.append(
            (
                str(one.seq),
                day_(date.fromisoformat(one.day)),
                spoken(one.kind),
                *figures,
                f"{one.first_seq}-{one.last_seq}",
            )
        )
    table(("seq", "day", "kind", "conversations", "recordings", "gaps", "chain"), rows)
