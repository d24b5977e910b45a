"""What every command about demands does: run with the services, tell the outcome, read an id; edge."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from config.told import told
from engine.cli.output import as_json, hint, one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from config.settings import Settings
    from engine.evidence.services import Evidence
    from recordings.demands.demand import Demand

T = TypeVar("T")
Confirm = Annotated[
    list[str] | None,
    typer.Option(help="A doubt that you compared with the letter, which says it so; may be repeated."),
]


def answered(settings: "Settings", question: "Callable[[Evidence], Awaitable[T]]") -> "T":
    from engine.evidence.services import with_evidence  # noqa: PLC0415

    return with_evidence(settings, question)


def tell(found: "Demand", settings: "Settings", json: bool) -> None:
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
    from recordings.demands.question import UNCONFIRMED, Doubt  # noqa: PLC0415

    known = [str(one) for one in Doubt if one not in UNCONFIRMED]
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
