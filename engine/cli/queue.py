"""`ivr111 queue`: who waits and who serves, now; edge."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from config.told import told
from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, clock, plain_words, say, table

if TYPE_CHECKING:
    from routing.board.queue_listing import ListedCaller

queue = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The queue, now.")


@queue.callback()
def _group() -> None:
    """The queue, now."""


@queue.command()
@plain_words()
def show(json: AsJson = False) -> None:
    """Show who waits, in order, and what each consultant does."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.consultants import COLUMNS, row  # noqa: PLC0415
    from engine.process.local_socket import ask  # noqa: PLC0415
    from routing.board.queue_listing import queue_from_json, queue_to_json  # noqa: PLC0415

    settings = Settings()
    now = queue_from_json(ask(settings.control_socket, "queue.show"))
    if json:
        as_json(queue_to_json(now))
        return
    say(
        "{at}  event {event}, asterisk {asterisk}, {waiting} waiting, {callers} on the line, "
        "{available} of {consultants} consultants available",
        at=clock(datetime.fromisoformat(now.at), settings.zone),
        event=now.event,
        asterisk=told(now.asterisk),
        waiting=now.totals.waiting,
        callers=len(now.callers),
        available=now.totals.available,
        consultants=len(now.consultants),
    )
    if now.callers:
        columns = ("place", "call", "queue", "state", "since arrival", "consultant", "")
        rows = [
            (
                str(one.place or ""),
                one.call_id,
                f"111-{one.language}" if one.language else "",
                spoken(one.state),
                f"{one.waited:.0f} {spoken('s')}",
                one.consultant or "",
                ", ".join(_remarks(one)),
            )
            for one in now.callers
        ]
        table(columns, rows)
    if now.consultants:
        table(COLUMNS, [row(one) for one in now.consultants])


def _remarks(one: "ListedCaller") -> Iterator[str]:
    if one.diverted:
        yield spoken("diverted")
    if one.nobody_on_shift:
        yield spoken("nobody on shift")
    if one.unanswered:
        yield spoken("no sign of life: others first")
    if one.held:
        yield spoken("on hold by the operator")
    for side in one.unheard:
        yield spoken(told("the {side} is not heard: sound from an unknown address", side=told(side)))
    for side in one.followed:
        yield spoken(told("the {side}'s sound comes from another port, and is heard", side=told(side)))
