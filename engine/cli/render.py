"""`ivr111 render`: our parts for a site with an Asterisk of its own; edge."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.problem import Problem
from config.told import told
from engine.cli.output import AsJson, as_json, plain_words, say

if TYPE_CHECKING:
    from config.settings import Settings
    from engine.install.site_folder import FileChange


@plain_words()
def render(
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="Folder of the site's main files: /etc/asterisk.")
    ],
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change, exit code 1 if anything.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Write DIR/111.d for a site's own Asterisk.

    One folder to be included; no other file is touched, and what to include where is printed.

    Each part ends with a hook NAME_custom.conf beside it: made empty once, and yours from then on.
    """
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from dialplan.config_check import check  # noqa: PLC0415
    from dialplan.site import parts  # noqa: PLC0415
    from engine.cli.file_rights import own_rights  # noqa: PLC0415
    from engine.install import consultant_accounts as accounts  # noqa: PLC0415
    from engine.install import secrets, site_folder  # noqa: PLC0415

    own = Settings()
    settings = own.model_copy(update={"profile": "site"})
    files = parts(settings, secrets.load(settings.home / "secrets"), accounts.load(settings))
    faults = check(files)
    if faults:
        raise Problem("\n".join(faults))
    with own_rights():
        if into.exists() and not into.is_dir():
            raise Problem(told("{into} is no folder: name the one that holds extensions.conf", into=into))
        wanted = site_folder.changes(into, files)
    if not diff:
        _note(own, into)
        with own_rights():
            into.mkdir(parents=True, exist_ok=True)
            site_folder.write(into, wanted)
    _tell(settings, wanted, into, diff=diff, json=json)
    raise typer.Exit(1 if diff and wanted else 0)


def _note(settings: "Settings", into: Path) -> None:
    """All passwords are about to lie there."""
    from config.rights import Right  # noqa: PLC0415
    from engine.evidence.services import EvidenceServices, with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    who, where = actor(settings, Right.INSTALL), f"into {into.absolute()}"

    async def write(evidence: EvidenceServices) -> None:
        await evidence.access.note(who, Action.RENDERED, [where])

    with_evidence(settings, write, first=True)


def _tell(settings: "Settings", wanted: "list[FileChange]", into: Path, *, diff: bool, json: bool) -> None:
    from dialplan.site import links, main_files  # noqa: PLC0415
    from engine.install.site_folder import shown  # noqa: PLC0415

    if json:
        as_json(
            {
                "written": not diff,
                "changed": [str(change.file) for change in wanted],
                "diff": "".join(line for change in wanted for line in shown(change)) if diff else None,
                "main_files": [
                    {"file": one.name, "include": one.include, "settings": list(one.settings)}
                    for one in main_files(settings)
                ],
                "links": [{"target": target, "link": link} for target, link in links(settings)],
            }
        )
        return
    if diff:
        for change in wanted:
            typer.echo("".join(shown(change)), nl=False)
        say("{count} files would change" if wanted else "nothing would change", count=len(wanted))
        return
    for change in wanted:
        what = told("removed") if change.after is None else told("written")
        say("{what} {file}", what=what, file=change.file)
    say("{count} files changed" if wanted else "nothing changed", count=len(wanted))
    say("once, by hand, each line at the end of the file it stands beside (in {into}):", into=into)
    for one in main_files(settings):
        if one.include:
            say("  {name:<18} {include}", name=one.name, include=one.include)
    say("and in the sections that are your own:")
    for one in main_files(settings):
        for line in one.settings:
            say("  {name:<18} {line}", name=one.name, line=line)
    say("prompts, below your Asterisk's data folder (core show settings):")
    for target, link in links(settings):
        typer.echo(f"  ln -s {target} {link}")
    say("then: asterisk -rx 'core reload'")
