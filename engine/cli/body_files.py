"""`ivr111 bodies import` and `export`: the directory as CSV and XLSX, all or nothing (A20); edge."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from config.told import told
from engine.cli.output import AsJson, as_json, hint, plain_words, say
from engine.cli.register_asking import administrator, asked, settings_of_line

if TYPE_CHECKING:
    from appeals.bodies.plan import ImportPlan
    from engine.register.services import RegisterServices


@plain_words()
def import_(
    file: Annotated[Path, typer.Argument(help="The file: CSV in UTF-8, or XLSX, as export writes it.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change; write nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Enter a file of bodies and contacts, all of it, or with any fault nothing; nothing is deleted."""
    from engine.cli.file_rights import read_own  # noqa: PLC0415 - `--help` waits for none of these

    settings = settings_of_line()
    who = administrator(settings)
    content = read_own(file)

    async def question(register: "RegisterServices") -> "ImportPlan":
        directory = register.directory
        return await (
            directory.plan(content) if dry_run else directory.import_(content, who, datetime.now(UTC))
        )

    found = asked(settings, question)
    if json:
        as_json(_described(found, dry_run))
    else:
        _tell(found, dry_run)
    if found.faults:
        raise typer.Exit(1)


@plain_words()
def export(
    out: Annotated[Path, typer.Option(help="The file to write, or - for standard output.")],
    form: Annotated[Literal["csv", "xlsx", ""], typer.Option(help="Default: by the file's name.")] = "",
) -> None:
    """Write the whole directory into a file that import reads."""
    from engine.cli.file_rights import written_own  # noqa: PLC0415

    settings = settings_of_line()
    wanted = form or ("xlsx" if out.suffix.lower() == ".xlsx" else "csv")
    content = asked(settings, lambda register: register.directory.exported(wanted))
    if str(out) == "-":
        sys.stdout.buffer.write(content)
        return
    with written_own(out) as file:
        file.write(content)
    say("written: {file}", file=out)


def _tell(found: "ImportPlan", dry_run: bool) -> None:
    for one in found.faults:
        typer.echo(hint(_line(one.line, one.why)))
    if found.faults:
        say("faults: {count}; nothing was written", count=len(found.faults))
        return
    counts: dict[str, object] = {**_counts(found)}
    said = told(
        "bodies: {added} new, {changed} changed; contacts: {contacts_added} new, {contacts_changed} changed",
        **counts,
    )
    typer.echo(hint(said))
    if dry_run:
        say("nothing was written: this was a dry run")


def _line(line: int, why: str) -> str:
    return told("line {line}: {why}", line=line, why=why)


def _counts(found: "ImportPlan") -> dict[str, int]:
    return {
        "added": found.added,
        "changed": len(found.bodies) - found.added,
        "contacts_added": found.contacts_added,
        "contacts_changed": len(found.contacts) - found.contacts_added,
    }


def _described(found: "ImportPlan", dry_run: bool) -> dict[str, object]:
    return {
        "written": not dry_run and not found.faults,
        **_counts(found),
        "faults": [{"line": one.line, "why": str(one.why)} for one in found.faults],
    }
