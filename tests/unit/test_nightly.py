"""The nightly statement: each civil day that is over once, the missed ones too, also as files."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.evidence.nightly_statement import NightlyStatements, due
from engine.evidence.services import EvidenceServices
from engine.evidence.verify_all import VerifiedCounts, all_faults
from recordings.chain.statement_files import FileDiffers
from recordings.model.access_entry import Action, Actor
from recordings.model.statement import faults
from recordings.model.tables import alarms
from recordings.retention.manual_holds import hold
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome

LAST = date(2026, 11, 20)


@pytest.fixture
async def evidence(tmp_path):
    home = await EvidenceHome(tmp_path / "home").open()
    for number, day in ((1, 0), (2, 0), (3, 1)):
        await home.talk(number, at=T0 + timedelta(days=day))
    await Sealer(home.database, home.keys, home.settings).pass_once()
    yield EvidenceServices(home.settings, home.database, home.keys)
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
    made = await NightlyStatements(evidence).look(now)
    assert ["2026-11-22", "2026-11-23", "2026-11-24"] == [one.day for one in made]
    assert [2, 1, 0] == [one.facts()["conversations"] for one in made]
    assert [] == await NightlyStatements(evidence).look(now + timedelta(hours=1))
    assert [] == list(faults(await evidence.statements.all(), evidence.keys.public()))
    folder = evidence.settings.statements_dir
    assert ["2026-11-22-000001", "2026-11-23-000002", "2026-11-24-000003"] == sorted(
        path.stem for path in folder.glob("*.json")
    )
    body = (folder / "2026-11-23-000002.json").read_text()
    assert made[1].body == body
    assert 1 == json.loads(body)["recordings"]
    assert made[1].signature + "\n" == (folder / "2026-11-23-000002.json.sig").read_text()


def files(evidence: EvidenceServices) -> list[str]:
    return sorted(path.name for path in evidence.settings.statements_dir.glob("2*"))


async def kinds(evidence: EvidenceServices) -> list[str]:
    async with evidence.database.connect() as connection:
        return [row.kind for row in await connection.execute(alarms.select().order_by(alarms.c.id))]


async def test_a_file_that_could_not_be_written_is_written_later_and_the_fault_stays_until_then(evidence):
    folder = evidence.settings.statements_dir
    folder.write_text("no folder: nothing can be written into it")
    nightly, now = NightlyStatements(evidence), T0 + timedelta(days=3)
    for minutes in range(3):
        with pytest.raises(OSError, match=r"File exists|Not a directory"):
            await nightly.look(now + timedelta(minutes=minutes))
    assert ["statement_file_missing"] * 3 == await kinds(evidence)  # one for each statement, once
    folder.unlink()
    assert [] == await nightly.look(now + timedelta(minutes=5))
    assert 6 == len(files(evidence))
    assert [] == await found(evidence)
    assert ["statement_file_missing_ended"] * 3 == (await kinds(evidence))[3:]


async def test_a_new_process_writes_what_the_one_before_could_not(evidence):
    folder = evidence.settings.statements_dir
    folder.write_text("no folder")
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        await NightlyStatements(evidence).look(T0 + timedelta(days=3))
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        await NightlyStatements(evidence).look(T0 + timedelta(days=3, minutes=1))
    folder.unlink()
    await NightlyStatements(evidence).look(T0 + timedelta(days=3))
    assert 6 == len(files(evidence))
    assert ["statement_file_missing"] * 3 + ["statement_file_missing_ended"] * 3 == await kinds(evidence)


async def test_one_file_that_cannot_be_written_keeps_no_later_one_away(evidence):
    folder = evidence.settings.statements_dir
    (folder / "2026-11-22-000001.json").mkdir(parents=True)
    nightly = NightlyStatements(evidence)
    with pytest.raises(OSError, match="directory"):
        await nightly.look(T0 + timedelta(days=3))
    assert "2026-11-24-000003.json.sig" in files(evidence)
    (folder / "2026-11-22-000001.json").rmdir()
    await nightly.look(T0 + timedelta(days=3))
    assert [] == await found(evidence)


@pytest.mark.parametrize("name", ["2026-11-23-000002.json", "2026-11-23-000002.json.sig"])
async def test_a_file_lost_afterwards_is_told_and_written_again(evidence, name):
    nightly = NightlyStatements(evidence)
    await nightly.look(T0 + timedelta(days=3))
    before = (evidence.settings.statements_dir / name).read_bytes()
    (evidence.settings.statements_dir / name).unlink()
    await nightly.look(T0 + timedelta(days=3, minutes=1))
    assert before == (evidence.settings.statements_dir / name).read_bytes()
    assert ["statement_file_lost"] == await kinds(evidence)


async def test_an_altered_file_is_not_written_over(evidence):
    await NightlyStatements(evidence).look(T0 + timedelta(days=3))
    folder = evidence.settings.statements_dir
    body = folder / "2026-11-23-000002.json"
    body.write_text(body.read_text().replace("2026", "2025"))
    body.with_suffix(".json.sig").unlink()
    with pytest.raises(FileDiffers):
        await NightlyStatements(evidence).look(T0 + timedelta(days=3, minutes=1))
    assert "2025" in body.read_text()
    assert ["statement_file_altered"] == await kinds(evidence)
    body.write_text(body.read_text().replace("2025", "2026"))  # from the copy that is kept elsewhere
    await NightlyStatements(evidence).look(T0 + timedelta(days=3, minutes=2))
    assert ["statement_file_altered", "statement_file_altered_ended"] == await kinds(evidence)


async def test_the_process_says_what_is_missing_until_it_is_there(evidence):
    evidence.settings.statements_dir.write_text("no folder")
    nightly = NightlyStatements(evidence)
    work = asyncio.create_task(nightly.run(0.01))
    try:
        async with asyncio.timeout(20):
            while "statements" not in nightly.fault:
                await asyncio.sleep(0.01)
            evidence.settings.statements_dir.unlink()
            while nightly.fault:
                await asyncio.sleep(0.01)
    finally:
        work.cancel()
    assert [] == await found(evidence)


async def test_an_interim_statement_comes_each_hour_of_a_quiet_week_and_accuses_nobody(evidence):
    nightly, now = NightlyStatements(evidence), T0 + timedelta(days=3)
    await nightly.look(now)
    made = [await nightly.hourly(now + timedelta(minutes=10 * step)) for step in range(1, 6 * 24 * 7 + 1)]
    assert 24 * 7 == sum(one is not None for one in made)
    assert [] == await found(evidence)


async def test_a_statement_binds_the_access_log_and_the_rows_where_nothing_was_sealed(evidence):
    service = evidence.statements
    first = await service.interim(T0)
    assert first == await service.interim(T0 + timedelta(minutes=1))
    who = Actor("Біреу", "auditor", "birew")
    await evidence.access.note(who, Action.READ_LOG, ["access log"])
    second = await service.interim(T0 + timedelta(minutes=2))
    assert 1 == second.facts()["access_log"]["seq"]  # type: ignore[index]
    await hold(evidence.database, f"n1-{int(T0.timestamp() * 1000)}-1", who, "сұрау", None, T0)
    third = await service.interim(T0 + timedelta(minutes=3))
    assert first.seq + 2 == third.seq
    assert third == await service.interim(T0 + timedelta(minutes=4))


async def found(evidence: EvidenceServices) -> list[str]:
    return [line async for line in all_faults(evidence, None, True, VerifiedCounts(), int)]
