"""Finding by date and number: however it is written, by the day that was law then, on both databases (C6)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from config.database import open_database
from recordings.finding.civil_day import bounds
from recordings.finding.criteria import Criteria
from recordings.finding.registrations import link
from recordings.finding.reindexing import Reindexing
from recordings.finding.service import Finder, NotIndexed
from recordings.journal.migrating import migrate
from recordings.journal.reading import Reader
from recordings.model.tables import calls
from recordings.privacy.hiding import UNREADABLE, reveal_caller
from recordings.privacy.numbers import FORM, Numbers
from recordings.privacy.phone_number import index_form
from tests.evidence_home import T0, EvidenceHome, numbers

pytest_plugins = ("tests.postgres",)
ALMATY = ZoneInfo("Asia/Almaty")

digits = st.tuples(st.sampled_from(("70", "77", "71")), st.text("0123456789", min_size=8, max_size=8)).map(
    "".join
)


@given(digits, st.sampled_from([" ", "-", "", "."]))
def test_however_a_number_is_written_it_is_one_number(national, sep):
    parts = (national[:3], national[3:6], national[6:8], national[8:])
    spoken = sep.join(parts)
    ways = (
        f"8{sep}{spoken}",
        f"+7{sep}{spoken}",
        spoken,
        f"7{sep}{spoken}",
        f"8 ({national[:3]}) {sep.join(parts[1:])}",
    )
    assert {f"+7{national}"} == {index_form(way) for way in ways}


@pytest.mark.parametrize(
    "written, expected",
    [
        ("8 (7172) 70-00-01", "+77172700001"),
        ("8 10 49 30 1234567", "+49301234567"),
        ("00 49 30 1234567", "+49301234567"),
        ("101", "101"),
        ("anonymous", ""),
        ("", ""),
    ],
)
def test_fixed_lines_foreign_and_short_numbers_have_one_form_too(written, expected):
    assert expected == index_form(written)


def test_a_hidden_number_comes_back_and_differs_each_time_and_its_index_tells_nothing_without_the_key():
    ours, other = numbers(), Numbers(bytes(32), bytes(32))
    first, second = ours.hide("+77000000001"), ours.hide("+77000000001")
    assert first != second
    assert ("+77000000001", "+77000000001") == (ours.reveal(first), ours.reveal(second))
    assert ours.index("8 700 000 00 01") == ours.index("+77000000001") != other.index("+77000000001")
    assert (UNREADABLE, UNREADABLE, None) == (
        reveal_caller(first, other),
        reveal_caller(first, None),
        reveal_caller(None, ours),
    )


def test_the_day_has_the_offset_that_was_law_then():
    hours = {day: bounds(day, ALMATY) for day in (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1))}
    lengths = [(last - first) / timedelta(hours=1) for first, last in hours.values()]
    assert [24, 25, 24] == lengths
    assert datetime(2024, 2, 28, 18, tzinfo=UTC) == hours[date(2024, 2, 29)][0]  # UTC+6
    assert datetime(2024, 2, 29, 19, tzinfo=UTC) == hours[date(2024, 3, 1)][0]  # UTC+5


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


async def ids(home: EvidenceHome, **criteria) -> list[int]:
    finder = Finder(home.database, home.keys.numbers(), home.settings.zone)
    return [int(one.call.call_id.rpartition("-")[2]) for one in await finder.find(Criteria(**criteria))]


async def test_by_day_number_and_all_the_rest(home):
    await home.talk(1)
    await home.talk(2, caller="+77000000002", language="ru", consultant="c102", seconds=9)
    await home.talk(3, caller=None)
    await home.talk(4, at=T0 + timedelta(days=1))
    midnight = T0.replace(hour=18, minute=59, second=55)  # 23:59:55 in Almaty
    await home.talk(5, at=midnight)
    day = date(2026, 11, 22)
    assert [1, 5] == await ids(home, number="8(700)000-00-01", day=day)
    assert [5, 4] == await ids(home, number="7000000001", day=day + timedelta(days=1))
    assert [1, 5, 4] == await ids(home, number="+77000000001")
    assert [] == await ids(home, number="+77000000001", day=day - timedelta(days=1))
    assert [3] == await ids(home, withheld=True, day=day)
    assert [2] == await ids(home, consultant="c102")
    assert [2] == await ids(home, language="ru", day=day)
    assert [2] == await ids(home, longer=5)
    assert [1, 3, 5] == await ids(home, shorter=5, day=day)
    assert [1] == await ids(home, since=T0, until=T0 + timedelta(seconds=1), number="+77000000001")
    await link(home.database, "2026/77", f"n1-{int(T0.timestamp() * 1000)}-2", True, T0)
    assert [2] == await ids(home, registration="2026/77")


async def test_a_number_lies_in_the_database_only_hidden(home):
    await home.talk(1)
    async with home.database.connect() as connection:
        row = (await connection.execute(select(calls.c.caller, calls.c.caller_index))).one()
    assert "7000" not in row.caller + row.caller_index


async def test_numbers_from_before_are_hidden_a_few_at_a_time_and_found_afterwards(home):
    for number in range(1, 4):
        await home.talk(number, audio=False)
    async with home.database.begin() as connection:
        await connection.execute(calls.update().values(caller="87000000001", caller_index=None))
    keys = home.keys.numbers()
    assert 3 == await Reindexing(home.database, keys).run(rest=0)
    assert 0 == await Reindexing(home.database, keys).run(rest=0)
    assert [1, 2, 3] == await ids(home, number="+77000000001")
    assert {"87000000001"} == {
        one.pii_caller for one in await Reader(home.database, keys).calls_by_id(await all_ids(home))
    }


async def test_numbers_indexed_by_an_earlier_form_are_indexed_anew_and_until_then_nothing_is_not_found(home):
    for number, caller in enumerate(("+998901234567", "998901234567", "+77000000001"), 1):
        await home.talk(number, caller=caller, audio=False)
    keys = home.keys.numbers()
    async with home.database.begin() as connection:
        hidden = dict((await connection.execute(select(calls.c.call_id, calls.c.caller))).all())
        await connection.execute(calls.update().values(caller_index="AbCdEfGhIjKlMnOpQrStUvWx"))
    with pytest.raises(NotIndexed) as why:
        await ids(home, number="+998 90 123-45-67")
    assert 3 == why.value.left
    assert [1, 2, 3] == await ids(home)  # a question without a number was always possible
    assert 3 == await Reindexing(home.database, keys).run(rest=0)
    assert 0 == await Reindexing(home.database, keys).run(rest=0)
    assert [1, 2] == await ids(home, number="+998 90 123-45-67")
    async with home.database.connect() as connection:
        assert hidden == dict((await connection.execute(select(calls.c.call_id, calls.c.caller))).all())
        indexes = (await connection.execute(select(calls.c.caller_index))).scalars()
        assert {FORM} == {index[: len(FORM)] for index in indexes}


async def test_a_number_nobody_can_read_stops_neither_the_others_nor_questions_about_other_days(home):
    later = T0 + timedelta(days=10)
    for number, at in ((1, T0), (2, T0), (3, later)):
        await home.talk(number, at=at, audio=False)
    first, *_ = await all_ids(home)
    async with home.database.begin() as connection:
        await connection.execute(calls.update().values(caller_index=None))
        await connection.execute(calls.update().where(calls.c.call_id == first).values(caller="h1:AAAA"))
    assert 2 == await Reindexing(home.database, home.keys.numbers()).run(rest=0)
    assert [3] == await ids(home, number="+77000000001", day=later.date())
    for wanted in ({"day": T0.date()}, {}):
        with pytest.raises(NotIndexed, match=r"1 calls are not indexed by number.*recordings verify"):
            await ids(home, number="+77000000001", **wanted)


async def test_a_number_that_can_be_of_two_countries_is_found_as_either(home):
    await home.talk(1, caller="84912345678", audio=False)
    assert [1] == await ids(home, number="8 491 234 56 78")
    assert [1] == await ids(home, number="+84 91 234 56 78")
    assert [] == await ids(home, number="+7 491 234 56 79")


async def all_ids(home: EvidenceHome) -> list[str]:
    async with home.database.connect() as connection:
        return list((await connection.execute(select(calls.c.call_id))).scalars())


@pytest.mark.slow
async def test_over_a_million_calls_a_number_and_a_day_are_found_by_the_index(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/journal.sqlite"
    await migrate(url)
    database = open_database(url)
    seconds = [
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299999) "
        "INSERT INTO calls (call_id, caller, caller_index, arrived_at, ended_at, rating_asked, survived) "
        "SELECT 'n1-' || i, 'h1:', '2:index' || (i % 50000), "
        "datetime('2024-01-01', '+' || (i * 300) || ' seconds') || '.000000', "
        "datetime('2024-01-01', '+' || (i * 300 + 60) || ' seconds') || '.000000', 0, 0 FROM n"
    ]
    async with database.begin() as connection:
        for order in seconds:
            await connection.execute(text(order))
    finder = Finder(database, numbers(), ALMATY)
    for wanted in (
        Criteria(number="+77000000001", day=date(2025, 6, 10)),
        Criteria(number="+77000000001"),
        Criteria(day=date(2025, 6, 10), limit=50),
    ):
        statement = select(calls.c.call_id).where(*finder.conditions(wanted)).order_by(calls.c.arrived_at)
        said = statement.compile(dialect=database.dialect, compile_kwargs={"literal_binds": True})
        async with database.connect() as connection:
            plan = (await connection.execute(text(f"EXPLAIN QUERY PLAN {said}"))).all()
        assert any("USING" in row[3] and "INDEX" in row[3] for row in plan), plan
        began = datetime.now(UTC)
        await finder.find(wanted)
        assert datetime.now(UTC) - began < timedelta(seconds=10)  # target 1 s over a million
    await database.dispose()
