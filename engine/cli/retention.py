"""`ivr111 retention`: what is kept how long, what is held, what was destroyed, all by a policy; edge."""

import sys
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.problem import Problem
from config.told import N_, told
from engine.cli.language import spoken
from engine.cli.options import require_reason
from engine.cli.output import AsJson, as_json, clock, one_line, plain_words, say, table
from engine.cli.questions import confirm_or_abort

if TYPE_CHECKING:
    from config.settings import Settings
    from engine.evidence.services import EvidenceServices
    from recordings.retention.manual_holds import ManualHold
    from recordings.retention.service import RetentionPlan, RetentionResult

retention = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Retention: policies, holds, what goes and why."
)

Reason = Annotated[str, typer.Option(help="Why; kept in the access log.")]


@retention.command()
@plain_words()
def policies(json: AsJson = False) -> None:
    """List the policies in settings.toml, each with its legal source."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these

    found = Settings().retention
    if json:
        as_json([one.model_dump() for one in found])
    elif not found:
        say("no policy is set: nothing is ever deleted")
    else:
        rows = [
            (one.id, one.what, ", ".join(one.outcomes) or spoken("all"), f"{one.days}", one.source)
            for one in found
        ]
        table(("policy", "what", "kinds of call", "kept, days", "source"), rows)


@retention.command()
@plain_words()
def plan(
    limit: Annotated[int, typer.Option(min=0, help="Show at most so many single things.")] = 20,
    json: AsJson = False,
) -> None:
    """Show what would go now, under which policy, and what is held and why. Nothing is deleted."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings = Settings()
    who, ticker = actor(settings, Right.RETENTION), ProgressLine("looking", "things")

    async def question(evidence: "EvidenceServices") -> "RetentionPlan":
        await evidence.access.note(who, Action.PLANNED, ["retention"])
        return await evidence.retention.plan(datetime.now(UTC), limit, ticker)

    found = with_evidence(settings, question)
    ticker.done()
    if json:
        as_json(_planned(found))
    else:
        _tell_plan(found, settings)


def _planned(found: "RetentionPlan") -> dict[str, Any]:
    items = [
        {
            "what": one.candidate.what,
            "call_id": one.candidate.call_id,
            "recording": one.candidate.recording_id or None,
            "ended": one.candidate.ended.isoformat(),
            "policy": one.policy.id,
            "source": one.policy.source,
            "held": list(one.candidate.held),
        }
        for one in found.items
    ]
    return {"goes": dict(found.goes), "held": dict(found.held), "items": items}


def _tell_plan(found: "RetentionPlan", settings: "Settings") -> None:
    if not settings.retention:
        say("no policy is set: nothing is ever deleted")
    for one in found.items:
        held = ", ".join(one.candidate.held)
        state = told("held: {names}", names=held) if held else told("goes: {policy}", policy=one.policy.id)
        what = one.candidate.recording_id or told("rows of {call_id}", call_id=one.candidate.call_id)
        say(
            "{ended}  {what}  {state}",
            ended=clock(one.candidate.ended, settings.zone),
            what=what,
            state=state,
        )
    for name, count in found.goes.items():
        say("goes under {name}: {count:,}", name=name, count=count)
    for name, count in found.held.items():
        say("held, {name}: {count:,}", name=name, count=count)
    if settings.retention and not found.goes:
        say("nothing would go")


@retention.command()
@plain_words()
def apply(
    reason: Reason = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Destroy what the plan shows: audio and key go, the chain keeps that they were there."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.rotate_cel import expire  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.RETENTION)
    if who.role != "administrator":
        raise Problem(
            told(
                "{person} is {role}: only an administrator may do this",
                person=who.person,
                role=told(who.role),
            )
        )
    require_reason(reason)
    if not yes:
        _ask_first()
    ticker = ProgressLine("destroying", "things")

    async def question(evidence: "EvidenceServices") -> "tuple[RetentionResult, int]":
        now, service = datetime.now(UTC), evidence.retention
        done = await service.apply(who, now, reason, ticker)
        return done, await service.expire_logs(now, lambda kept: expire(settings, now, kept))

    done, logs = with_evidence(settings, question)
    ticker.done()
    _tell_destroyed(done, logs, json)


def _ask_first() -> None:
    if not sys.stdin.isatty():
        raise Problem(told("nobody can be asked here: look at `ivr111 retention plan`, then say --yes"))
    plan(limit=0)
    confirm_or_abort(N_("destroy it?"))


def _tell_destroyed(done: "RetentionResult", logs: int, json: bool) -> None:
    if json:
        as_json(
            {
                "recordings": done.recordings,
                "calls": done.calls,
                "stints": done.stints,
                "channel_logs": logs,
            }
        )
        return
    say(
        "destroyed: {recordings} recordings, rows of {calls} calls, {stints} stints of consultants, "
        "{logs} channel event logs",
        recordings=done.recordings,
        calls=done.calls,
        stints=done.stints,
        logs=logs,
    )


@retention.command()
@plain_words()
def hold(
    call_id: Annotated[str, typer.Argument(help="The call whose recordings and rows must stay.")],
    reason: Reason = "",
    until: Annotated[str, typer.Option(help="Until when: 31.01.2027; default: until it is lifted.")] = "",
    json: AsJson = False,
) -> None:
    """Keep a call whatever the policies say."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.dates import moment  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings, now = Settings(), datetime.now(UTC)
    who = actor(settings, Right.RETENTION)
    require_reason(reason)
    try:
        end = moment(until, settings.zone, now, end=True) if until else None
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint="--until") from None
    if end is not None and end <= now:
        raise typer.BadParameter(told("that day is over"), param_hint="--until")

    async def question(evidence: "EvidenceServices") -> int:
        return await evidence.retention.hold(call_id, who, reason, end, now)

    made = with_evidence(settings, question)
    if json:
        as_json({"hold": made, "call_id": call_id})
    else:
        say(
            "hold {made} keeps {call_id}; to end it: ivr111 retention lift {made} --reason WHY",
            made=made,
            call_id=call_id,
        )


@retention.command()
@plain_words()
def lift(
    hold_id: Annotated[int, typer.Argument(help="The hold's number; see: retention holds.")],
    reason: Reason = "",
) -> None:
    """End a hold."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who = actor(settings, Right.RETENTION)
    require_reason(reason)

    async def question(evidence: "EvidenceServices") -> None:
        await evidence.retention.lift(hold_id, who, reason, datetime.now(UTC))

    with_evidence(settings, question)
    say("hold {hold_id} is lifted", hold_id=hold_id)


@retention.command()
@plain_words()
def holds(json: AsJson = False) -> None:
    """List holds: who, why, until when."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415

    settings, now = Settings(), datetime.now(UTC)
    who = actor(settings, Right.RETENTION)

    async def question(evidence: "EvidenceServices") -> "list[ManualHold]":
        await evidence.access.note(who, Action.VIEWED, ["holds"])
        return await evidence.retention.holds()

    found = with_evidence(settings, question)
    if json:
        as_json([_described(one, now) for one in found])
    elif not found:
        say("no holds")
    else:
        rows = [_row(one, now, settings.zone) for one in found]
        table(("hold", "call", "who", "why", "until", "state"), rows)


def _described(one: "ManualHold", now: datetime) -> dict[str, Any]:
    return {
        "hold": one.id,
        "call_id": one.subject,
        "person": one.person,
        "reason": one.reason,
        "set_at": one.set_at.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "holds": one.holds(now),
    }


def _row(one: "ManualHold", now: datetime, zone: tzinfo) -> tuple[str, ...]:
    return (
        str(one.id),
        one.subject,
        one.person,
        one_line(one.reason),
        clock(one.until, zone) or spoken("lifted by hand"),
        spoken("holds") if one.holds(now) else spoken("over"),
    )
