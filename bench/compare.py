"""The table beside the last one kept: what got worse by a tenth, by ratios alone; edge: `read` and `keep`.

A ratio is between two figures of one run, so that another machine or a busy hour changes both; a figure
alone is never compared.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Final

from bench.table import Row

LAST: Final = Path(__file__).with_name("last.json")
TENTH: Final = 0.1
Key = tuple[str, str, str]  # heading, what, beside


@dataclass(frozen=True, slots=True)
class KeptRow:
    """The ratios of a table; `more`: whether a higher one is the better."""

    heading: str
    what: str
    beside: str
    ratio: float
    more: bool

    @property
    def key(self) -> Key:
        """What it is known by from table to table."""
        return self.heading, self.what, self.beside


@dataclass(frozen=True, slots=True)
class Regression:
    """One ratio, before and now; `times`: how much worse, 1.1 for a tenth."""

    before: KeptRow
    now: KeptRow

    @property
    def times(self) -> float:
        """How many times worse it is than it was; below 1 it got better."""
        old, new = self.before.ratio, self.now.ratio
        over, under = (old, new) if self.before.more else (new, old)
        return over / under if under > 0 else float("inf")

    def told(self) -> str:
        """For a person."""
        beside = f" beside {self.now.beside}" if self.now.beside else ""
        return (
            f"worse by {(self.times - 1) * 100:.0f} %: {self.now.heading}, {self.now.what}{beside}: "
            f"ratio {self.before.ratio:.2f} before, {self.now.ratio:.2f} now"
        )


def ratios(parts: Iterable[tuple[str, Sequence[Row]]]) -> list[KeptRow]:
    """What of a table can be compared."""
    return [
        KeptRow(heading, row.what, row.beside, row.ratio, row.more)
        for heading, rows in parts
        for row in rows
        if row.ratio is not None and row.more is not None and isfinite(row.ratio) and row.ratio > 0
    ]


def worse(before: Iterable[KeptRow], now: Iterable[KeptRow]) -> list[Regression]:
    """What got worse by a tenth or more, the worst first; what only one table has is nobody's."""
    old = {one.key: one for one in before}
    pairs = [Regression(old[one.key], one) for one in now if one.key in old]
    return sorted((one for one in pairs if one.times >= 1 + TENTH), key=lambda one: -one.times)


def twice_worse(first: Sequence[Regression], again: Iterable[KeptRow]) -> list[Regression]:
    """Of those that were worse, the ones that are in a second run, too, by the better of both."""
    second = {one.key: one for one in again}
    judged = [
        min((one, Regression(one.before, second[one.now.key])), key=lambda either: either.times)
        for one in first
        if one.now.key in second
    ]
    return [one for one in judged if one.times >= 1 + TENTH]


def gone(before: Iterable[KeptRow], now: Iterable[KeptRow], headings: Iterable[str]) -> list[str]:
    """Rows of the kept table that the same parts did not give any more."""
    there, asked = {one.key for one in now}, set(headings)
    return [
        ", ".join(filter(None, one.key)) for one in before if one.heading in asked and one.key not in there
    ]


def read(path: Path = LAST) -> list[KeptRow]:
    """The table that is kept in the repository."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return [KeptRow(row["part"], row["what"], row["beside"], row["ratio"], row["more"]) for row in rows]


def merged(before: Iterable[KeptRow], now: Iterable[KeptRow], headings: Iterable[str]) -> list[KeptRow]:
    """The table to keep: parts that did not run stay as they were."""
    asked = set(headings)
    return [*(one for one in before if one.heading not in asked), *now]


def keep(rows: Iterable[KeptRow], at: str, machine: str, path: Path = LAST) -> None:
    """Write the table for the next run; who runs the bench commits it."""
    told = [
        {
            "part": one.heading,
            "what": one.what,
            "beside": one.beside,
            "ratio": round(one.ratio, 3),
            "more": one.more,
        }
        for one in rows
    ]
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in told)
    about = f'"at": {json.dumps(at)}, "machine": {json.dumps(machine)}'
    path.write_text(f'{{{about}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")
