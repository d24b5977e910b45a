"""Supervisor's pages of appeals: what is open or in breach, reports and files, the wallboard's strip."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy.exc import OperationalError

from appeals.reports.watching import Watching
from config.database import open_database
from config.settings import Settings
from tests.appeal_crowd import Crowd
from tests.console_home import console


@pytest.fixture
async def empty(tmp_path):
    async with console(Settings(home=tmp_path / "home")) as home:
        yield home


@pytest.fixture
async def home(empty):
    database = open_database(empty.services.settings.database)
    await Crowd(1200).write(database)
    await database.dispose()
    return empty


async def text_of(client, path: str, status: int = 200) -> str:
    response = await client.get(path)
    assert response.status == status, path
    return await response.text()


async def test_a_day_in_which_nothing_is_in_breach_says_so(empty):
    client, _ = await empty.signed_in("supervisor")
    page = await text_of(client, "/appeals/watch")
    assert "Бүгін бірде-бір мерзім бұзылған жоқ." in page
    assert "Жіберілген хабарламалардың бәрінің алынғаны расталды." in page


async def test_what_is_open_is_shown_filtered_and_sorted_by_links(home):
    client, _ = await home.signed_in("supervisor")
    page = await text_of(client, "/appeals/watch?region=abai&owner=c3&breach=1&sort=age")
    assert "Мерзімі бұзылғаны" in page
    assert "қадам" in page
    assert (
        'aria-sort="ascending"><a href="/appeals/watch?region=abai&amp;owner=c3&amp;breach=1&amp;sort=age'
        in page
    )
    for sort in ("urgent", "term", "owner", "region", "nonsense"):
        assert "Ашық өтініштер" in await text_of(client, f"/appeals/watch?sort={sort}")


async def test_each_report_is_a_page_and_a_file_of_the_same_numbers(home):
    client, _ = await home.signed_in("auditor")
    for report in ("half_year", "incoming", "public"):
        page = await text_of(client, f"/appeals/reports?report={report}&from=2026-01-01")
        assert "01.01.2026 – 30.06.2026" in page, report
    assert "<rect" in await text_of(client, "/appeals/reports?report=incoming&span=month&from=2026-06-10")
    file = "/appeals/reports/file?report=incoming&span=month&from=2026-06-10&form="
    for form, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        response = await client.get(file + form)
        content = await response.read()
        assert content.startswith(begins)
        assert f"incoming-2026-06.{form}" in response.headers["Content-Disposition"]
    content = await (await client.get(file + "xlsx")).read()
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames[0] == "Кезең"


@pytest.mark.parametrize("query", ["from=x", "from=2026-02-30", "from=2026-05-02&to=2026-05-01&span=any",
                                   "span=decade&from=2026-01-01"])  # fmt: skip
async def test_what_is_no_period_is_said_in_words(empty, query):
    client, _ = await empty.signed_in("supervisor")
    page = await text_of(client, f"/appeals/reports?report=incoming&{query}", 400)
    assert "Бұл кезең емес" in page
    await text_of(client, f"/appeals/reports/file?report=incoming&form=csv&{query}", 400)


async def test_a_half_year_that_is_not_over_has_no_public_statistics(empty):
    client, _ = await empty.signed_in("supervisor")
    ahead = (datetime.now(UTC) + timedelta(days=400)).date()
    page = await text_of(client, f"/appeals/reports?report=public&from={ahead}")
    assert "аяқталған жарты жылға" in page


async def test_the_strip_tells_counts_or_since_when_there_are_none(home):
    client, _ = await home.signed_in("supervisor")
    assert 'hx-get="/appeals/strip"' in await text_of(client, "/")
    strip = await text_of(client, "/appeals/strip")
    assert "Алғаны расталмаған хабарламалар" in strip
    assert "data-since" in strip


class Away(Watching):
    """A database that is away when `away` says so."""

    away = False

    async def strip(self, now):
        if self.away:
            raise OperationalError("select", {}, OSError("away"))
        return await super().strip(now)


async def test_counts_that_cannot_be_had_are_the_last_ones_and_said_to_be_old(home):
    settings = home.services.settings
    database = open_database(settings.database)
    watching, now = Away(database, settings.escalation), datetime.now(UTC)
    assert (await watching.latest(now))[1] is True
    watching.away = True
    again, fresh = await watching.latest(now + timedelta(seconds=2))
    assert (again.at, fresh) == (now, True)  # not asked again so soon
    old, fresh = await watching.latest(now + timedelta(seconds=4))
    assert (old.at, fresh) == (now, False)
    watching.away = False
    new, fresh = await watching.latest(now + timedelta(seconds=8))
    assert (new.at, fresh) == (now + timedelta(seconds=8), True)
    await database.dispose()


async def test_before_the_first_count_nothing_is_claimed(home):
    database = open_database(home.services.settings.database)
    watching = Away(database, ())
    watching.away = True
    assert await watching.latest(datetime.now(UTC)) == (None, False)
    await database.dispose()


async def test_the_loop_of_the_console_goes_on_while_a_report_is_made(home):
    client, _ = await home.signed_in("supervisor")
    report = asyncio.create_task(
        client.get("/appeals/reports?report=incoming&span=half_year&from=2026-01-01")
    )
    turns = 0
    while not report.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert (await report).status == 200
    assert turns > 10  # the board's stream had its turns
