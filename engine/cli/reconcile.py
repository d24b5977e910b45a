"""`ivr111 recordings reconcile`: whether every answered conversation is a playable recording (A19); edge."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.language import spoken
from engine.cli.options import BeforeThen
from engine.cli.output import AsJson, as_json, clock, plain_words, say

if TYPE_CHECKING:
    from engine.evidence.services import EvidenceServices
    from recordings.model.gap import Comparison


@plain_words()
def reconcile(
    since: Annotated[str, typer.Option(help="Conversations from then on; default: two days ago.")] = "",
    until: BeforeThen = "",
    day: Annotated[str, typer.Option(help="One civil day: 28.11.2026, today, yesterday.")] = "",
    json: AsJson = False,
) -> None:
    """Compare answered conversations with playable recordings, now; exit code 1 when there is a gap."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from recordings.completeness.service import Completeness  # noqa: PLC0415

    settings = Settings()
    first, last = _span(settings.zone, since, until, day)
    ticker = ProgressLine("comparing", "conversations")

    async def question(evidence: "EvidenceServices") -> "Comparison":
        service = Completeness(evidence.database, settings.audio, settings.sealed, settings.zone, ticker)
        return await service.compare(first, last, datetime.now(UTC))

    found = with_evidence(settings, question)
    ticker.done()
    if json:
        as_json(_described(found, first, last))
    else:
        _tell(found, settings.zone)
    if found.gaps:
        raise typer.Exit(1)


def _span(zone: tzinfo, since: str, until: str, day: str) -> tuple[datetime, datetime]:
    """From and to, aware; the last two days when nothing is said. Raises BadParameter."""
    from engine.cli.dates import moment, whole_day  # noqa: PLC0415

    now = datetime.now(UTC)
    try:
        if day:
            return whole_day(day, zone, now)
        first = moment(since, zone, now) if since else now - timedelta(days=2)
        return first, moment(until, zone, now, end=True) if until else now
    except ValueError as why:
        raise typer.BadParameter(str(why)) from None


def _described(found: "Comparison", first: datetime, last: datetime) -> dict[str, Any]:
    return {
        "since": first.isoformat(),
        "until": last.isoformat(),
        "conversations": found.conversations,
        "recordings": found.recordings,
        "generated": found.generated,
        "destroyed": found.destroyed,
        "gaps": [
            {
                "kind": gap.kind,
                "call_id": gap.call_id,
                "recording": gap.recording_id,
                "at": gap.at.isoformat(),
                "detail": gap.detail,
            }
            for gap in found.gaps
        ],
    }


def _tell(found: "Comparison", zone: tzinfo) -> None:
    for gap in found.gaps:
        say(
            "{at}  {kind:12}  {recording_id}  {detail}",
            at=clock(gap.at, zone),
            kind=spoken(gap.kind),
            recording_id=gap.recording_id,
            detail=gap.detail,
        )
    say(
        "{conversations:,} answered conversations, {recordings:,} playable recordings, "
        "{destroyed:,} destroyed under a policy, {gaps:,} gaps",
        conversations=found.conversations,
        recordings=found.recordings,
        destroyed=found.destroyed,
        gaps=len(found.gaps),
    )
    if found.generated:
        say("{count:,} generated without audio", count=found.generated)
