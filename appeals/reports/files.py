"""Files of reports: CSV and XLSX in Kazakh or Russian; numbers are numbers, no cell is a formula; edge."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from appeals.bodies.tables import no_formula
from appeals.reports.values import SUPPRESSED, Cell, Report, Section, Unit
from appeals.reports.words import WORDS

DAY: Final = 86400  # seconds: spreadsheets count time in days


def to_csv(report: Report, language: str) -> bytes:
    """UTF-8 with its mark and semicolons, as spreadsheets here open it; times in seconds."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([no_formula(one) for one in line] for line in head(report, language))
    for section in report.sections:
        writer.writerow([])
        heads = (column.label.of(language) for column in section.columns)
        writer.writerow([no_formula(one) for one in (section.title.of(language), *heads)])
        for line in section.lines:
            cells = (_plain(cell, language) for cell in line.cells)
            writer.writerow([no_formula(line.label.of(language)), *cells])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(report: Report, language: str) -> bytes:
    """One sheet a table, its head frozen; times as [h]:mm:ss."""
    import xlsxwriter  # noqa: PLC0415 - only a file waits for it

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    about = book.add_worksheet(WORDS["period"].of(language))
    about.set_column(0, 0, 30)
    about.set_column(1, 1, 70)
    for row, line in enumerate(head(report, language)):
        for column, text in enumerate(line):
            about.write_string(row, column, text)
    for section in report.sections:
        _sheet(book, section, language)
    book.close()
    return file.getvalue()


def head(report: Report, language: str) -> Iterator[tuple[str, ...]]:
    """What stands above the tables."""
    yield (report.title.of(language),)
    yield WORDS["period"].of(language), days_of(report)
    if report.before is not None:
        yield WORDS["before"].of(language), report.before.id
    yield WORDS["region"].of(language), report.region_label.of(language)
    made = report.made_at.astimezone(report.period.since.tzinfo)
    yield WORDS["made"].of(language), f"{made:%d.%m.%Y %H:%M}"
    for note in report.notes:
        yield (note.of(language),)


def days_of(report: Report) -> str:
    """First and last day, both included."""
    last = report.period.until.date() - timedelta(days=1)
    return f"{report.period.since:%d.%m.%Y} – {last:%d.%m.%Y}"


def shown(cell: Cell, unit: Unit, language: str) -> str:
    """A cell as people read it."""
    if cell is None:
        return "—"
    if cell == SUPPRESSED:
        return WORDS["hidden"].of(language)
    if unit is Unit.SECONDS:
        minutes, seconds = divmod(int(cell), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{cell:,}".replace(",", "\u00a0")


def _sheet(book: Any, section: Section, language: str) -> None:
    sheet = book.add_worksheet(section.title.of(language)[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    count, span = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "[h]:mm:ss"})
    texts = [line.label.of(language) for line in section.lines]
    sheet.set_column(0, 0, min(max(len(text) for text in (section.title.of(language), *texts)) + 2, 70))
    sheet.set_column(1, len(section.columns), 16)
    sheet.freeze_panes(1, 1)
    sheet.write_string(0, 0, section.title.of(language), bold)
    for place, column in enumerate(section.columns, 1):
        sheet.write_string(0, place, column.label.of(language), bold)
    for row, line in enumerate(section.lines, 1):
        sheet.write_string(row, 0, texts[row - 1])
        for place, (column, cell) in enumerate(zip(section.columns, line.cells, strict=True), 1):
            if isinstance(cell, int):
                timed = column.unit is Unit.SECONDS
                sheet.write_number(row, place, cell / DAY if timed else cell, span if timed else count)
            else:
                sheet.write_string(row, place, _plain(cell, language) or "—")


def _plain(cell: Cell, language: str) -> str:
    """Seconds and counts as digits."""
    if cell == SUPPRESSED:
        return WORDS["hidden"].of(language)
    return "" if cell is None else str(cell)
