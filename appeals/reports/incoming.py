"""Report of what came in, beside the period before: by topic to outcome, times, terms; pure (C7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from appeals.reports.counting import TERMS, TIMES, groups, terms, times_line
from appeals.reports.values import AppealFacts, Axis, Column, Report, ReportLine, ReportPeriod, Section
from appeals.reports.words import WORDS

COLUMNS: Final = tuple(Column(id_, WORDS[id_]) for id_ in ("now", "before", "change"))
BY: Final = ("topic", "reason", "region", "kind", "channel", "language", "outcome")


def incoming(
    appeals: Sequence[AppealFacts],
    earlier: Sequence[AppealFacts],
    axes: Mapping[str, Axis],
    period: ReportPeriod,
    before: ReportPeriod,
    now: datetime,
) -> Report:
    """`appeals`, `earlier`: all that were registered in each period; terms as they stand now."""
    tables = [_table(axes[axis], appeals, earlier) for axis in BY]
    kept, kept_before = terms(appeals, now), terms(earlier, now)
    of_terms = tuple(_line(id_, kept[id_], kept_before[id_]) for id_ in TERMS)
    times = (
        times_line("to_receipt", appeals, lambda one: one.received_at),
        times_line("to_receipt_before", earlier, lambda one: one.received_at),
        times_line("to_answer", appeals, lambda one: one.answered_at),
        times_line("to_answer_before", earlier, lambda one: one.answered_at),
    )
    return Report(
        "incoming",
        WORDS["incoming"],
        period,
        before,
        "",
        WORDS["country"],
        now,
        (WORDS["note_registered"],),
        (
            *tables,
            Section("terms", WORDS["terms"], COLUMNS, of_terms),
            Section("times", WORDS["times"], TIMES, times),
        ),
    )


def _table(axis: Axis, appeals: Sequence[AppealFacts], earlier: Sequence[AppealFacts]) -> Section:
    counts = {value: len(members) for value, members in groups(axis, appeals).items()}
    was = {value: len(members) for value, members in groups(axis, earlier).items()}
    lines = []
    for value in groups(axis, (*appeals, *earlier)):
        many, few = counts.get(value, 0), was.get(value, 0)
        lines.append(ReportLine(value, axis.label(value), (many, few, many - few)))
    whole = _line("total", len(appeals), len(earlier))
    return Section(axis.id, WORDS[f"by_{axis.id}"], COLUMNS, (*lines, whole))


def _line(id_: str, count: int, before: int) -> ReportLine:
    return ReportLine(id_, WORDS[id_], (count, before, count - before))
