"""`ivr111 queue`: who waits and who serves, now."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer

from engine.show import AsJson, as_json, plain_words, table

queue = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The queue, now.")


@queue.callback()
def _group() -> None:
    """The queue, now."""


@queue.command()
@plain_words()
def show(json: AsJson = False) -> None:
    """Show who waits, in order, and what each consultant does."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli_consultants import COLUMNS, row  # noqa: PLC0415
    from engine.control import ask  # noqa: PLC0415

    now = ask(Settings().control_socket, "queue.show")
    if json:
        as_json(now)
        return
    totals = now["totals"]
    typer.echo(
        f"{now['at']}  event {now['event']}, asterisk {now['asterisk']}, "
        f"{totals['waiting']} waiting, {len(now['callers'])} on the line, "
        f"{totals['available']} of {len(now['consultants'])} consultants available"
    )
    if now["callers"]:
        columns = ("place", "call", "queue", "state", "since arrival", "consultant", "")
        rows = [
            (
                str(one["place"] or ""),
                one["call_id"],
                f"111-{one['language']}" if one["language"] else "",
                one["state"],
                f"{one['waited']:.0f} s",
                one["consultant"] or "",
                ", ".join(_remarks(one)),
            )
            for one in now["callers"]
        ]
        table(columns, rows)
    if now["consultants"]:
        table(COLUMNS, [row(one) for one in now["consultants"]])


def _remarks(one: Mapping[str, Any]) -> Iterator[str]:
    if one["diverted"]:
        yield "diverted"
    if one["nobody_on_shift"]:
        yield "nobody on shift"
    if one["unanswered"]:
        yield "no sign of life: others first"
    if one["held"]:
        yield "on hold by the operator"
    for side in one["unheard"]:
        yield f"the {side} is not heard: sound from an unknown address"
    for side in one["followed"]:
        yield f"the {side}'s sound comes from another port, and is heard"
