"""The one table: each of our figures with its alternative beside it in the same run, ratio and target."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `ratio` says how many times `theirs` stands to `ours` or the other way round, as `target` words it; a row
    without a target only informs, and `holds` is None. `more`: whether a higher ratio is the better one; None
    where there is none.
    """

    what: str
    unit: str
    ours: float
    beside: str = ""
    theirs: float | None = None
    ratio: float | None = None
    target: str = ""
    holds: bool | None = None
    more: bool | None = None


def better(
    what: str, unit: str, ours: float, beside: str, theirs: float, *, least: float | None = None, more: bool
) -> Row:
    """How many times better ours is; `more`: a higher figure is the better one. `least`: the target."""
    over, under = (ours, theirs) if more else (theirs, ours)
    ratio = over / under if under > 0 else float("inf")
    target = "" if least is None else f">= {least:g} x"
    holds = None if least is None else ratio >= least
    return Row(what, unit, ours, beside, theirs, ratio, target, holds, True)


def costs(what: str, unit: str, ours: float, beside: str, theirs: float, *, most: float | None = None) -> Row:
    """How many times theirs ours costs; `most`: the target."""
    ratio = ours / theirs if theirs > 0 else float("inf")
    target = "" if most is None else f"<= {most:g} x"
    holds = None if most is None else ratio <= most
    return Row(what, unit, ours, beside, theirs, ratio, target, holds, False)


def bound(what: str, unit: str, ours: float, *, most: float | None = None, beside: str = "") -> Row:
    """A figure of ours alone, with an upper bound or none."""
    target = "" if most is None else f"<= {most:g} {unit}"
    return Row(what, unit, ours, beside, None, None, target, None if most is None else ours <= most)


def say(text: str) -> None:
    """A line of progress, on stderr: the table alone goes to stdout."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def print_table(parts: Sequence[tuple[str, Sequence[Row]]]) -> None:
    """All rows on stdout, part by part."""
    table = Table(
        "what", "unit", "ours", "beside", "theirs", "ratio", "target", "", show_edge=False, pad_edge=False
    )
    for column in (2, 4, 5):
        table.columns[column].justify = "right"
    for name, rows in parts:
        table.add_section()
        table.add_row(f"[bold]{name}[/]")
        for row in rows:
            table.add_row(
                row.what,
                row.unit,
                _figure(row.ours),
                row.beside,
                _figure(row.theirs),
                "" if row.ratio is None else f"{row.ratio:.2f}" if row.ratio < 100 else f"{row.ratio:,.0f}",
                row.target,
                {None: "", True: "pass", False: "FAIL"}[row.holds],
            )
    Console(width=None if sys.stdout.isatty() else 150).print(table)


def print_json(parts: Sequence[tuple[str, Sequence[Row]]], **about: object) -> None:
    """The same as one JSON object on stdout."""
    rows = [{"part": name, **asdict(row)} for name, rows in parts for row in rows]
    sys.stdout.write(json.dumps({**about, "rows": rows}, ensure_ascii=False, indent=1) + "\n")


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    for least, form in ((1000, ",.0f"), (100, ".0f"), (10, ".1f"), (0.1, ".2f")):
        if abs(value) >= least or value == 0:
            return format(value, form)
    return format(value, ".4f")
