"""The nightly statement: each civil day that is over once, the missed ones too, also as files."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.evidence import Evidence
from engine.nightly import Nightly, due
from recordings.chain.statement import faults
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome

LAST = date(2026, 11, 20)


@pytest.fixture
async def evidence(tmp_path):
    home = await EvidenceHome(tmp_path / "home").open()
    for number, day in ((1, 0), (2, 0), (3, 1)):
        await home.talk(number, at=T0 + timedelta(days=day))
    await Sealer(home.database, home.keys, home.settings).pass_once()
    yield Evidence(home.settings, home.database, home.keys)
    await home.close()


@pytest.mark.parametrize(
    "now, days",
    [
        (datetime(2026, 11, 21, 19, 9, tzinfo=UTC), []),  # 00:09 of the 22nd in Almaty
        (datetime(2026, 11, 21, 19, 10, tzinfo=UTC), [21]),
        (datetime(2026, 11, 24, 12, 0, tzinfo=UTC), [21, 22, 23]),  # the line was away for days
    ],
)
async def test_a_day_is_due_ten_minutes_after_its_end_by_the_centres_clock(evidence, now, days):
    assert days == [day.day for day in due(LAST, now, evidence)]


async def test_before_the_first_call_nothing_is_due(evidence):
    assert [] == list(due(None, T0, evidence))


async def test_each_day_is_stated_once_and_lies_there_signed(evidence):
    now = T0 + timedelta(days=3)
    made = await Nightly(evidence).look(now)
    assert ["2026-11-22", "2026-11-23", "2026-11-24"] == [one.day for one in made]
    assert [2, 1, 0] == [one.facts()["conversations"] for one in made]
    assert [] == await Nightly(evidence).look(now + timedelta(hours=1))
    assert [] == list(faults(await evidence.statements.all(), evidence.keys.public()))
    folder = evidence.settings.statements_dir
    assert ["2026-11-22-000001", "2026-11-23-000002", "2026-11-24-000003"] == sorted(
        path.stem for path in folder.glob("*.json")
    )
    body = (folder / "2026-11-23-000002.json").read_text()
    assert made[1].body == body
    assert 1 == json.loads(body)["recordings"]
    assert made[1].signature + "\n" == (folder / "2026-11-23-000002.json.sig").read_text()
