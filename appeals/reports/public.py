"""Public statistics: counts only, small ones kept back so that none can be reckoned; pure (A24).

Whole half-years only: of periods that lie in one another the difference would tell what each hides
(decision 0129).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from appeals.reports.counting import groups
from appeals.reports.suppression import suppressed, suppressed_list
from appeals.reports.values import (
    SUPPRESSED,
    AppealFacts,
    Axis,
    Cell,
    Column,
    Report,
    ReportLine,
    ReportPeriod,
    Section,
)
from appeals.reports.words import WORDS

BY: Final = ("kind", "channel", "language", "outcome")
COUNT: Final = Column("appeals", WORDS["appeals"])


def public(
    appeals: Sequence[AppealFacts],
    axes: Mapping[str, Axis],
    period: ReportPeriod,
    smallest: int,
    now: datetime,
) -> Report:
    """`smallest`: no count below it is shown."""
    if len(appeals) < smallest:
        sections: tuple[Section, ...] = (_total(SUPPRESSED),)
    else:
        sections = (
            _total(len(appeals)),
            _crossed(appeals, axes["region"], axes["topic"], smallest),
            *(_listed(appeals, axes[axis], smallest) for axis in BY),
        )
    return Report(
        "public",
        WORDS["public"],
        period,
        None,
        "",
        WORDS["country"],
        now,
        (WORDS["note_registered"], WORDS["note_hidden"]),
        sections,
    )


def _total(count: Cell) -> Section:
    return Section("total", WORDS["appeals"], (COUNT,), (ReportLine("total", WORDS["total"], (count,)),))


def _listed(appeals: Sequence[AppealFacts], axis: Axis, smallest: int) -> Section:
    """Every value the axis knows, so that what nobody had is kept back as what one had."""
    values = _values(appeals, axis)
    counted = groups(axis, appeals)
    counts = [len(counted.get(value, ())) for value in values]
    hidden = suppressed_list(counts, smallest)
    lines = [
        ReportLine(value, axis.label(value), (SUPPRESSED if place in hidden else counts[place],))
        for place, value in enumerate(values)
    ]
    whole = ReportLine("total", WORDS["total"], (len(appeals),))
    return Section(axis.id, WORDS[f"by_{axis.id}"], (COUNT,), (*lines, whole))


def _crossed(appeals: Sequence[AppealFacts], down: Axis, across: Axis, smallest: int) -> Section:
    rows, columns = _values(appeals, down), _values(appeals, across)
    table = _table(appeals, down, across, rows, columns)
    hidden = suppressed(table, smallest)
    corner = (len(rows), len(columns))

    def cell(row: int, column: int) -> Cell:
        at = (row, column)
        kept_back = at != corner if hidden is None else at in hidden
        return SUPPRESSED if kept_back else table[row][column]

    labels = [*((value, down.label(value)) for value in rows), ("total", WORDS["total"])]
    lines = tuple(
        ReportLine(value, label, tuple(cell(row, column) for column in range(len(columns) + 1)))
        for row, (value, label) in enumerate(labels)
    )
    heads = (*(Column(value, across.label(value)) for value in columns), Column("total", WORDS["total"]))
    return Section("region_topic", WORDS["region_topic"], heads, lines)


def _table(
    appeals: Sequence[AppealFacts], down: Axis, across: Axis, rows: Sequence[str], columns: Sequence[str]
) -> list[list[int]]:
    """Counts with their totals."""
    row_of = {value: number for number, value in enumerate(rows)}
    column_of = {value: number for number, value in enumerate(columns)}
    table = [[0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for one in appeals:
        for row in (row_of[down.of(one)], -1):
            for column in (column_of[across.of(one)], -1):
                table[row][column] += 1
    return table


def _values(appeals: Sequence[AppealFacts], axis: Axis) -> tuple[str, ...]:
    """Those it knows, then what else stands in appeals, "" last."""
    others = groups(axis, appeals).keys() - set(axis.values) - {""}
    return (*axis.values, *sorted(others), *(() if axis.always else ("",)))
