"""`ivr111 recordings verify`: chain, statements, rows and files; what was altered is named; edge."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.problem import Problem
from config.told import told
from engine.cli.output import AsJson, as_json, plain_words, say

if TYPE_CHECKING:
    from engine.evidence.services import EvidenceServices
    from engine.evidence.verify_all import VerifiedCounts

PublicKey = Annotated[str, typer.Option(help="The statements' key from outside: 64 hex digits or a file.")]
Folders = Annotated[
    list[Path],
    typer.Option(
        "--statements", help="A folder with copies of statements kept elsewhere; may be given several times."
    ),
]


def folders(given: list[Path]) -> list[Path]:
    """Raises Problem for one that is not there, or holds no statement: nothing would be compared."""
    for folder in given:
        if not folder.is_dir() or not any(folder.glob("*.json")):
            raise Problem(
                told(
                    "{folder} holds no statements (DAY-SEQ.json); see: ivr111 recordings statements",
                    folder=folder,
                )
            )
    return given


@plain_words()
def verify(
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every sealed file too: hash, each chunk, the sound.")
    ] = False,
    public_key: PublicKey = "",
    statements: Folders = [],  # noqa: B006 - typer makes a new one
    json: AsJson = False,
) -> None:
    """Check that nothing was altered, moved, cut off or taken away; exit code 1 when something was."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.file_rights import brought, own_rights  # noqa: PLC0415
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.evidence.verify_all import VerifiedCounts, all_faults  # noqa: PLC0415
    from recordings.package.verify_package import read_key  # noqa: PLC0415

    settings = Settings()
    try:
        with own_rights():
            key = read_key(public_key) if public_key else None
            folders(statements)
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint="--public-key") from None
    ticker = ProgressLine("verifying", "entries")
    checked = VerifiedCounts()

    async def question(evidence: "EvidenceServices") -> list[str]:
        found: AsyncIterator[str] = all_faults(evidence, key, deep, checked, ticker, copies)
        return [line async for line in found]

    with brought(statements) as copies:
        faults = with_evidence(settings, question)
    ticker.done()
    if json:
        as_json(_described(checked, faults))
    else:
        _tell(checked, faults, deep=deep)
    if faults:
        raise typer.Exit(1)


def _described(checked: "VerifiedCounts", faults: list[str]) -> dict[str, Any]:
    return {
        "entries": checked.entries,
        "statements": checked.statements,
        "files": checked.files,
        "row_entries": checked.rows.entries,
        "rows": checked.rows.rows,
        "notes": checked.rows.notes,
        "faults": faults,
    }


def _tell(checked: "VerifiedCounts", faults: list[str], *, deep: bool) -> None:
    for line in faults:
        typer.echo(line)
    for note in checked.rows.notes:
        say("note: {note}", note=note)
    read = told("{files:,} sealed files read", files=checked.files)
    say(
        "{entries:,} entries of the chain, {rows:,} rows with {row_entries:,} entries, "
        "{statements:,} statements; {files}: {outcome}",
        entries=checked.entries,
        rows=checked.rows.rows,
        row_entries=checked.rows.entries,
        statements=checked.statements,
        files=read if deep else told("files were not read (--deep)"),
        outcome=told("{count} faults", count=len(faults)) if faults else told("nothing altered"),
    )
