"""PDF of the letter, Kazakh first, then Russian; the same bytes for the same letter; edge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config.told import told
from recordings.demands.letter import DemandReply

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path("/usr/share/fonts/truetype/dejavu")


class FontMissing(Exception):
    """The font with the Kazakh letters is not there; the text says what to install."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One line of the table of enclosures."""

    name: str
    begun: str
    length: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around the text; `signed`: who prepared it, who approved it."""

    name: str
    to_kk: str
    to_ru: str
    dated: datetime  # in the centre's zone
    key_sha256: str
    verifier_sha256: str
    signed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """One language's words."""

    centre: str
    to: str
    dated: str
    title: str
    paragraphs: Sequence[str]
    alarm: str
    columns: Sequence[str]
    caption: str
    key: str
    roles: Sequence[str]


def letter(reply: DemandReply, head: Letterhead, enclosed: Sequence[Enclosed]) -> bytes:
    """A4. Raises FontMissing."""
    from fpdf import FPDF  # noqa: PLC0415 - a second of imports that only a letter needs

    pdf = FPDF(format="A4")
    pdf.set_creation_date(head.dated)
    pdf.set_title(head.name)
    pdf.set_producer("ivr111")
    add_fonts(pdf)
    pdf.set_auto_page_break(True, 18)
    pdf.set_margins(22, 18, 18)
    for page in (_kk(reply, head), _ru(reply, head)):
        pdf.add_page()
        _heading(pdf, page)
        _text(pdf, page)
        if enclosed:
            _enclosures(pdf, page, enclosed)
        pdf.ln(4)
        _line(pdf, page.key, 8)
        pdf.ln(8)
        for role, person in zip(page.roles, head.signed, strict=False):
            _line(pdf, f"{role}: {person}    ____________________", 10)
            pdf.ln(4)
    return bytes(pdf.output())


def add_fonts(pdf: "FPDF") -> None:
    """The font with the Kazakh letters, plain and bold. Raises FontMissing."""
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        if not (FONTS / file).exists():
            raise FontMissing(
                told("{file} is missing: install the package fonts-dejavu-core", file=FONTS / file)
            )
        pdf.add_font("DejaVu", style, FONTS / file)


def _kk(reply: DemandReply, head: Letterhead) -> _Page:
    return _Page(
        "111 байланыс орталығы",
        head.to_kk,
        f"{head.dated:%d.%m.%Y}   № {head.name}",
        reply.title_kk,
        reply.kk,
        reply.alarm_kk,
        ("Жазба", "Басталған уақыты", "Ұзақтығы", "Дыбыстың SHA-256 сомасы"),
        "Қоса берілетін жазбалар",
        f"Ашық кілттің SHA-256 сомасы (бөлек алынған кілтпен салыстырыңыз): {head.key_sha256}\n"
        f"verify.py бағдарламасының SHA-256 сомасы: {head.verifier_sha256}",
        ("Әкімші", "Бекіткен"),
    )


def _ru(reply: DemandReply, head: Letterhead) -> _Page:
    return _Page(
        "Контакт-центр 111",
        head.to_ru,
        f"{head.dated:%d.%m.%Y}   № {head.name}",
        reply.title_ru,
        reply.ru,
        reply.alarm_ru,
        ("Запись", "Начало", "Длительность", "Сумма SHA-256 звука"),
        "Прилагаемые записи",
        f"Сумма SHA-256 открытого ключа (сравните с ключом, полученным отдельно): {head.key_sha256}\n"
        f"Сумма SHA-256 программы verify.py: {head.verifier_sha256}",
        ("Администратор", "Утвердил"),
    )


def _heading(pdf: "FPDF", page: _Page) -> None:
    _line(pdf, page.centre, 15, "B")
    pdf.line(pdf.l_margin, pdf.get_y() + 1, pdf.w - pdf.r_margin, pdf.get_y() + 1)
    pdf.ln(5)
    _line(pdf, page.dated, 10)
    pdf.ln(2)
    pdf.set_x(pdf.w / 2)
    pdf.set_font("DejaVu", "", 10)
    pdf.multi_cell(0, 5.5, page.to, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(6)


def _text(pdf: "FPDF", page: _Page) -> None:
    _line(pdf, page.title, 12, "B")
    pdf.ln(2)
    for paragraph in page.paragraphs:
        _line(pdf, paragraph, 10.5)
        pdf.ln(1.5)
    if page.alarm:
        pdf.set_text_color(200, 0, 0)
        _line(pdf, page.alarm, 10.5, "B")
        pdf.set_text_color(0, 0, 0)


def _enclosures(pdf: "FPDF", page: _Page, enclosed: Sequence[Enclosed]) -> None:
    pdf.ln(2)
    _line(pdf, page.caption, 10.5, "B")
    pdf.set_font("DejaVu", "", 7.5)
    with pdf.table(col_widths=(34, 26, 16, 44), line_height=4.5, text_align="LEFT") as table:
        for row in (page.columns, *((one.name, one.begun, one.length, one.sha256) for one in enclosed)):
            line = table.row()
            for cell in row:
                line.cell(cell)


def _line(pdf: "FPDF", text: str, size: float, style: str = "") -> None:
    pdf.set_font("DejaVu", style, size)
    pdf.multi_cell(0, size * 0.55, text, align="L", new_x="LMARGIN", new_y="NEXT")
