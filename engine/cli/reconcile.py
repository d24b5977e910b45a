"""`ivr111 recordings reconcile`: whether every answered conversation is a playable recording (A19); edge."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, clock, plain_words, say

if TYPE_CHECKING:
    from engine.evidence.services import Evidence
    from recordings.model.gap import Compared


@plain_words()
def reconcile(
    since: Annotated[str, typer.Option(help="Conversations from then on; default: two days ago.")] = "",
    until: Annotated[str, typer.Option(help="Before then; a date includes that day.")] = "",
    day: Annotated[str, typer.Option(help="One civil day: 28.11.2026, today, yesterday.")] = "",
    json: AsJson = False,
) -> None:
    """Compare answered conversations with playable recordings, now; exit code 1 when there is a gap."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.dates import moment, whole_day  # noqa: PLC0415
    from engine.cli.progress import Ticker  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from recordings.completeness.service import Completeness  # noqa: PLC0415

    settings, now = Settings(), datetime.now(UTC)
    try:
        if day:
            first, last = whole_day(day, settings.zone, now)
        else:
            first = moment(since, settings.zone, now) if since else now - timedelta(days=2)
            last = moment(until, settings.zone, now, end=True) if until else now
    except ValueError as why:
        raise typer.BadParameter(str(why)) from None
    ticker = Ticker("comparing", "conversations")

    async def question(evidence: "Evidence") -> "Compared":
        service = Completeness(evidence.database, settings.audio, settings.sealed, settings.zone, ticker)
        return await service.compare(first, last, datetime.now(UTC))

    found = with_evidence(settings, question)
    ticker.done()
    if json:
        as_json(
            {
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
        )
    else:
        for gap in found.gaps:
            say(
                "{at}  {kind:12}  {recording_id}  {detail}",
                at=clock(gap.at, settings.zone),
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
    if found.gaps:
        raise typer.Exit(1)
