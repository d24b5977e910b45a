"""`ivr111 queue`: who waits and who serves, now."""

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
                "nobody on shift" if one["nobody_on_shift"] else "",
            )
            for one in now["callers"]
        ]
        table(columns, rows)
    if now["consultants"]:
        table(COLUMNS, [row(one) for one in now["consultants"]])
