"""Files of the directory, CSV and XLSX, as rows of text; no cell is ever a formula; edge (A20)."""

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Final
from xml.etree.ElementTree import ParseError

from appeals.bodies.rows_text import COLUMNS, Row
from config.told import told

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 20_000
_UNPACKED = 60_000_000  # bytes of an XLSX: more is a bomb
_SHEET = "directory"
# All that zipfile, zlib, the XML parser and openpyxl raise for files that were altered byte by byte.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, LookupError, ValueError),
    *(TypeError, AttributeError, RuntimeError),
)
# What a spreadsheet takes for a formula at a cell's beginning; ' hides it there, and itself.
_FORMULA = tuple("=+-@\t\r'＝＋－＠")


class WrongTable(ValueError):
    """The file cannot be read as a table; the text says why."""


def to_csv(rows: Iterable[Row]) -> bytes:
    """UTF-8 with its mark and semicolons, as spreadsheets here open it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([no_formula(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Iterable[Row]) -> bytes:
    """One sheet, every cell text."""
    import xlsxwriter  # noqa: PLC0415 - only an export waits for it

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet, text, bold = book.add_worksheet(_SHEET), book.add_format({"num_format": "@"}), book.add_format()
    bold.set_bold()
    sheet.set_column(0, len(COLUMNS) - 1, 18, text)
    sheet.freeze_panes(1, 2)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(rows, 1):
        for column, name in enumerate(COLUMNS):
            sheet.write_string(number, column, row[name], text)
    book.close()
    return file.getvalue()


def read_table(content: bytes) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Heading, and every row that is not empty with its line; XLSX by its first bytes, else CSV.

    Raises WrongTable.
    """
    if len(content) > MOST_BYTES:
        raise WrongTable(told("the file has more than {most} bytes", most=MOST_BYTES))
    lines = _of_xlsx(content) if content.startswith(b"PK") else _of_csv(content)
    heading: list[str] = []
    rows: list[tuple[int, dict[str, str]]] = []
    for line, cells in lines:
        if not any(cells):
            continue
        if not heading:
            heading = _without_tail([one.strip() for one in cells])
            continue
        if len(_without_tail(cells)) > len(heading):
            raise WrongTable(told("line {line} has more cells than the heading", line=line))
        rows.append((line, dict(zip(heading, cells, strict=False))))
        if len(rows) > MOST_ROWS:
            raise WrongTable(told("the file has more than {most} rows", most=MOST_ROWS))
    if not heading:
        raise WrongTable(told("the file is empty"))
    return heading, rows


def _of_csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongTable(
            told("the file is neither XLSX nor CSV in UTF-8: save it as «CSV UTF-8» or as XLSX")
        ) from None
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_shown(one) for one in cells]
    except csv.Error as why:
        raise WrongTable(told("line {line} is no CSV: {why}", line=reader.line_num, why=why)) from None


def _of_xlsx(content: bytes) -> list[tuple[int, list[str]]]:
    """All at once: what is wrong inside is met while reading, and is told as ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _UNPACKED:
                raise WrongTable(told("the XLSX file unpacks to more than {most} bytes", most=_UNPACKED))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it passes over: a person could do nothing about it
            return _sheet(content)
    except WrongTable:
        raise
    except _BROKEN as why:
        raise WrongTable(told("the XLSX file cannot be read: {why}", why=why)) from None


def _sheet(content: bytes) -> list[tuple[int, list[str]]]:
    import openpyxl  # noqa: PLC0415 - only an import waits for it

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        lines = zip(range(1, MOST_ROWS + 3), sheet.iter_rows(max_col=len(COLUMNS) * 2), strict=False)
        return [(line, [_cell(cell, line) for cell in row]) for line, row in lines]
    finally:
        book.close()


def _cell(cell: object, line: int) -> str:
    """Text of a cell as a person typed it, for a spreadsheet makes numbers and dates of it."""
    value = getattr(cell, "value", None)
    if getattr(cell, "data_type", "") in ("f", "e"):
        raise WrongTable(told("line {line} has a formula or a fault of one: put its value there", line=line))
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def no_formula(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _shown(text: str) -> str:
    return text.removeprefix("'")


def _without_tail(cells: Sequence[str]) -> list[str]:
    """Without the empty cells at its end, which spreadsheets add."""
    found = list(cells)
    while found and not found[-1].strip():
        found.pop()
    return found
