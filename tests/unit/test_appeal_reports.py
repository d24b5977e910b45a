"""Reports: each number against plain SQL over invented appeals; files; hidden counts, by reckoning."""

import asyncio
import csv
import io
import json
import random
import sqlite3
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from appeals.form.loading import load_form
from appeals.model.words import wrong_with
from appeals.reports.counting import axes, rank
from appeals.reports.files import days_of, to_csv, to_xlsx
from appeals.reports.pdf import to_pdf
from appeals.reports.periods import WrongPeriod, before, last_half_year, period_of
from appeals.reports.service import ReportRefused, Reports
from appeals.reports.suppression import suppressed, suppressed_list
from appeals.reports.values import SUPPRESSED, Label, ReportLine
from appeals.reports.words import WORDS
from appeals.topics.loading import load_topics
from config.database import open_database
from config.settings import Settings
from recordings.demands.steps import StepForbidden
from recordings.model.access_entry import Actor
from tests.appeal_crowd import Crowd
from tests.cheap import prepared

pytest_plugins = ("tests.command_line",)
ZONE = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
SAULE = Actor("Сәуле", "supervisor", "saule")
AIGERIM = Actor("Айгерім", "consultant", "aigerim")
# Half-year H1 of 2026 in Almaty (+05:00), as the database writes moments.
H1 = "registered_at >= '2025-12-31 19:00' AND registered_at < '2026-06-30 19:00'"
CHILDREN = (
    f"SELECT a.* FROM appeals a JOIN appeal_values v ON v.appeal_id = a.id "
    f"AND v.field = 'child_rights_violated' AND v.text = 'yes' WHERE {H1}"
)


class House:
    def __init__(self, settings: Settings) -> None:
        self.database = open_database(settings.database)
        form = load_form()
        self.reports = Reports(self.database, form, load_topics(form), ZONE, 5)
        self.sql = sqlite3.connect(settings.database.partition("///")[2])

    def counts(self, query: str) -> dict:
        return dict(self.sql.execute(query).fetchall())


@pytest.fixture
async def house(tmp_path):
    settings = Settings(home=tmp_path / "home")
    await prepared(settings.database)
    house = House(settings)
    await Crowd(4000).write(house.database)
    yield house
    house.sql.close()
    await house.database.dispose()


def column(report, section: str, name: str) -> dict:
    table = next(one for one in report.sections if one.id == section)
    place = [one.id for one in table.columns].index(name)
    return {line.id: line.cells[place] for line in table.lines}


def without_total(found: dict) -> dict:
    return {key: count for key, count in found.items() if key != "total"}


async def test_the_half_year_counts_what_plain_sql_counts(house):
    report = await house.reports.half_year("2026-H1", "", SAULE, NOW)
    for axis in ("region", "kind", "channel"):
        wanted = house.counts(f"SELECT {axis}, count(*) FROM ({CHILDREN}) GROUP BY 1")
        assert without_total(column(report, axis, "appeals")) == wanted
    wanted = house.counts(f"SELECT coalesce(outcome, ''), count(*) FROM ({CHILDREN}) GROUP BY 1")
    assert without_total(column(report, "outcome", "appeals")) == wanted
    wanted = house.counts(
        f"SELECT coalesce(r.text, ''), count(*) FROM ({CHILDREN}) c LEFT JOIN appeal_values r "
        "ON r.appeal_id = c.id AND r.field = 'reason' GROUP BY 1"
    )
    assert without_total(column(report, "reason", "appeals")) == wanted
    (urgent,) = house.sql.execute(f"SELECT count(*) FROM ({CHILDREN}) WHERE urgent").fetchone()
    assert column(report, "kind", "urgent")["total"] == urgent


async def test_the_half_year_of_a_region_counts_answers_measures_and_repeats(house):
    report = await house.reports.half_year("2026-H1", "abai", SAULE, NOW)
    of_region = f"{CHILDREN} AND a.region = 'abai'"
    has = "EXISTS (SELECT 1 FROM hand_overs h WHERE h.appeal_id = c.id AND h.answer = '{}')"
    weight = (
        f"CASE WHEN {has.format('confirmed')} THEN 'confirmed' WHEN {has.format('partly')} THEN 'partly' "
        f"WHEN {has.format('not_confirmed')} THEN 'not_confirmed' ELSE 'unanswered' END"
    )
    wanted = house.counts(f"SELECT {weight}, count(*) FROM ({of_region}) c GROUP BY 1")
    found = {name: column(report, "kind", name)["total"] for name in wanted}
    assert found == wanted
    (measured,) = house.sql.execute(
        f"SELECT count(*) FROM ({of_region}) c WHERE EXISTS (SELECT 1 FROM hand_overs h JOIN "
        "hand_over_events e ON e.hand_over_id = h.id WHERE h.appeal_id = c.id AND e.seq = "
        "(SELECT max(seq) FROM hand_over_events WHERE hand_over_id = h.id AND step = 'answered') "
        "AND json_extract(e.facts, '$.measures'))"
    ).fetchone()
    assert column(report, "kind", "measures")["total"] == measured
    earlier = (
        "EXISTS (SELECT 1 FROM {t} k JOIN {t} o ON o.{key} = k.{key} JOIN appeals b ON b.id = o.appeal_id "
        "WHERE k.appeal_id = c.id AND b.id < c.id AND b.topic = c.topic AND b.topic <> '' "
        "AND b.registered_at < '2026-06-30 19:00')"
    )
    (repeated,) = house.sql.execute(
        f"SELECT count(*) FROM ({of_region}) c WHERE c.joined_to IS NOT NULL "
        f"OR {earlier.format(t='appeal_words', key='digest')} "
        f"OR {earlier.format(t='appeal_contacts', key='caller_index')}"
    ).fetchone()
    assert column(report, "kind", "repeated")["total"] == repeated
    assert "region" not in {one.id for one in report.sections}


async def test_times_are_those_that_plain_sql_orders(house):
    report = await house.reports.half_year("2026-H1", "", SAULE, NOW)
    times = next(one for one in report.sections if one.id == "times")
    for line, end in zip(times.lines, ("received_at", "answered_at"), strict=True):
        spans = sorted(
            seconds
            for (seconds,) in house.sql.execute(
                f"SELECT CAST(strftime('%s', h.{end}) AS INTEGER) - CAST(strftime('%s', h.due_at) AS INTEGER)"
                f" FROM hand_overs h JOIN ({CHILDREN}) c ON c.id = h.appeal_id WHERE h.{end} IS NOT NULL"
            )
        )
        nearest = [spans[-(-len(spans) * percent // 100) - 1] for percent in (50, 90)]
        assert line.cells == (len(spans), *nearest, spans[-1])


async def test_what_came_in_stands_beside_the_month_before(house):
    report = await house.reports.incoming("2026-06", SAULE, NOW)
    months = {
        "now": "registered_at >= '2026-05-31 19:00' AND registered_at < '2026-06-30 19:00'",
        "before": "registered_at >= '2026-04-30 19:00' AND registered_at < '2026-05-31 19:00'",
    }
    for axis in ("topic", "region", "kind", "channel", "language", "outcome"):
        for name, month in months.items():
            wanted = house.counts(
                f"SELECT coalesce({axis}, ''), count(*) FROM appeals WHERE {month} GROUP BY 1"
            )
            found = {key: count for key, count in without_total(column(report, axis, name)).items() if count}
            assert found == wanted, (axis, name)
            assert column(report, axis, name)["total"] == sum(wanted.values())
    broken = "CASE WHEN due_at IS NULL THEN 'no_term' WHEN closed_at <= due_at THEN 'kept' "
    broken += "WHEN closed_at IS NULL AND due_at >= '2026-11-28 10:00' THEN 'running' ELSE 'broken' END"
    wanted = house.counts(f"SELECT {broken}, count(*) FROM appeals WHERE {months['now']} GROUP BY 1")
    assert {key: count for key, count in column(report, "terms", "now").items() if count} == wanted


@pytest.mark.parametrize(
    "text, first, last, earlier",
    [
        ("2026-H1", "01.01.2026", "30.06.2026", "2025-H2"),
        ("2026-H2", "01.07.2026", "31.12.2026", "2026-H1"),
        ("2026-01", "01.01.2026", "31.01.2026", "2025-12"),
        ("2024-02", "01.02.2024", "29.02.2024", "2024-01"),
        ("2026-W01", "29.12.2025", "04.01.2026", "2025-W52"),
        ("2026-11-28", "28.11.2026", "28.11.2026", "2026-11-27"),
        ("2026-11-10..2026-11-12", "10.11.2026", "12.11.2026", "2026-11-07..2026-11-09"),
    ],
)
async def test_a_period_is_whole_days_of_the_zone_and_has_one_before_it(house, text, first, last, earlier):
    report = await house.reports.incoming(text, SAULE, NOW)
    assert (days_of(report), report.before.id) == (f"{first} – {last}", earlier)
    assert report.before.until == report.period.since


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-H3", "2026-W60", "2026-02-30", "x",
                                  "2026-11-12..2026-11-10", "9999-H2", "0001-01-01"])  # fmt: skip
def test_what_is_no_period_is_refused(text):
    with pytest.raises(WrongPeriod):
        period_of(text, ZONE)


def test_the_last_half_year_is_the_one_that_is_over():
    assert [last_half_year(datetime(2026, month, 1).date()) for month in (1, 6, 7, 12)] == [
        "2025-H2", "2025-H2", "2026-H1", "2026-H1",
    ]  # fmt: skip
    assert before(period_of("2026-H1", ZONE)).id == "2025-H2"


async def test_who_does_not_watch_gets_no_report(house):
    for asked in (
        house.reports.half_year("2026-H1", "", AIGERIM, NOW),
        house.reports.incoming("2026-06", AIGERIM, NOW),
        house.reports.public("2026-H1", AIGERIM, NOW),
    ):
        with pytest.raises(StepForbidden):
            await asked


async def test_public_statistics_are_of_whole_half_years_that_are_over(house):
    with pytest.raises(WrongPeriod):
        await house.reports.public("2026-06", SAULE, NOW)
    with pytest.raises(ReportRefused):
        await house.reports.public("2026-H2", SAULE, NOW)
    with pytest.raises(ReportRefused):
        await house.reports.half_year("2026-H1", "nowhere", SAULE, NOW)


async def test_no_count_below_five_is_public_and_sums_are_true(house):
    report = await house.reports.public("2026-H1", SAULE, NOW)
    every = [cell for one in report.sections for line in one.lines for cell in line.cells]
    assert [cell for cell in every if cell != SUPPRESSED and cell < 5] == []
    assert SUPPRESSED in every
    wanted = house.counts(f"SELECT channel, count(*) FROM appeals WHERE {H1} GROUP BY 1")
    assert without_total(column(report, "channel", "appeals")) == wanted


def reckoned(table, hidden) -> dict:
    """What an outsider can reckon: the narrowest bounds of each hidden cell, by all rows and columns."""
    rows, columns = len(table), len(table[0])
    low = {at: 0 for at in hidden}
    high = {at: sum(map(sum, table)) for at in hidden}
    lines = [[(r, c) for c in range(columns)] for r in range(rows)]
    lines += [[(r, c) for r in range(rows)] for c in range(columns)]
    changed = True
    while changed:
        changed = False
        for *parts, total in lines:
            for at in (*parts, total):
                if at not in hidden:
                    continue
                # total = sum of parts, so each is bounded by the bounds of the others
                mins = {p: low[p] if p in hidden else table[p[0]][p[1]] for p in (*parts, total)}
                maxs = {p: high[p] if p in hidden else table[p[0]][p[1]] for p in (*parts, total)}
                if at == total:
                    new = sum(mins[p] for p in parts), sum(maxs[p] for p in parts)
                else:
                    others = [p for p in parts if p != at]
                    new = (mins[total] - sum(maxs[p] for p in others),
                           maxs[total] - sum(mins[p] for p in others))  # fmt: skip
                if new[0] > low[at] or new[1] < high[at]:
                    low[at], high[at] = max(low[at], new[0]), min(high[at], new[1])
                    changed = True
    return {at: (low[at], high[at]) for at in hidden}


def with_totals(inner):
    table = [[*row, sum(row)] for row in inner]
    return [*table, [sum(column) for column in zip(*table, strict=True)]]


@pytest.mark.parametrize("seed", range(150))
def test_no_hidden_cell_of_a_table_can_be_reckoned_back_nor_be_told_to_be_small(seed):
    chance = random.Random(seed)
    rows, columns, most = chance.randrange(2, 9), chance.randrange(2, 7), chance.choice((3, 9, 40, 200))
    table = with_totals([[chance.randrange(most) for _ in range(columns)] for _ in range(rows)])
    hidden = suppressed(table, 5)
    corner = (rows, columns)
    if hidden is None:
        return
    small = {(r, c) for r in range(rows + 1) for c in range(columns + 1) if table[r][c] < 5} - {corner}
    assert small <= hidden
    assert corner not in hidden
    for at, (low, high) in reckoned(table, hidden).items():
        assert low < high, (at, table, hidden)
        if at in small:
            assert high >= 5, (at, table, hidden)


@pytest.mark.parametrize("seed", range(40))
def test_of_small_tables_every_table_that_fits_is_tried(seed):
    chance = random.Random(seed)
    table = with_totals([[chance.randrange(9) for _ in range(3)] for _ in range(2)])
    hidden = suppressed(table, 5)
    if hidden is None or len(hidden) > 9:
        return
    fits = []
    whole = table[-1][-1]
    for a in range(whole + 1):
        for b in range(whole + 1 - a):
            for c in range(whole + 1 - a - b):
                for d in range(whole + 1 - a - b - c):
                    for e in range(whole + 1 - a - b - c - d):
                        other = with_totals([[a, b, c], [d, e, whole - a - b - c - d - e]])
                        if all(other[r][k] == table[r][k] for r in range(3) for k in range(4)
                               if (r, k) not in hidden):  # fmt: skip
                            fits.append(other)
    for r, k in hidden:
        assert len({other[r][k] for other in fits}) > 1, (r, k, table)
        if table[r][k] < 5:
            assert max(other[r][k] for other in fits) >= 5, (r, k, table)


@pytest.mark.parametrize("seed", range(100))
def test_no_hidden_count_of_a_list_can_be_reckoned_back(seed):
    chance = random.Random(seed)
    counts = [chance.randrange(chance.choice((3, 12, 90))) for _ in range(chance.randrange(1, 8))]
    if sum(counts) < 5:
        return
    hidden = suppressed_list(counts, 5)
    assert {place for place, count in enumerate(counts) if count < 5} <= hidden
    assert len(hidden) != 1
    assert not hidden or sum(counts[place] for place in hidden) >= 5


async def test_files_hold_the_numbers_as_numbers_in_both_languages(house):
    report = await house.reports.incoming("2026-06", SAULE, NOW)
    for language, title in (("kk", "Келіп түскен өтініштер"), ("ru", "Поступившие обращения")):
        text = to_csv(report, language).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        assert rows[0] == [title]
        assert any(row[:1] == [WORDS["phone"].of(language)] and row[1].isdigit() for row in rows)
        book = openpyxl.load_workbook(io.BytesIO(to_xlsx(report, language)))
        sheet = book[WORDS["by_channel"].of(language)]
        counts = {row[0]: row[1] for row in sheet.iter_rows(min_row=2, values_only=True)}
        phones = column(report, "channel", "now")["phone"]
        assert (counts[WORDS["phone"].of(language)], sheet.freeze_panes) == (phones, "B2")
        times = book[WORDS["times"].of(language)[:31]]
        assert (times["C2"].number_format, times["B2"].number_format) == ("[h]:mm:ss", "#,##0")
        assert to_pdf(report, language).startswith(b"%PDF")


async def test_a_label_that_is_a_formula_stays_text(house):
    from dataclasses import replace

    report = await house.reports.incoming("2026-06", SAULE, NOW)
    evil = Label("=1+1", "=1+1", "=1+1")
    table = report.sections[0]
    first = ReportLine("x", evil, table.lines[0].cells)
    report = replace(report, sections=(replace(table, lines=(first,)),), region_label=evil)
    assert "\n=1+1" not in to_csv(report, "kk").decode() and ";=1+1" not in to_csv(report, "kk").decode()
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(report, "kk")))
    assert book.worksheets[1]["A2"].data_type == "s"


def test_every_word_of_reports_is_there_in_kazakh_and_russian():
    assert {id_: wrong for id_, label in WORDS.items() if (wrong := wrong_with(label))} == {}
    assert [label.en for label in WORDS.values() if not label.en] == []


def test_every_axis_names_what_it_knows_and_what_is_not_stated():
    form = load_form()
    for axis in axes(form, load_topics(form)).values():
        for value in (*axis.values, "", "of-another-version"):
            assert all(axis.label(value).of(language) for language in ("kk", "ru", "en"))


def test_a_rank_is_a_time_that_occurred():
    assert [rank([], 50), rank([7], 90), rank([1, 2, 3, 4], 50), rank(list(range(1, 11)), 90)] == [
        None, 7, 2, 9,
    ]  # fmt: skip


def test_the_command_gives_the_same_report_in_every_form(ivr111, settings, tmp_path):
    asyncio.run(filled(settings))
    told = json.loads(ivr111("appeals", "report", "half-year", "2026-H1", "--json").stdout)
    assert (told["report"], told["period"]["id"], told["region"]) == ("half_year", "2026-H1", None)
    assert told["sections"][0]["lines"][-1]["cells"]["appeals"] > 100
    for name in ("r.csv", "r.xlsx", "r.pdf"):
        out = ("--out", str(tmp_path / name), "--language", "ru")
        assert ivr111("appeals", "report", "incoming", "2026-06", *out).exit_code == 0
        assert (tmp_path / name).stat().st_size > 500
    shown = ivr111("--lang", "kk", "appeals", "report", "public", "2026-H1")
    assert "жасырын" in shown.stdout
    wrong = ivr111("appeals", "report", "public", "2026-06")
    assert (wrong.exit_code, "whole half-years" in wrong.stderr) == (1, True)


async def filled(settings: Settings) -> None:
    await prepared(settings.database)
    database = open_database(settings.database)
    await Crowd(1500).write(database)
    await database.dispose()
