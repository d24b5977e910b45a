"""`ivr111 prompts`: check, reading list, studio import, drafts; edge."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress

from config.rights import Right
from config.settings import Settings
from engine.cli.authorisation import AuthorisedPrompts
from engine.cli.file_rights import brought, own_rights
from engine.cli.output import plain_words, say
from engine.evidence.services import EvidenceServices, with_evidence
from engine.install.prompt_folders import folders
from engine.process.operator import actor
from ivr.prompts import hold_music, prompt_files, sound_files, speech_synthesis
from ivr.prompts.catalogue import CATALOGUE
from ivr.prompts.reading_list import script as reading_list
from ivr.prompts.studio_import import import_studio
from recordings.model.access_entry import Action

prompts = typer.Typer(
    cls=AuthorisedPrompts,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="What callers hear: check, record, import.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def make_drafts(settings: Settings, console: Console) -> int:
    """Speak all drafts and the music that are not there yet; how many prompts were spoken."""
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("speaking prompts", total=None)
        made = speech_synthesis.speak(
            CATALOGUE.values(), settings.drafts, lambda done, of: bar.update(task, completed=done, total=of)
        )
    hold_music.make_music(settings.drafts / prompt_files.MUSIC_FILE.parent)
    return made


@prompts.command()
def check(as_json: AsJson = False) -> None:
    """Measure every prompt that callers would hear; exit code 1 when something is wrong."""
    found = sound_files.check(*folders(Settings()))
    if as_json:
        problems = [dataclasses.asdict(problem) for problem in found]
        typer.echo(json.dumps({"sounds": len(CATALOGUE), "problems": problems}, ensure_ascii=False))
    else:
        for problem in found:
            typer.echo(str(problem))
        say("{sounds} sounds, {problems} problems", sounds=len(CATALOGUE), problems=len(found))
        if any(problem.what == "missing" for problem in found):
            say("drafts of what is missing: ivr111 prompts speak")
    raise typer.Exit(1 if found else 0)


@prompts.command()
def script(language: Annotated[Literal["kk", "ru", "both"], typer.Argument()] = "both") -> None:
    """Print the reading list for a studio, as Markdown."""
    typer.echo(reading_list(language))


@prompts.command("import")
@plain_words()
def import_(
    source: Annotated[Path, typer.Argument(help="Folder with kk/, ru/ and both/", metavar="DIR")],
    as_json: AsJson = False,
) -> None:
    """Import a studio's recordings; exit code 1 when one of them needs the studio again."""
    with own_rights():
        there = source.is_dir()
    if not there:
        say("{source}: no such folder", source=source, err=True)
        raise typer.Exit(1)
    settings = Settings()
    into = settings.home / "prompts"
    _note(settings, source)
    with brought([source]) as [copy]:
        done = import_studio(copy, into)
    report = json.dumps(dataclasses.asdict(done), ensure_ascii=False, indent=None if as_json else 1)
    with prompt_files.whole(into / "import.json") as unfinished:
        unfinished.write_text(report)
    if as_json:
        typer.echo(report)
    else:
        for master in done.masters:
            say(
                "imported {file} {seconds:.1f} s sha256 {sha256}",
                file=master.file,
                seconds=master.seconds,
                sha256=master.sha256,
            )
        for line in done.remarks:
            say("note: {line}", line=line)
        for line in done.problems:
            say("problem: {line}", line=line)
        say(
            "{imported} imported, {problems} problems",
            imported=len(done.masters),
            problems=len(done.problems),
        )
    raise typer.Exit(1 if done.problems else 0)


def _note(settings: Settings, source: Path) -> None:
    """What callers will hear is somebody's doing."""
    who, what = actor(settings, Right.INSTALL), f"imported from {source.absolute()}"

    async def write(evidence: EvidenceServices) -> None:
        await evidence.access.note(who, Action.CHANGED, ["prompts"], what)

    with_evidence(settings, write, first=True)


@prompts.command()
def speak() -> None:
    """Speak the drafts that are new or changed, and make the music."""
    settings = Settings()
    try:
        made = make_drafts(settings, Console(file=sys.stdout))
    except speech_synthesis.SpeechUnavailable as why:
        typer.echo(str(why), err=True)
        raise typer.Exit(1) from None
    say("{count} prompts spoken into {folder}", count=made, folder=settings.drafts)
