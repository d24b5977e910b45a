"""`ivr111 audit`: who heard, saw or took what, and why; reading it is logged too (A5, A18); edge."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, clock, one_line, plain_words, say, table
from engine.cli.verify import Folders, folders
from recordings.model.access_entry import Action, Result
from recordings.model.timestamps import json_text

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from engine.evidence.services import EvidenceServices
    from recordings.model.access_entry import Access
    from recordings.model.hash_chain import Link

    Ended = dict[str, tuple[Result, str]]  # by entry id: how it ended, and why

audit = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The access log: read, verify, export.")

Since = Annotated[str, typer.Option(help="From then on: 28.11.2026, or 2026-11-28T14:05.")]
Until = Annotated[str, typer.Option(help="Before then; a date includes that day.")]
About = Annotated[str, typer.Option(help="A call's, recording's or demand's id.")]


@audit.command("list")
@plain_words()
def list_(
    since: Since = "",
    until: Until = "",
    person: Annotated[str, typer.Option(help="The person's name or system user.")] = "",
    action: Annotated[Action | None, typer.Option(help="What was done.")] = None,
    about: About = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    json: AsJson = False,
) -> None:
    """List entries, the newest last. That you read them is written first."""
    found, ended, zone = _read(since, until, person, action, about, limit)
    if json:
        as_json([_described(link, ended, zone) for link in found])
    elif not found:
        say("no such entries")
    else:
        columns = ("seq", "at", "person", "action", "result", "about", "reason")
        table(columns, [tuple(one_line(cell) for cell in _row(link, ended, zone)) for link in found])


@audit.command()
@plain_words()
def export(
    out: Annotated[str, typer.Option(help="File to write (JSON), or - for standard output.")],
    since: Since = "",
    until: Until = "",
    about: About = "",
) -> None:
    """Write out who saw what, when and why: what a breach notice needs within one working day."""
    found, ended, zone = _read(since, until, "", None, about, 10_000_000)
    import json as js  # noqa: PLC0415

    text = js.dumps([_described(link, ended, zone) for link in found], ensure_ascii=False, indent=1)
    if out == "-":
        typer.echo(text)
    else:
        from engine.cli.file_rights import written_own  # noqa: PLC0415

        with written_own(Path(out)) as file:
            file.write(f"{text}\n".encode())
        say("{count} entries: {out}", count=len(found), out=out)


@audit.command()
@plain_words()
def verify(statements: Folders = [], json: AsJson = False) -> None:  # noqa: B006 - typer makes a new one
    """Check the access log's chain against itself and the heads in all signed statements."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.file_rights import brought, own_rights  # noqa: PLC0415
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.evidence.verify_all import stated  # noqa: PLC0415
    from recordings.access.log import access_faults  # noqa: PLC0415

    ticker = ProgressLine("verifying", "entries")
    with own_rights():
        folders(statements)

    async def question(evidence: "EvidenceServices") -> tuple[list[str], int]:
        compared, public = await stated(evidence, None, copies), evidence.keys.public()
        faults, entries = await access_faults(evidence.database, compared.sound, public, ticker)
        return [*compared.lines, *faults], entries

    with brought(statements) as copies:
        faults, entries = with_evidence(Settings(), question)
    ticker.done()
    if json:
        as_json({"entries": entries, "faults": faults})
    else:
        for line in faults:
            typer.echo(line)
        if faults:
            say("{entries:,} entries of the access log: {faults} faults", entries=entries, faults=len(faults))
        else:
            say("{entries:,} entries of the access log: nothing altered", entries=entries)
    if faults:
        raise typer.Exit(1)


def _read(
    since: str, until: str, person: str, action: Action | None, about: str, limit: int
) -> "tuple[list[Link[Access]], Ended, ZoneInfo]":
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.dates import moment  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.access.log import accesses, results  # noqa: PLC0415

    settings, now = Settings(), datetime.now(UTC)
    who = actor(settings, Right.READ_LOG)
    try:
        first = moment(since, settings.zone, now) if since else None
        last = moment(until, settings.zone, now, end=True) if until else None
    except ValueError as why:
        raise typer.BadParameter(str(why)) from None

    async def question(evidence: "EvidenceServices") -> "tuple[list[Link[Access]], Ended]":
        said = ", ".join(part for part in (since, until, person, action or "", about) if part)
        await evidence.access.note(who, Action.READ_LOG, [f"access log: {said or 'newest entries'}"])
        found = await accesses(evidence.database, first, last, person, action, about, limit)
        return found, await results(evidence.database, found)

    return *with_evidence(settings, question), settings.zone


def _described(link: "Link[Access]", ended: "Ended", zone: "ZoneInfo") -> dict[str, object]:
    """As it is hashed (`at`: UTC), and beside it the centre's time and how it ended."""
    from dataclasses import asdict  # noqa: PLC0415

    result, why = _ended(link, ended)
    local = _moment(link)
    return {
        "seq": link.seq,
        **asdict(link.entry),
        "at_local": json_text(local, zone),
        "result": result,
        "result_reason": why,
        "previous": link.previous,
        "hash": link.hash,
    }


def _row(link: "Link[Access]", ended: "Ended", zone: "ZoneInfo") -> tuple[str, ...]:
    entry, at = link.entry, _moment(link)
    who = f"{entry.person} ({entry.system_user})"
    when = clock(at, zone) if at is not None else entry.at
    result = _ended(link, ended)[0] or ""
    return str(link.seq), when, who, spoken(entry.action), spoken(result), entry.subject, entry.reason


def _ended(link: "Link[Access]", ended: "Ended") -> "tuple[Result | None, str]":
    """None for an entry that only tells of another."""
    if link.entry.action in (Action.NOT_DONE, Action.LATE):
        return None, ""
    if link.entry.action == Action.SIGN_IN_REFUSED:
        return Result.REFUSED, link.entry.reason
    return ended.get(link.entry.entry_id, (Result.DONE, ""))


def _moment(link: "Link[Access]") -> datetime | None:
    """None where somebody altered it: then the text itself is shown."""
    try:
        at = datetime.fromisoformat(link.entry.at)
    except ValueError:
        return None
    return at if at.tzinfo else None
