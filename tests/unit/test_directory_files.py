"""Tables of the directory: round trips equal, every fault by its line, no formula, no bomb (A20)."""

import io
import random
import zipfile
from dataclasses import replace
from datetime import date, time

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from appeals.bodies.hours_text import WrongHours, hours_text, read_hours
from appeals.bodies.plan import plan
from appeals.bodies.rows_text import COLUMNS, heading_faults, read_rows, rows_of
from appeals.bodies.seed import read_seed
from appeals.bodies.service import SEED
from appeals.bodies.tables import MOST_BYTES, WrongTable, read_table, to_csv, to_xlsx
from appeals.model.body import Body, BodyContact, BodyKind, ChannelKind, Hours
from config.told import LocalizedText

SEEDED = read_seed(SEED.read_text(encoding="utf-8"))
SCHOOL = Body("school", BodyKind.LOCAL, "abai", "Мектеп", "Школа", hours=read_hours("1-5 09:00-18:00"))
FORMS = pytest.mark.parametrize("write", [to_csv, to_xlsx])


def numbered(bodies):
    count = iter(range(1, 10_000))
    return [
        replace(body, contacts=tuple(replace(one, id=next(count)) for one in body.contacts))
        for body in bodies
    ]


def again(write, bodies):
    heading, rows = read_table(write(rows_of(bodies)))
    assert heading_faults(heading) == []
    return read_rows(rows)


def joined(read):
    contacts = [one for _, one in read.contacts]
    return [
        replace(body, contacts=tuple(one for one in contacts if one.body == body.id))
        for _, body in read.bodies
    ]


@FORMS
def test_the_whole_directory_comes_back_as_it_went(write):
    bodies = numbered(SEEDED)
    read = again(write, bodies)
    assert (joined(read), read.faults) == (bodies, ())
    assert plan(bodies, read).bodies == plan(bodies, read).contacts == ()


TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30)
DAY = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2099, 12, 31)))


@FORMS
@settings(max_examples=60, deadline=None)
@given(
    names=st.tuples(TEXT, TEXT, TEXT, TEXT),
    days=st.tuples(DAY, DAY),
    order=st.integers(1, 99),
    yes=st.booleans(),
)
def test_any_text_and_any_day_come_back_as_they_went(write, names, days, order, yes):
    contact = BodyContact(7, "school", ChannelKind.LETTER, names[2], names[3], order, *days, yes, yes)
    body = replace(
        SCHOOL, name_kk=names[0], name_ru=names[1], valid_from=days[0], valid_until=days[1], closed=yes,
        topics=("4", "13"), contacts=(contact,),
    )  # fmt: skip
    assert joined(again(write, [body])) == [body]


@pytest.mark.parametrize("sign", list("=+-@'\t\r＝＋－＠"))
def test_no_cell_of_a_csv_begins_as_a_formula_and_all_come_back(sign):
    body = replace(SCHOOL, name_ru=f"{sign}HYPERLINK(1)")
    content = to_csv(rows_of([body]))
    assert f"'{sign}HYPERLINK" in content.decode("utf-8-sig")
    _, rows = read_table(content)
    assert rows[0][1]["name_ru"] == body.name_ru


def test_no_cell_of_an_xlsx_is_a_formula_or_a_link():
    body = replace(SCHOOL, name_ru="=1+1", name_kk="http://a.kz")
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(rows_of([body]))))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell for cell in cells if cell.hyperlink] == []


def sheet(*lines) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            if isinstance(value, date):
                page.write_datetime(number, column, value, book.add_format({"num_format": "dd.mm.yyyy"}))
            else:
                page.write(number, column, value)
    book.close()
    return file.getvalue()


def line_of(**cells) -> list:
    return [cells.get(name, "") for name in COLUMNS]


def test_what_a_spreadsheet_made_of_typed_cells_is_read_as_it_was_typed():
    row = line_of(record="contact", id="school", channel="telephone", address=102, order=2.0,
                  valid_from=date(2026, 11, 28), plain_mail=True)  # fmt: skip
    _, [(_, found)] = read_table(sheet(list(COLUMNS), row))
    assert (found["address"], found["order"], found["valid_from"], found["plain_mail"]) == (
        *("102", "2", "2026-11-28", "yes"),
    )


def test_a_formula_in_an_xlsx_is_refused_with_its_line():
    with pytest.raises(WrongTable, match="line 2 has a formula"):
        read_table(sheet(list(COLUMNS), line_of(record="body", name_kk="=1+1")))


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"\r\n;;\r\n", "the file is empty"),
        (b"x" * (MOST_BYTES + 1), "more than 5000000 bytes"),
        ("атау".encode("cp1251"), "neither XLSX nor CSV in UTF-8"),
        (b"PK\x03\x04broken", "the XLSX file cannot be read"),
        (b'record,id\n"body,school', "is no CSV"),
        (b"record,id\nbody,school,x", "line 2 has more cells than the heading"),
        (b"a\n" + b"b\n" * 20_001, "more than 20000 rows"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(content, why):
    with pytest.raises(WrongTable, match=why):
        read_table(content)


@pytest.mark.slow
def test_an_xlsx_altered_anywhere_is_read_or_refused_in_plain_words():
    good, dice = to_xlsx(rows_of(SEEDED[:3])), random.Random(111)
    for _ in range(400):
        altered = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            altered[dice.randrange(len(altered))] = dice.randrange(256)
        try:
            read_table(bytes(altered[: dice.choice([None, dice.randrange(len(altered))])]))
        except WrongTable as why:
            assert isinstance(why.args[0], LocalizedText)


@pytest.mark.slow
def test_parts_of_an_xlsx_altered_in_their_text_are_read_or_refused():
    with zipfile.ZipFile(io.BytesIO(to_xlsx(rows_of(SEEDED[:3])))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    dice = random.Random(111)
    for name, text in parts.items():
        for _ in range(40):
            altered = bytearray(text)
            for _ in range(dice.randint(1, 4)):
                altered[dice.randrange(len(altered))] = dice.randrange(32, 127)
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w") as packed:
                for other, content in {**parts, name: bytes(altered)}.items():
                    packed.writestr(other, content)
            try:
                read_table(file.getvalue())
            except WrongTable as why:
                assert isinstance(why.args[0], LocalizedText)


def test_an_xlsx_that_unpacks_to_a_bomb_is_refused():
    with pytest.raises(WrongTable, match="unpacks to more than"):
        read_table(bomb())


def test_a_heading_says_what_is_missing_unknown_and_twice():
    columns = [*COLUMNS[1:], "shoe", COLUMNS[1]]
    told = [str(one.why) for one in heading_faults(columns)]
    assert told == [
        "columns are missing: record",
        "columns that nobody knows: 'shoe'",
        "a column is there twice",
    ]


def rows(*cells) -> list:
    return [(line, one) for line, one in enumerate(cells, 2)]


GOOD = {
    "record": "body",
    "id": "school",
    "kind": "local",
    "hours": "1-5 09:00-18:00",
    "name_kk": "Мектеп",
    "name_ru": "Школа",
}
WAY = {"record": "contact", "id": "school", "channel": "telephone", "address": "102"}
WRONG = {
    "every fault of a row": (
        [{**GOOD, "kind": "x", "hours": "always", "valid_from": "1.2.2026", "closed": "maybe"}],
        ["2 kind is one of", "2 'always' are no hours", "2 valid_from is a date", "2 closed is yes or no"],
    ),
    "what no directory may hold": (
        [{**GOOD, "region": "mars", "topics": "4 14"}],
        ["2 there is no region", "2 topics"],
    ),
    "hours that were forgotten": ([{**GOOD, "hours": ""}], ["2 a body has hours; round the clock is 24/7"]),
    "a row of neither kind": ([{**GOOD, "record": "person"}], ["2 a row is a body or a contact"]),
    "a body twice": ([GOOD, GOOD], ["3 the body school stands in the file twice"]),
    "a contact twice": ([GOOD, WAY, WAY], ["4 this contact stands in the file twice"]),
    "a contact of nobody": ([WAY], ["2 there is no body 'school'"]),
    "a contact by another's number": ([GOOD, {**WAY, "contact": "99"}], ["3 school has no contact 99"]),
    "a number that is none": ([GOOD, {**WAY, "address": "8 700"}], ["3 '8 700' is no number"]),
    "a circle": (
        [{**GOOD, "above": "lyceum"}, {**GOOD, "id": "lyceum", "above": "school"}],
        ["2 it would stand above itself", "3 it would stand above itself"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_fault_is_told_with_its_line(case):
    cells, why = WRONG[case]
    found = [f"{one.line} {one.why}" for one in plan([], read_rows(rows(*cells))).faults]
    assert len(found) == len(why)
    assert [line for line, begins in zip(found, why, strict=True) if not line.startswith(begins)] == []


def test_a_file_adds_and_changes_and_deletes_nothing():
    known = [replace(SCHOOL, contacts=(BodyContact(7, "school", ChannelKind.TELEPHONE, "102", "", 1),))]
    lyceum = {**GOOD, "id": "lyceum", "above": "school"}
    new = {**WAY, "address": "103"}
    found = plan(known, read_rows(rows({**GOOD, "region": "astana"}, lyceum, {**WAY, "order": "2"}, new)))
    assert found.faults == ()
    assert [(before and before.region, after.id, after.region) for before, after in found.bodies] == [
        *(("abai", "school", "astana"), (None, "lyceum", "")),
    ]
    assert [(before and before.order, after.id, after.order) for before, after in found.contacts] == [
        *((1, 7, 2), (None, 0, 1)),
    ]
    assert (found.added, found.contacts_added) == (1, 1)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", "24/7"),
        ("24/7", "24/7"),
        ("1-5 09:00-13:00 14:00-18:00; 6 9:00-13:00", "1-5 09:00-13:00 14:00-18:00; 6 09:00-13:00"),
        ("1,3 09:00-10:00", "1,3 09:00-10:00"),
        ("7 20:00-08:00", "7 20:00-08:00"),
        ("1-7 00:00-24:00", "1-7 00:00-24:00"),
        ("6 09:00-13:00; 1-5 09:00-18:00", "1-5 09:00-18:00; 6 09:00-13:00"),
    ],
)
def test_hours_are_read_and_written(text, written):
    assert hours_text(read_hours(text)) == written
    assert read_hours(written) == read_hours(text)
    assert read_hours("5 20:00-24:00") == (Hours(5, time(20), time.max),)


@pytest.mark.parametrize(
    "text", ["always", "1-5", "8 09:00-10:00", "5-1 09:00-10:00", "1 25:00-26:00", "1 09:00", ";", "1 9-10",
             "1 09:00-10:00 09:00-10:00", "1 09:60-10:00", "1 09:00-24:01"],
)  # fmt: skip
def test_what_are_no_hours_is_refused_with_what_to_write(text):
    with pytest.raises(WrongHours, match="write them like 1-5 09:00-13:00"):
        read_hours(text)
