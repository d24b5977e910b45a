"""`ivr111 recordings find`: conversations by date and number; each search is logged (C6); edge."""

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.options import (
    BeforeThen,
    ConsultantOfCall,
    DayOfCentre,
    LanguageOfCall,
    RequiredReason,
    require_reason,
)
from engine.cli.output import AsJson, as_json, plain_words, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from engine.evidence.services import EvidenceServices
    from recordings.finding.criteria import Criteria, FoundCall
    from recordings.model.access_entry import Actor


@plain_words()
def find(
    number: Annotated[str, typer.Option(help="The caller's number, written in any way.")] = "",
    withheld: Annotated[bool, typer.Option("--withheld", help="Calls whose number was withheld.")] = False,
    day: DayOfCentre = "",
    since: Annotated[str, typer.Option(help="From then on: 28.11.2026, or 2026-11-28T14:05.")] = "",
    until: BeforeThen = "",
    consultant: ConsultantOfCall = "",
    language: LanguageOfCall = None,
    longer: Annotated[float | None, typer.Option(help="Recorded at least so many seconds.")] = None,
    shorter: Annotated[float | None, typer.Option(help="Recorded at most so many seconds.")] = None,
    registration: Annotated[str, typer.Option(help="Registration number of an appeal.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many calls, the oldest.")] = 100,
    unmask: Annotated[bool, typer.Option("--unmask", help="Show callers' numbers.")] = False,
    reason: RequiredReason = "",
    json: AsJson = False,
) -> None:
    """Find conversations, by date and caller's number first. Times are the centre's."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.TAKE_OUT if unmask else Right.FIND)
    require_reason(reason)
    rest = {"withheld": withheld, "language": language, "longer": longer, "shorter": shorter, "limit": limit}
    named = {"number": number, "consultant": consultant, "registration": registration}
    wanted = _criteria(settings.zone, day, since, until, **rest, **{k: v or None for k, v in named.items()})
    _tell(_found(settings, who, wanted, unmask, reason), settings.zone, unmask, json)


def _criteria(zone: tzinfo, day: str, since: str, until: str, **named: Any) -> "Criteria":
    """Raises BadParameter, with what to write."""
    from engine.cli.dates import moment, whole_day  # noqa: PLC0415
    from recordings.finding.criteria import Criteria  # noqa: PLC0415
    from recordings.privacy.phone_number import NotAPhoneNumber, read_number  # noqa: PLC0415

    now = datetime.now(UTC)
    try:
        wanted = Criteria(
            day=whole_day(day, zone, now)[0].date() if day else None,
            since=moment(since, zone, now) if since else None,
            until=moment(until, zone, now, end=True) if until else None,
            **named,
        )
    except ValueError as why:
        raise typer.BadParameter(str(why)) from None
    if wanted.number:
        try:
            read_number(wanted.number)
        except NotAPhoneNumber as why:
            raise typer.BadParameter(str(why), param_hint="--number") from None
    return wanted


def _found(
    settings: "Settings", who: "Actor", wanted: "Criteria", unmask: bool, reason: str
) -> "list[FoundCall]":
    """Noted in the access log before anything is found, and before numbers are shown."""
    from engine.cli.recording_json import spoken_search  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    async def question(evidence: "EvidenceServices") -> "list[FoundCall]":
        await evidence.access.note(who, Action.SEARCHED, [spoken_search(wanted)], reason)
        found = await evidence.finder.find(wanted)
        if unmask and found:
            await evidence.access.note(who, Action.UNMASKED, [one.call.call_id for one in found], reason)
        return found

    return with_evidence(settings, question)


def _tell(found: "Sequence[FoundCall]", zone: tzinfo, unmask: bool, json: bool) -> None:
    from engine.cli.recording_json import described, row  # noqa: PLC0415

    if json:
        as_json([described(one, zone, unmask) for one in found])
        return
    if not found:
        say("nothing found")
        return
    columns = ("arrived", "call", "caller", "consultant", "language", "recording", "length", "state")
    table(columns, [line for one in found for line in row(one, zone, unmask)])
