"""What every command about demands does: run with the services, tell the outcome, read an id; edge."""

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from config.told import told
from engine.cli.language import spoken
from engine.cli.output import as_json, hint, one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from config.settings import Settings
    from engine.evidence.services import EvidenceServices
    from recordings.demands.demand import Demand
    from recordings.model.access_entry import Actor

T = TypeVar("T")
Confirm = Annotated[
    list[str] | None,
    typer.Option(help="A doubt that you compared with the letter, which says it so; may be repeated."),
]


def with_services(settings: "Settings", question: "Callable[[EvidenceServices], Awaitable[T]]") -> "T":
    from engine.evidence.services import with_evidence  # noqa: PLC0415

    return with_evidence(settings, question)


def print_demand(found: "Demand", settings: "Settings", json: bool) -> None:
    from engine.cli.demand_json import alarms, described, outcome  # noqa: PLC0415

    now = datetime.now(UTC)
    if json:
        as_json(described(found, settings.zone, now, unmask=False))
        return
    for line in outcome(found, settings.zone, now):
        typer.echo(one_line(hint(line)))
    for line in alarms(found):
        typer.secho(one_line(hint(line)), fg="red", bold=True)


def doubts(confirmed: list[str] | None) -> list[str]:
    from recordings.demands.question import UNCONFIRMED, QuestionKind  # noqa: PLC0415

    known = [str(one) for one in QuestionKind if one not in UNCONFIRMED]
    for code in confirmed or ():
        if code not in known:
            raise typer.BadParameter(
                told("{code!r} is nothing to confirm; there are: {names}", code=code, names=", ".join(known)),
                param_hint="--confirm",
            )
    return confirmed or []


def demand_id(text: str) -> int:
    number = text.strip().upper().removeprefix("111-D-")
    if not number.isdigit() or len(number) > 9:
        raise typer.BadParameter(told("{text!r} is no demand: write 42 or 111-D-000042", text=text))
    return int(number)


def watch_term(found: "Demand") -> None:
    """The clock, until Ctrl-C."""
    from engine.cli.demand_json import countdown  # noqa: PLC0415

    try:
        while True:
            time.sleep(1)
            end = "" if sys.stdout.isatty() else "\n"
            text = spoken(countdown(found, datetime.now(UTC)))
            print(f"{'' if end else chr(13)}{text}   ", end=end, flush=True)  # noqa: T201
    except KeyboardInterrupt:
        typer.echo()


def step(
    deed: "Callable[[EvidenceServices, int, Actor, datetime], Awaitable[Demand]]", demand: str, json: bool
) -> None:
    """One step of a demand's life by whoever gives the command; how it stands then is told."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who, id_ = actor(settings, Right.DEMANDS), demand_id(demand)

    async def question(evidence: "EvidenceServices") -> "Demand":
        return await deed(evidence, id_, who, datetime.now(UTC))

    print_demand(with_services(settings, question), settings, json)
