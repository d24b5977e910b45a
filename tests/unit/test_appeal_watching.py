"""What is open now: appeals in breach, hand-overs without receipt with the next step, the strip."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from appeals.handing_over.escalation import next_due
from appeals.reports.watching import Cut, Watching
from config.database import open_database
from config.hand_over import ESCALATION
from config.settings import Settings
from tests.appeal_crowd import Crowd
from tests.cheap import prepared

NOW = datetime(2026, 9, 1, tzinfo=UTC)
OPEN = "closed_at IS NULL AND state <> 'draft'"
WAITS = "state IN ('sending', 'sent', 'failed')"


@pytest.fixture
async def house(tmp_path):
    settings = Settings(home=tmp_path / "home")
    await prepared(settings.database)
    database = open_database(settings.database)
    await Crowd(1500).write(database)
    sql = sqlite3.connect(settings.database.partition("///")[2])
    yield Watching(database, ESCALATION), sql
    sql.close()
    await database.dispose()


async def test_the_strip_counts_what_plain_sql_counts(house):
    watching, sql = house
    strip = await watching.strip(NOW)
    query = f"SELECT count(*), min(due_at) FROM hand_overs WHERE {WAITS} AND due_at <= '2026-09-01 00:00:00'"
    count, oldest = sql.execute(query).fetchone()
    (breach,) = sql.execute(f"SELECT count(*) FROM appeals WHERE {OPEN} AND due_at < '2026-09-01'").fetchone()
    assert (strip.without_receipt, strip.in_breach) == (count, breach)
    assert strip.oldest is not None
    assert strip.oldest.strftime("%Y-%m-%d %H:%M:%S") == oldest[:19]


async def test_open_appeals_stand_urgent_first_then_by_term_and_are_cut(house):
    watching, sql = house
    watched = await watching.watched(Cut(), NOW)
    (count,) = sql.execute(f"SELECT count(*) FROM appeals WHERE {OPEN}").fetchone()
    assert watched.open_count == count
    far = datetime.max.replace(tzinfo=UTC)
    places = [(not one.urgent, one.due_at is None, one.due_at or far, one.id) for one in watched.open]
    assert places == sorted(places)
    cut = await watching.watched(Cut(owner="c3", region="abai", only_breach=True), NOW)
    query = f"SELECT id FROM appeals WHERE {OPEN} AND owner = 'c3' AND region = 'abai' AND due_at < '2026-09'"
    assert {one.id for one in cut.open} == {id_ for (id_,) in sql.execute(query)}
    owners = await watching.owners()
    assert sum(count for _, _, count in owners) == watched.open_count


async def test_a_hand_over_nobody_received_tells_its_next_step(house):
    watching, _ = house
    one = (await watching.watched(Cut(), NOW)).unreceived[0]
    assert (one.urgent, one.next_deed) == (True, "next_channel")
    assert one.next_at == one.due_at + timedelta(minutes=5)
    assert one.body.kk == "police-abai"  # no such body in this directory: by its id


async def test_nothing_is_in_breach_before_the_first_appeal(house):
    watching, _ = house
    strip = await watching.strip(datetime(2025, 1, 1, tzinfo=UTC))
    assert (strip.without_receipt, strip.oldest, strip.in_breach) == (0, None, 0)


def test_after_the_last_step_nothing_comes_by_itself():
    class Row:
        urgent, state, steps_done = True, "failed", 99
        due_at, received_at = NOW, None

    assert next_due(Row(), ESCALATION) is None
