"""JSON of a report: numbers with their ids, words in Kazakh and Russian; pure (C7)."""

from typing import Any

from appeals.reports.values import Label, Report, ReportPeriod, Section


def report_to_json(report: Report) -> dict[str, Any]:
    """Counts and seconds as numbers, `suppressed` where one is kept back, null where there is none."""
    return {
        "report": report.id,
        "title": _words(report.title),
        "period": _period(report.period),
        "before": _period(report.before) if report.before is not None else None,
        "region": report.region or None,
        "made_at": report.made_at.isoformat(),
        "notes": [_words(note) for note in report.notes],
        "sections": [_section(section) for section in report.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": _words(section.title),
        "columns": [
            {"id": one.id, "label": _words(one.label), "unit": one.unit.value} for one in section.columns
        ],
        "lines": [
            {
                "id": line.id,
                "label": _words(line.label),
                "cells": {column.id: cell for column, cell in zip(section.columns, line.cells, strict=True)},
            }
            for line in section.lines
        ],
    }


def _period(period: ReportPeriod) -> dict[str, str]:
    return {"id": period.id, "since": period.since.isoformat(), "until": period.until.isoformat()}


def _words(label: Label) -> dict[str, str]:
    return {"kk": label.kk, "ru": label.ru}
