"""Half-yearly report for a region's commissioner: appeals of children's rights, by count; pure (B7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from appeals.reports.counting import ANSWERS, TIMES, answer_of, groups, times_line
from appeals.reports.values import AppealFacts, Axis, Cell, Column, Report, ReportLine, ReportPeriod, Section
from appeals.reports.words import WORDS

COLUMNS: Final = tuple(
    Column(id_, WORDS[id_]) for id_ in ("appeals", *ANSWERS, "unanswered", "measures", "repeated", "urgent")
)
BY: Final = ("reason", "kind", "channel", "outcome")


def half_year(
    appeals: Sequence[AppealFacts], axes: Mapping[str, Axis], period: ReportPeriod, region: str, now: datetime
) -> Report:
    """`appeals`: all that were registered in the period; of these children's, of `region` ("": all)."""
    of_children = [one for one in appeals if one.child and region in ("", one.region)]
    by = BY if region else ("region", *BY)
    tables = [_table(axes[axis], of_children) for axis in by]
    lines = (
        times_line("to_receipt", of_children, lambda one: one.received_at),
        times_line("to_answer", of_children, lambda one: one.answered_at),
    )
    return Report(
        "half_year",
        WORDS["half_year"],
        period,
        None,
        region,
        axes["region"].label(region) if region else WORDS["country"],
        now,
        (WORDS["note_registered"], WORDS["note_answers"], WORDS["note_repeated"]),
        (*tables, Section("times", WORDS["times"], TIMES, lines)),
    )


def _table(axis: Axis, appeals: Sequence[AppealFacts]) -> Section:
    lines = [
        ReportLine(value, axis.label(value), _cells(members))
        for value, members in groups(axis, appeals).items()
    ]
    whole = ReportLine("total", WORDS["total"], _cells(appeals))
    return Section(axis.id, WORDS[f"by_{axis.id}"], COLUMNS, (*lines, whole))


def _cells(appeals: Sequence[AppealFacts]) -> tuple[Cell, ...]:
    answers = [answer_of(one) for one in appeals]
    return (
        len(appeals),
        *(answers.count(answer) for answer in (*ANSWERS, "unanswered")),
        sum(any(hand_over.measures for hand_over in one.hand_overs) for one in appeals),
        sum(one.repeated for one in appeals),
        sum(one.urgent for one in appeals),
    )
