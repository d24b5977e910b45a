"""`ivr111 recordings`: found by date and number, heard, exported, checked; looks logged (A19, A5); edge."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from config.problem import Problem
from config.told import told
from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, plain_words, say, table
from engine.cli.reconcile import reconcile
from engine.cli.statements import statement, statements
from engine.cli.verify import verify

if TYPE_CHECKING:
    from engine.evidence.services import Evidence
    from recordings.model.sealed import Sealed

recordings = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Recordings: find, play, export, verify, state."
)
recordings.command()(verify)
recordings.command()(reconcile)
recordings.command()(statement)
recordings.command()(statements)

Reason = Annotated[str, typer.Option(help="Why; required, and kept in the access log.")]
Place = Annotated[str, typer.Option(help="Minutes and seconds, as 50:00, or seconds.")]


@recordings.command()
@plain_words()
def find(
    number: Annotated[str, typer.Option(help="The caller's number, written in any way.")] = "",
    withheld: Annotated[bool, typer.Option("--withheld", help="Calls whose number was withheld.")] = False,
    day: Annotated[str, typer.Option(help="A civil day of the centre: 28.11.2026, today, yesterday.")] = "",
    since: Annotated[str, typer.Option(help="From then on: 28.11.2026, or 2026-11-28T14:05.")] = "",
    until: Annotated[str, typer.Option(help="Before then; a date includes that day.")] = "",
    consultant: Annotated[str, typer.Option(help="Who spoke with the caller, for instance c101.")] = "",
    language: Annotated[Literal["kk", "ru"] | None, typer.Option(help="Language of the call.")] = None,
    longer: Annotated[float | None, typer.Option(help="Recorded at least so many seconds.")] = None,
    shorter: Annotated[float | None, typer.Option(help="Recorded at most so many seconds.")] = None,
    registration: Annotated[str, typer.Option(help="Registration number of an appeal.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many calls, the oldest.")] = 100,
    unmask: Annotated[bool, typer.Option("--unmask", help="Show callers' numbers.")] = False,
    reason: Reason = "",
    json: AsJson = False,
) -> None:
    """Find conversations, by date and caller's number first. Times are the centre's."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.dates import moment, whole_day  # noqa: PLC0415
    from engine.cli.recording_json import described, row, spoken_search  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.finding.criteria import Criteria, FoundCall  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415
    from recordings.privacy.phone_number import NotOneNumber, read_number  # noqa: PLC0415

    settings = Settings()
    who, now = actor(settings, Right.TAKE_OUT if unmask else Right.FIND), datetime.now(UTC)
    _reason_given(reason)
    try:
        wanted = Criteria(
            number=number or None,
            withheld=withheld,
            day=whole_day(day, settings.zone, now)[0].date() if day else None,
            since=moment(since, settings.zone, now) if since else None,
            until=moment(until, settings.zone, now, end=True) if until else None,
            consultant=consultant or None,
            language=language,
            longer=longer,
            shorter=shorter,
            registration=registration or None,
            limit=limit,
        )
    except ValueError as why:
        raise typer.BadParameter(str(why)) from None
    if number:
        try:
            read_number(number)
        except NotOneNumber as why:
            raise typer.BadParameter(str(why), param_hint="--number") from None

    async def question(evidence: "Evidence") -> "list[FoundCall]":
        await evidence.access.note(who, Action.SEARCHED, [spoken_search(wanted)], reason)
        found = await evidence.finder.find(wanted)
        if unmask and found:
            await evidence.access.note(who, Action.UNMASKED, [one.call.call_id for one in found], reason)
        return found

    found = with_evidence(settings, question)
    if json:
        as_json([described(one, settings.zone, unmask) for one in found])
        return
    if not found:
        say("nothing found")
        return
    columns = ("arrived", "call", "caller", "consultant", "language", "recording", "length", "state")
    table(columns, [line for one in found for line in row(one, settings.zone, unmask)])


@recordings.command()
@plain_words()
def show(recording: Annotated[str, typer.Argument(help="The recording's id.")], json: AsJson = False) -> None:
    """Tell what is known of a recording: its seal, its place in the chain, what is wrong with it."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.recording_json import sealed_facts  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()

    who = actor(settings, Right.FIND)

    async def question(evidence: "Evidence") -> "tuple[Sealed, tuple[str, ...]]":
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
    recording: Annotated[str, typer.Argument(help="The recording's id.")],
    from_: Annotated[str, typer.Option("--from", help="Begin there: 50:00, or seconds.")] = "0",
    to: Place = "",
    out: Annotated[str, typer.Option(help="File to write, or - for standard output.")] = "-",
    reason: Reason = "",
) -> None:
    """Stream a recording as WAV (stereo: caller left, consultant right), from any place at once."""
    from recordings.model.access_entry import Action  # noqa: PLC0415

    if out == "-" and sys.stdout.isatty():
        raise Problem(told("sound is not for a terminal: say --out FILE, or pipe it: ... | aplay"))
    _write_out(recording, out, reason, Action.LISTENED, _seconds(from_), _seconds(to) if to else None)


@recordings.command()
@plain_words()
def export(
    recording: Annotated[str, typer.Argument(help="The recording's id.")],
    out: Annotated[str, typer.Option(help="File to write.")],
    reason: Reason = "",
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
    from recordings.finding.criteria import Criteria  # noqa: PLC0415
    from recordings.finding.registrations import link as tie  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.DEMANDS)
    if not registration.strip() or len(registration) > 60 or not registration.isprintable():
        raise typer.BadParameter(
            told("write the number as it stands in the register"), param_hint="--registration"
        )

    async def question(evidence: "Evidence") -> None:
        if not await evidence.finder.find(Criteria(call_id=call_id)):
            raise Problem(told("there is no call {call_id}; see: ivr111 calls list", call_id=call_id))
        await evidence.access.note(who, Action.LINKED, [call_id], f"registration {registration}")
        if not await tie(evidence.database, registration.strip(), call_id, not closed, datetime.now(UTC)):
            raise Problem(told("there is no call {call_id}; see: ivr111 calls list", call_id=call_id))

    with_evidence(settings, question)
    say(
        "{call_id} belongs to {registration} ({what})",
        call_id=call_id,
        registration=registration,
        what=told("closed") if closed else told("open"),
    )


@recordings.command()
@plain_words()
def seal(json: AsJson = False) -> None:
    """Seal now all that waits; the evidence process does this by itself."""
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.progress import Ticker  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from recordings.sealing.state import SealReport  # noqa: PLC0415
    from recordings.sealing.worker import Sealer  # noqa: PLC0415

    settings = Settings()
    ticker = Ticker("sealing", "recordings")

    async def question(evidence: "Evidence") -> SealReport:
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
    from recordings.finding.listening import wav  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.LISTEN if action == Action.LISTENED else Right.TAKE_OUT)
    _reason_given(reason)

    async def question(evidence: "Evidence") -> None:
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


async def _sealed(evidence: "Evidence", recording: str) -> "Sealed":
    found = (await evidence.sealed.of([recording])).get(recording)
    if found is None:
        raise Problem(
            told(
                "there is no sealed recording {recording}: see ivr111 recordings find, or wait for its seal",
                recording=recording,
            )
        )
    return found


def _reason_given(reason: str) -> None:
    if not reason.strip():
        raise typer.BadParameter(told("say why; it is kept in the access log"), param_hint="--reason")


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
