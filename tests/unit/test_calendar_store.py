"""The calendar kept: the table wins over the library, every change has its who and what was before (A16)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from appeals.calendar.day import Day, DayKind
from appeals.calendar.service import Calendar, CalendarRefused
from appeals.calendar.words import words
from appeals.model.body import Hours
from config.appeals import TERMS
from console.identity.tables import EVERY
from recordings.model.access_entry import Actor
from recordings.rows.service import keyed
from tests.evidence_home import EvidenceHome

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow
ZONE = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
AIGUL = Actor("Айгүл", "administrator", "aigul")
OFFICE = tuple(Hours(day, time(9), time(18)) for day in range(1, 6))


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    opened.database = keyed(opened.database, opened.keys.numbers, EVERY)
    yield opened
    await opened.close()


@pytest.fixture
def calendar(home):
    return Calendar(home.database, ZONE, TERMS)


def at(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=ZONE)


async def first(calendar, moment: str, body: str = "akimat_abai") -> str:
    found, _ = await calendar.next(body, OFFICE, at(moment))
    return f"{found:%Y-%m-%d %H:%M}"


async def test_a_year_that_nobody_filled_in_has_the_librarys_holidays(calendar):
    assert await first(calendar, "2026-03-22 02:10") == "2026-03-26 09:00"


async def test_filling_in_enters_each_day_once_and_never_over_an_administrators(calendar):
    await calendar.set([Day(date(2026, 3, 25), DayKind.SHORT, shorter=60)], AIGUL, NOW)
    entered = await calendar.fill([2026], AIGUL, NOW)
    assert (len(entered), date(2026, 3, 25) in {one.day for one in entered}) == (18, False)
    assert await calendar.fill([2026], AIGUL, NOW) == []
    assert await first(calendar, "2026-03-22 02:10") == "2026-03-25 09:00"


async def test_a_removed_holiday_stays_removed_whatever_the_library_says(calendar):
    await calendar.fill([2026], AIGUL, NOW)
    await calendar.remove(date(2026, 5, 27), AIGUL, NOW)
    await calendar.fill([2026], AIGUL, NOW)
    assert await first(calendar, "2026-05-27 10:00") == "2026-05-27 10:00"
    with pytest.raises(CalendarRefused, match="2026-05-27 is an ordinary day already"):
        await calendar.remove(date(2026, 5, 27), AIGUL, NOW)


async def test_a_holiday_is_removed_from_a_year_that_was_never_filled_in(calendar):
    await calendar.remove(date(2026, 5, 27), AIGUL, NOW)
    assert await first(calendar, "2026-05-27 10:00") == "2026-05-27 10:00"
    assert await first(calendar, "2026-07-06 10:00") == "2026-07-07 09:00"


async def test_a_swapped_day_is_worked_and_the_other_one_free(calendar):
    await calendar.swap(date(2026, 5, 18), date(2026, 5, 16), AIGUL, NOW, "қаулы 1")
    assert await first(calendar, "2026-05-15 19:00") == "2026-05-16 09:00"
    assert await first(calendar, "2026-05-16 18:00") == "2026-05-19 09:00"
    _, why = await calendar.next("akimat_abai", OFFICE, at("2026-05-17 10:00"))
    assert words(why, "ru") == (
        "поступило: 10:00, 17 мая (выходной день); затем 18 мая (выходной вместо 16.05.2026); "
        "первая рабочая минута: 09:00, 19 мая"
    )


async def test_a_body_that_works_on_a_holiday_has_it_as_an_ordinary_day(calendar):
    await calendar.remove(date(2026, 3, 24), AIGUL, NOW, "akimat_abai")
    assert await first(calendar, "2026-03-22 02:10") == "2026-03-24 09:00"
    assert await first(calendar, "2026-03-22 02:10", "health_abai") == "2026-03-26 09:00"


async def test_a_closure_is_of_one_body_alone(calendar):
    await calendar.set([Day(date(2026, 6, 10), DayKind.CLOSED, "akimat_abai")], AIGUL, NOW)
    assert await first(calendar, "2026-06-10 10:00") == "2026-06-11 09:00"
    assert await first(calendar, "2026-06-10 10:00", "health_abai") == "2026-06-10 10:00"
    listed = [(one.body, one.kind) for one in await calendar.listed(2026) if one.day == date(2026, 6, 10)]
    assert listed == [("akimat_abai", "closed")]


async def test_every_change_is_kept_with_who_when_before_and_after(calendar):
    day = date(2026, 6, 10)
    short = Day(day, DayKind.SHORT, shorter=60)
    free = Day(day, DayKind.HOLIDAY, name_kk="мереке", name_ru="праздник")
    assert await calendar.set([short], AIGUL, NOW) == [short]
    assert await calendar.set([short], AIGUL, NOW) == []
    await calendar.set([free], AIGUL, NOW)
    told = [(one.at, one.who, one.step, one.before, one.after) for one in await calendar.history(day)]
    assert told == [(NOW, AIGUL, "set", None, short), (NOW, AIGUL, "set", short, free)]


async def test_the_history_refuses_to_be_changed(calendar, home):
    await calendar.set([Day(date(2026, 6, 10), DayKind.HOLIDAY)], AIGUL, NOW)
    for deed in ("UPDATE calendar_events SET person = 'x'", "DELETE FROM calendar_events"):
        with pytest.raises(DBAPIError, match="only grows"):
            async with home.database.begin() as connection:
                await connection.execute(text(deed))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (Day(date(1926, 6, 10), DayKind.HOLIDAY), "a year is 2020 to 2099"),
        (Day(date(2026, 6, 10), DayKind.WORKING, like=8), "a weekday is 1"),
        (Day(date(2026, 6, 10), DayKind.SHORT), "1 to 720 minutes"),
        (Day(date(2026, 6, 10), DayKind.CLOSED), "a closure is of one body"),
        (Day(date(2026, 6, 10), DayKind.HOLIDAY, name_kk="а" * 201), "at most 200"),
    ],
)
async def test_a_day_that_cannot_be_is_refused_and_none_of_its_company_is_entered(calendar, day, why):
    with pytest.raises(CalendarRefused, match=why):
        await calendar.set([Day(date(2026, 6, 11), DayKind.HOLIDAY), day], AIGUL, NOW)
    assert await first(calendar, "2026-06-11 10:00") == "2026-06-11 10:00"


@pytest.mark.parametrize("role", ["consultant", "supervisor", "auditor"])
async def test_only_an_administrator_changes_it(calendar, role):
    who = Actor("Біреу", role, "x")
    for deed in (
        calendar.set([Day(date(2026, 6, 11), DayKind.HOLIDAY)], who, NOW),
        calendar.fill([2026], who, NOW),
        calendar.remove(date(2026, 3, 22), who, NOW),
    ):
        with pytest.raises(CalendarRefused, match=f"Біреу is {role}: only this role"):
            await deed


async def test_a_term_of_settings_runs_by_the_calendar(calendar):
    due = await calendar.due("written_reply", at("2026-03-20 19:40"))
    assert due == at("2026-03-27 23:59:59")
    await calendar.remove(date(2026, 3, 24), AIGUL, NOW)
    assert await calendar.due("written_reply", at("2026-03-20 19:40")) == at("2026-03-26 23:59:59")
