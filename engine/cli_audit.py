"""`ivr111 audit`: who heard, saw or took what, and why; reading it is logged too (A5, A18)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli_verify import Folders, folders
from engine.show import AsJson, as_json, one_line, plain_words, table
from recordings.access import Action

if TYPE_CHECKING:
    from engine.evidence import Evidence
    from recordings.access import Access
    from recordings.hash_chain import Link

audit = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The access log: read, verify, export.")

Since = Annotated[str, typer.Option(help="From then on: 2026-11-22 or 2026-11-22T14:05.")]
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
    found = _read(since, until, person, action, about, limit)
    if json:
        as_json([_described(link) for link in found])
    elif not found:
        typer.echo("no such entries")
    else:
        columns = ("seq", "at", "person", "action", "about", "reason")
        table(columns, [tuple(one_line(cell) for cell in _row(link)) for link in found])


@audit.command()
@plain_words()
def export(
    out: Annotated[str, typer.Option(help="File to write (JSON), or - for standard output.")],
    since: Since = "",
    until: Until = "",
    about: About = "",
) -> None:
    """Write out who saw what, when and why: what a breach notice needs within one working day."""
    found = _read(since, until, "", None, about, 10_000_000)
    import json as js  # noqa: PLC0415

    text = js.dumps([_described(link) for link in found], ensure_ascii=False, indent=1)
    if out == "-":
        typer.echo(text)
    else:
        from engine.own_rights import written_own  # noqa: PLC0415

        with written_own(Path(out)) as file:
            file.write(f"{text}\n".encode())
        typer.echo(f"{len(found)} entries: {out}")


@audit.command()
@plain_words()
def verify(statements: Folders = [], json: AsJson = False) -> None:  # noqa: B006 - typer makes a new one
    """Check the access log's chain against itself and the heads in all signed statements."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.evidence import with_evidence  # noqa: PLC0415
    from engine.own_rights import brought, own_rights  # noqa: PLC0415
    from engine.progress import Ticker  # noqa: PLC0415
    from engine.verifying import stated  # noqa: PLC0415
    from recordings.access_store import access_faults  # noqa: PLC0415

    ticker = Ticker("verifying", "entries")
    with own_rights():
        folders(statements)

    async def question(evidence: "Evidence") -> tuple[list[str], int]:
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
        typer.echo(
            f"{entries:,} entries of the access log: "
            + (f"{len(faults)} faults" if faults else "nothing altered")
        )
    if faults:
        raise typer.Exit(1)


def _read(
    since: str, until: str, person: str, action: Action | None, about: str, limit: int
) -> "list[Link[Access]]":
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.evidence import with_evidence  # noqa: PLC0415
    from engine.moments import moment  # noqa: PLC0415
    from engine.who import actor  # noqa: PLC0415
    from recordings.access_store import accesses  # noqa: PLC0415

    settings, now = Settings(), datetime.now(UTC)
    who = actor(settings, Right.READ_LOG)
    try:
        first = moment(since, settings.zone, now) if since else None
        last = moment(until, settings.zone, now, end=True) if until else None
    except ValueError as why:
        raise typer.BadParameter(str(why)) from None

    async def question(evidence: "Evidence") -> "list[Link[Access]]":
        said = ", ".join(part for part in (since, until, person, action or "", about) if part)
        await evidence.access.note(who, Action.READ_LOG, [f"access log: {said or 'newest entries'}"])
        return await accesses(evidence.database, first, last, person, action, about, limit)

    return with_evidence(settings, question)


def _described(link: "Link[Access]") -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415

    return {"seq": link.seq, **asdict(link.entry), "previous": link.previous, "hash": link.hash}


def _row(link: "Link[Access]") -> tuple[str, ...]:
    entry = link.entry
    who = f"{entry.person} ({entry.system_user})"
    return str(link.seq), entry.at[:19] + "Z", who, entry.action, entry.subject, entry.reason
