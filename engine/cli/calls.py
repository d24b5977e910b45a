"""`ivr111 calls`: what the journal tells of calls; numbers masked unless a reason is given (A5); edge."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from config.problem import Problem
from config.told import told
from engine.cli.dates import moment, whole_day
from engine.cli.language import spoken
from engine.cli.options import ConsultantOfCall, LanguageOfCall
from engine.cli.output import AsJson, as_json, clock, hint, one_line, plain_words, say, table
from recordings.model.call_record import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from engine.cli.call_json import CallJson
    from recordings.journal.reading import CallFilter, Reader
    from recordings.model.call_record import CallRecord
    from recordings.model.entries import Alarm
    from recordings.model.recording import Recording

calls = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Calls: list them, tell one's story.")

Unmask = Annotated[
    bool, typer.Option("--unmask", help="Show callers' numbers; needs --reason and is written to the log.")
]
Reason = Annotated[str, typer.Option(help="Why the numbers must be seen; kept in the access log.")]
COLUMNS = ("arrived", "call", "caller", "queue", "consultant", "wait", "outcome", "rated")


@calls.command("list")
@plain_words()
def list_(
    since: Annotated[str, typer.Option(help="Arrived from then on: 28.11.2026, or 2026-11-28T14:05.")] = "",
    until: Annotated[str, typer.Option(help="Arrived before then; a date includes that day.")] = "",
    day: Annotated[str, typer.Option(help="One day: 28.11.2026, today, yesterday.")] = "",
    outcome: Annotated[Outcome | None, typer.Option(help="How the call ended.")] = None,
    consultant: ConsultantOfCall = "",
    language: LanguageOfCall = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    unmask: Unmask = False,
    reason: Reason = "",
    json: AsJson = False,
) -> None:
    """List calls, the newest last. Times are the centre's."""
    from engine.cli.call_json import CallJson  # noqa: PLC0415 - `--help` waits for none of these
    from recordings.journal.reading import CallFilter  # noqa: PLC0415

    settings = _allowed(unmask, reason)
    wanted = CallFilter(
        outcome=outcome, consultant=consultant or None, language=language, limit=min(limit, 2**31)
    )
    found, refused = _read_calls(settings, _between(wanted, settings, since, until, day))
    if unmask and found:
        _note(settings, [record.call_id for record, _ in found], reason)
    tell = CallJson(settings.zone, settings.audio, unmask)
    if json:
        as_json([tell.call(*one) for one in found or ()])
        _tell_refused(refused, settings, err=True)
        return
    if not found:
        say("no calls yet" if found is None else "no such calls")
    else:
        _tell_calls([record for record, _ in found], tell)
    _tell_refused(refused, settings)


def _read_calls(
    settings: "Settings", wanted: "CallFilter"
) -> "tuple[list[tuple[CallRecord, list[Recording]]] | None, list[datetime]]":
    """The calls with their recordings, and when others were refused; None where no journal is yet."""
    from engine.cli.journal import read  # noqa: PLC0415

    async def question(reader: "Reader") -> "tuple[list[tuple[CallRecord, list[Recording]]], list[datetime]]":
        records = (await reader.calls(wanted))[::-1]
        refused = await _refused(reader, wanted, records)
        recordings: dict[str, list[Recording]] = {record.call_id: [] for record in records}
        for one in await reader.recordings_of(list(recordings)):
            recordings[one.call_id].append(one)
        return [(record, recordings[record.call_id]) for record in records], refused

    return read(settings, question) or (None, [])


def _tell_calls(records: "Sequence[CallRecord]", tell: "CallJson") -> None:
    from engine.cli.call_json import queue, waited  # noqa: PLC0415

    rows = []
    for record in records:
        wait = waited(record)
        row = (
            clock(record.arrived_at, tell.zone),
            record.call_id,
            one_line(tell.caller(record) or spoken("withheld")),
            queue(record) or "",
            record.served_by or "",
            "" if wait is None else spoken(told("{seconds:.1f} s", seconds=wait)),
            spoken(record.outcome.value) if record.outcome else "",
            str(record.rating or ""),
        )
        rows.append(row)
    table(COLUMNS, rows)


@calls.command()
@plain_words()
def show(
    call_id: Annotated[str, typer.Argument(help="The call's id, or its beginning when only one has it.")],
    unmask: Unmask = False,
    reason: Reason = "",
    json: AsJson = False,
) -> None:
    """Tell one call as a timeline, with its recordings."""
    from engine.cli.call_json import CallJson  # noqa: PLC0415
    from engine.cli.call_timeline import story  # noqa: PLC0415
    from engine.cli.journal import read  # noqa: PLC0415

    settings = _allowed(unmask, reason)

    async def question(reader: "Reader") -> "tuple[list[CallRecord], list[Recording], list[Alarm]]":
        exact = await reader.call(call_id)
        found = [exact] if exact else await reader.calls_beginning(call_id, 2)
        if len(found) != 1:
            return found, [], []
        id_ = found[0].call_id
        told = replace(found[0], moments=await reader.moments(id_))
        return [told], await reader.recordings(id_), await reader.leg_alarms(id_)

    records, recordings, legs = read(settings, question) or ([], [], [])
    record = _only(records, call_id)
    if unmask:
        _note(settings, [record.call_id], reason)
    tell = CallJson(settings.zone, settings.audio, unmask)
    if json:
        as_json(tell.whole(record, recordings) | {"legs": tell.legs(legs)})
        return
    for line in story(record, recordings, tell, settings, legs):
        typer.echo(hint(line))


def _only(records: "Sequence[CallRecord]", call_id: str) -> "CallRecord":
    if not records:
        raise Problem(told("there is no call {call_id}; see: ivr111 calls list", call_id=call_id))
    if len(records) > 1:
        raise Problem(
            told(
                "several calls begin with {call_id}: write more of the id; see: ivr111 calls list",
                call_id=call_id,
            )
        )
    return records[0]


async def _refused(reader: "Reader", wanted: "CallFilter", shown: "Sequence[CallRecord]") -> list[datetime]:
    """When callers were refused by Asterisk itself in the time that is shown: no row tells of them (A19).

    None where calls of one kind are asked for: of these callers nothing else is known.
    """
    from recordings.model.entries import CALL_REFUSED  # noqa: PLC0415

    if wanted.outcome or wanted.consultant or wanted.language:
        return []
    since = wanted.since
    if len(shown) == wanted.limit:  # those before are not shown, refused ones neither
        since = shown[0].arrived_at
    since = since or datetime.fromtimestamp(0, UTC)
    return [one.at for one in await reader.alarms(since, wanted.until, (CALL_REFUSED,))]


def _tell_refused(refused: "Sequence[datetime]", settings: "Settings", *, err: bool = False) -> None:
    if not refused:
        return
    first, last = (clock(at, settings.zone) for at in (refused[0], refused[-1]))
    if len(refused) == 1:
        say("besides, refused by Asterisk (503) and in no row: 1 caller, {first}", first=first, err=err)
        return
    say(
        "besides, refused by Asterisk (503) and in no row: {count} callers, {first} to {last}",
        count=len(refused),
        first=first,
        last=last,
        err=err,
    )


def _between(wanted: "CallFilter", settings: "Settings", since: str, until: str, day: str) -> "CallFilter":
    """The filter with its times. Raises BadParameter, with what to write."""
    if day and (since or until):
        raise typer.BadParameter(told("give either --day, or --since and --until"), param_hint="--day")
    now, zone = datetime.now(UTC), settings.zone
    hint = "--day"
    try:
        if day:
            start, end = whole_day(day, zone, now)
            return replace(wanted, since=start, until=end)
        hint = "--since"
        first = moment(since, zone, now) if since else None
        hint = "--until"
        last = moment(until, zone, now, end=True) if until else None
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint=hint) from None
    return replace(wanted, since=first, until=last)


def _allowed(unmask: bool, reason: str) -> "Settings":
    """The settings, once who asks may see what is asked: to unmask numbers is to take them out (A5)."""
    from config.rights import Right  # noqa: PLC0415 - `--help` waits for none of these
    from config.settings import Settings  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    if unmask and not reason.strip():
        raise typer.BadParameter(
            told("say why with --reason; it is kept in the access log"), param_hint="--unmask"
        )
    if reason and not unmask:
        raise typer.BadParameter(told("only with --unmask is a reason kept"), param_hint="--reason")
    settings = Settings()
    if unmask:
        actor(settings, Right.TAKE_OUT)
    return settings


def _note(settings: "Settings", call_ids: list[str], reason: str) -> None:
    """Written to the access log before anything is shown; the engine is its only writer."""
    from engine.process.local_socket import EngineUnavailable, ask  # noqa: PLC0415

    try:
        for start in range(0, len(call_ids), 500):  # an order is at most 64 KiB long
            part = call_ids[start : start + 500]
            ask(settings.control_socket, "access.note", action="unmasked", subjects=part, reason=reason)
    except EngineUnavailable as why:
        raise Problem(
            told(
                "numbers stay masked: {why} (only the engine writes the access log, and it is written first)",
                why=why,
            )
        ) from why
