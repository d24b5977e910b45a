"""PDF of a report, in Kazakh or Russian, on the page the letters have; edge (A24, B7)."""

from typing import TYPE_CHECKING, Final

from appeals.reports.files import head, shown
from appeals.reports.values import Report, Section
from recordings.package.pdf import add_fonts

if TYPE_CHECKING:
    from fpdf import FPDF

WIDE: Final = 6  # columns: more leave less for the first
NUMBERED: Final = 9  # more are headed by their numbers, whose words stand above


def to_pdf(report: Report, language: str) -> bytes:
    """A4, one table after another. Raises FontMissing."""
    from fpdf import FPDF  # noqa: PLC0415 - a second of imports that only a file needs

    pdf = FPDF(format="A4", orientation="landscape")
    pdf.set_creation_date(report.made_at)
    pdf.set_title(report.title.of(language))
    pdf.set_producer("ivr111")
    add_fonts(pdf)
    pdf.set_auto_page_break(True, 14)
    pdf.set_margins(14, 14, 14)
    pdf.add_page()
    for number, line in enumerate(head(report, language)):
        _text(pdf, ": ".join(line), 9 if number else 14, "" if number else "B")
    for section in report.sections:
        pdf.ln(4)
        _table(pdf, section, language)
    return bytes(pdf.output())


def _table(pdf: "FPDF", section: Section, language: str) -> None:
    many = len(section.columns)
    _text(pdf, section.title.of(language), 11, "B")
    pdf.set_font("DejaVu", "", 8)
    first = 40 if many > WIDE else 60
    widths = (first, *([(269 - first) / max(many, 4)] * many))
    rows = [
        (
            line.label.of(language),
            *(
                shown(cell, column.unit, language)
                for column, cell in zip(section.columns, line.cells, strict=True)
            ),
        )
        for line in section.lines
    ]
    labels = [column.label.of(language) for column in section.columns]
    if many > NUMBERED:
        _text(pdf, "; ".join(labels), 7, "")
        pdf.set_font("DejaVu", "", 6)
        labels = [
            column.id if column.id.isdigit() else label
            for column, label in zip(section.columns, labels, strict=True)
        ]
    heads = ("", *labels)
    aligned = ("LEFT", *(["RIGHT"] * many))
    with pdf.table(width=sum(widths), col_widths=widths, line_height=4.5, text_align=aligned) as table:
        for cells in (heads, *rows):
            line_of = table.row()
            for cell in cells:
                line_of.cell(cell)


def _text(pdf: "FPDF", text: str, size: float, style: str) -> None:
    pdf.set_font("DejaVu", style, size)
    pdf.multi_cell(0, size * 0.55, text, align="L", new_x="LMARGIN", new_y="NEXT")
