"""`ivr111 recordings`: found by date and number, heard, exported, checked; looks logged (A19, A5); edge."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from config.problem import Problem
from config.told import told
from engine.cli.language import spoken
from engine.cli.options import RecordingId, RequiredReason, require_reason
from engine.cli.output import AsJson, as_json, plain_words, say
from engine.cli.reconcile import reconcile
from engine.cli.recording_search import find
from engine.cli.statements import statement, statements
from engine.cli.verify import verify

if TYPE_CHECKING:
    from engine.evidence.services import EvidenceServices
    from recordings.model.access_entry import Actor
    from recordings.model.sealed import Sealed

recordings = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Recordings: find, play, export, verify, state."
)
recordings.command()(verify)
recordings.command()(reconcile)
recordings.command()(statement)
recordings.command()(statements)
recordings.command()(find)

Offset = Annotated[str, typer.Option(help="Minutes and seconds, as 50:00, or seconds.")]


@recordings.command()
@plain_words()
def show(recording: RecordingId, json: AsJson = False) -> None:
    """Tell what is known of a recording: its seal, its place in the chain, what is wrong with it."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.recording_json import sealed_facts  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()

    who = actor(settings, Right.FIND)

    async def question(evidence: "EvidenceServices") -> "tuple[Sealed, tuple[str, ...]]":
        found = await _sealed(evidence, recording)
        await evidence.access.note(who, Action.VIEWED, [recording])
        return found, await evidence.sealed.checks(recording)

    sealed, checks = with_evidence(settings, question)
    facts = {**sealed_facts(sealed, settings.zone), "checks": " ".join(checks)}
    if json:
        as_json(facts)
        return
    for name, value in facts.items():
        typer.echo(f"{spoken(name):14} {value}")


@recordings.command()
@plain_words()
def play(
    recording: RecordingId,
    from_: Annotated[str, typer.Option("--from", help="Begin there: 50:00, or seconds.")] = "0",
    to: Offset = "",
    out: Annotated[str, typer.Option(help="File to write, or - for standard output.")] = "-",
    reason: RequiredReason = "",
) -> None:
    """Stream a recording as WAV (stereo: caller left, consultant right), from any place at once."""
    from recordings.model.access_entry import Action  # noqa: PLC0415

    if out == "-" and sys.stdout.isatty():
        raise Problem(told("sound is not for a terminal: say --out FILE, or pipe it: ... | aplay"))
    _write_out(recording, out, reason, Action.LISTENED, _seconds(from_), _seconds(to) if to else None)


@recordings.command()
@plain_words()
def export(
    recording: RecordingId,
    out: Annotated[str, typer.Option(help="File to write.")],
    reason: RequiredReason = "",
) -> None:
    """Write a whole recording as a WAV file, checked against its seal."""
    from recordings.model.access_entry import Action  # noqa: PLC0415

    _write_out(recording, out, reason, Action.DOWNLOADED, 0.0, None)
    say("written: {out}", out=out)


@recordings.command()
@plain_words()
def link(
    call_id: Annotated[str, typer.Argument(help="The call.")],
    registration: Annotated[str, typer.Option(help="The appeal's registration number.")],
    closed: Annotated[bool, typer.Option("--closed", help="The appeal is closed: it holds nothing.")] = False,
) -> None:
    """Tie a call to an appeal's registration number; an open appeal keeps its recordings."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.DEMANDS)
    if not registration.strip() or len(registration) > 60 or not registration.isprintable():
        raise typer.BadParameter(
            told("write the number as it stands in the register"), param_hint="--registration"
        )

    async def question(evidence: "EvidenceServices") -> None:
        await _tied(evidence, who, call_id, registration, not closed)

    with_evidence(settings, question)
    say(
        "{call_id} belongs to {registration} ({what})",
        call_id=call_id,
        registration=registration,
        what=told("closed") if closed else told("open"),
    )


async def _tied(
    evidence: "EvidenceServices", who: "Actor", call_id: str, registration: str, open_: bool
) -> None:
    from appeals.model.appeal import ContactKind  # noqa: PLC0415
    from engine.register.services import RegisterServices  # noqa: PLC0415
    from recordings.finding.criteria import Criteria  # noqa: PLC0415
    from recordings.finding.registrations import link as tie  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    if not await evidence.finder.find(Criteria(call_id=call_id)):
        raise Problem(told("there is no call {call_id}; see: ivr111 calls list", call_id=call_id))
    await evidence.access.note(who, Action.LINKED, [call_id], f"registration {registration}")
    register = RegisterServices(evidence.settings, evidence.database, evidence.keys).register
    now, appeal = datetime.now(UTC), await register.numbered(registration)
    if appeal is not None:
        await register.add_contact(appeal, ContactKind.CALL, who, now, call_id=call_id)
    elif not await tie(evidence.database, registration.strip(), call_id, open_, now):
        raise Problem(told("there is no call {call_id}; see: ivr111 calls list", call_id=call_id))


@recordings.command()
@plain_words()
def seal(json: AsJson = False) -> None:
    """Seal now all that waits; the evidence process does this by itself."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from recordings.sealing.state import SealReport  # noqa: PLC0415
    from recordings.sealing.worker import Sealer  # noqa: PLC0415

    settings = Settings()
    ticker = ProgressLine("sealing", "recordings")

    async def question(evidence: "EvidenceServices") -> SealReport:
        return await Sealer(evidence.database, evidence.keys, settings).pass_once(ticker)

    report = with_evidence(settings, question)
    ticker.done()
    if json:
        faults = [{"kind": one.kind, "about": one.about, "words": one.words} for one in report.faults]
        as_json({"sealed": report.sealed, "raw_removed": report.removed, "faults": faults})
    else:
        say(
            "sealed {sealed}, raw files of {removed} earlier ones removed",
            sealed=report.sealed,
            removed=report.removed,
        )
        for fault in report.faults:
            typer.echo(fault.words, err=True)
    if report.faults:
        raise typer.Exit(1)


def _write_out(recording: str, out: str, reason: str, action: "str", begin: float, end: float | None) -> None:
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.time_range import stretch  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.finding.wav_piece import wav  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.LISTEN if action == Action.LISTENED else Right.TAKE_OUT)
    require_reason(reason)

    async def question(evidence: "EvidenceServices") -> None:
        sealed = await _sealed(evidence, recording)
        if action == Action.DOWNLOADED:
            evidence.sealed.check(sealed)
        with evidence.sealed.open(sealed) as audio:
            first, last = stretch(begin, end, audio.frames, recording)
            await evidence.access.note(who, Action(action), [recording], reason)
            for part in wav(audio.blocks(first, last - first), last - first):
                file.write(part)

    with _opened(out) as file:  # before we become the engine's user: it is the asker's file
        with_evidence(settings, question)
    if out != "-":
        say("written: {file}", file=out, err=True)


@contextmanager
def _opened(out: str) -> "Iterator[BinaryIO]":
    if out == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from engine.cli.file_rights import written_own  # noqa: PLC0415

    with written_own(Path(out)) as file:
        yield file


async def _sealed(evidence: "EvidenceServices", recording: str) -> "Sealed":
    found = (await evidence.sealed.of([recording])).get(recording)
    if found is None:
        raise Problem(
            told(
                "there is no sealed recording {recording}: see ivr111 recordings find, or wait for its seal",
                recording=recording,
            )
        )
    return found


def _seconds(text: str) -> float:
    try:
        parts = [float(part) for part in text.split(":")]
        if not 1 <= len(parts) <= 3 or not all(math.isfinite(part) and part >= 0 for part in parts):
            raise ValueError
    except ValueError:
        raise typer.BadParameter(told("{text!r} is no time: write 50:00, or seconds", text=text)) from None
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + part
    return seconds
