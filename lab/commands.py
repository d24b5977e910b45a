"""`ivr111 lab`: invented calls for drills and for learning; never beside real ones; edge."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.told import told
from engine.cli.output import AsJson, as_json, plain_words, say

if TYPE_CHECKING:
    from engine.evidence.services import EvidenceServices
    from lab.fill import Filled

lab = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Invented calls, for drills and learning."
)


FirstDay = Annotated[str, typer.Option(help="First day; the change of the offset lies in March 2024.")]


@lab.callback()
def together() -> None:
    """Invented calls, for drills and learning."""


@lab.command()
@plain_words()
def fill(
    calls: Annotated[int, typer.Option(min=1, help="So many calls.")] = 1000,
    with_audio: Annotated[int, typer.Option(min=0, help="So many of them with sound, really sealed.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed, the same calls.")] = 111,
    since: FirstDay = "2023-12-01",
    until: Annotated[str, typer.Option(help="Last day; default: the day before yesterday.")] = "",
    json: AsJson = False,
) -> None:
    """Fill an empty home ($IVR111_HOME) with invented calls."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.dates import whole_day  # noqa: PLC0415
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from lab.fill import fill as write  # noqa: PLC0415
    from lab.fill_plan import Plan  # noqa: PLC0415

    settings, now = Settings(), datetime.now(UTC)
    try:
        first = whole_day(since, settings.zone, now)[0].date()
        last = whole_day(until, settings.zone, now)[0].date() if until else now.date() - timedelta(days=2)
    except ValueError as why:
        raise typer.BadParameter(str(why)) from None
    if last < first:
        raise typer.BadParameter(told("the last day lies before the first"), param_hint="--until")
    plan = Plan(calls, min(with_audio, calls), seed, first, last, settings.zone)
    filling, sealing = ProgressLine("filling", "calls"), ProgressLine("sealing", "recordings")

    async def question(evidence: "EvidenceServices") -> "Filled":
        return await write(evidence, plan, filling, sealing)

    filled = with_evidence(settings, question, first=True)
    filling.done()
    facts: dict[str, Any] = {"calls": filled.calls, "sealed": filled.sealed, "generated": filled.generated}
    if json:
        as_json({**facts, "seed": seed})
    else:
        say("{calls:,} calls, {sealed:,} sealed recordings, {generated:,} without audio", **facts)
