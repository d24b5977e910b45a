"""One flipped bit anywhere in the evidence is found and named, and nothing else is accused (A19, A5)."""

import asyncio
import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.evidence import RetentionPolicy
from engine.evidence.services import open_evidence
from engine.evidence.verify_all import VerifiedCounts, all_faults
from recordings.access.log import AccessLog, access_faults
from recordings.chain import merkle
from recordings.model.access_entry import Action, Actor
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome

pytestmark = pytest.mark.slow

AIGUL = Actor("Айгүл Сынақова", "administrator", "aigul")


async def fill(opened: EvidenceHome) -> None:
    """Five sealed recordings, two statements, six accesses."""
    async with open_evidence(opened.settings) as evidence:
        for number in range(1, 6):
            await opened.talk(number)
            await AccessLog(opened.database).note(AIGUL, Action.LISTENED, [f"n1-1-{number}"], "тексеру")
            if number in (3, 5):
                await Sealer(opened.database, opened.keys, opened.settings).pass_once()
                await evidence.statements.interim(opened_at(number))


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A home made once and copied for each test that breaks one."""

    async def make(home: EvidenceHome) -> Path:
        await fill(await home.open())
        await home.close()
        return home.settings.home

    return asyncio.run(make(EvidenceHome(tmp_path_factory.mktemp("filled") / "home")))


@pytest.fixture
async def home(filled, tmp_path):
    opened = await EvidenceHome(Path(shutil.copytree(filled, tmp_path / "home"))).open()
    yield opened
    await opened.close()


def opened_at(number: int):
    return T0.replace(hour=10 + number)


async def found(home: EvidenceHome) -> list[str]:
    async with open_evidence(home.settings) as evidence:
        lines = [line async for line in all_faults(evidence, None, True, VerifiedCounts(), int)]
        logged, _ = await access_faults(
            evidence.database, await evidence.statements.all(), home.keys.public()
        )
        return [*lines, *logged]


def alter(home: EvidenceHome, *orders: str) -> None:
    """As somebody would who has the database's file: around its triggers."""
    with sqlite3.connect(home.settings.home / "db" / "journal.sqlite") as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            database.execute(f"DROP TRIGGER {name}")
        for order in orders:
            assert database.execute(order).rowcount == 1, order


def flipped(column: str, place: int = 5) -> str:
    """SQL that exchanges one character of a text."""
    other = f"CASE substr({column}, {place}, 1) WHEN '0' THEN '1' ELSE '0' END"
    return f"substr({column}, 1, {place - 1}) || {other} || substr({column}, {place + 1})"


async def test_nothing_altered_nothing_accused(home):
    assert [] == await found(home)


async def test_a_quiet_week_is_stated_every_day_and_nothing_is_accused(home):
    async with open_evidence(home.settings) as evidence:
        for day in range(1, 8):
            await evidence.statements.nightly((T0 + timedelta(days=day)).date(), T0 + timedelta(days=day + 1))
    assert [] == await found(home)


async def test_a_root_that_is_not_the_chains_is_named_behind_a_quiet_night(home, monkeypatch):
    """Two statements with one last entry: the quiet one must not hide the one that has leaves."""
    async with open_evidence(home.settings) as evidence:
        await AccessLog(home.database).note(AIGUL, Action.LISTENED, ["n1-1-9"], "тексеру")
        await home.talk(6)
        await Sealer(home.database, home.keys, home.settings).pass_once()
        with monkeypatch.context() as forged:
            forged.setattr(merkle, "root", lambda leaves: b"\1" * 32)
            await evidence.statements.interim(T0 + timedelta(days=1))
        await evidence.statements.nightly((T0 + timedelta(days=2)).date(), T0 + timedelta(days=3))
    assert ["statement 3: its root is not the chain's"] == await found(home)


@pytest.mark.parametrize("column", ["kind", "subject", "at", "facts", "previous", "hash"])
@pytest.mark.parametrize("seq", [1, 3, 4])
async def test_a_chain_row(home, column, seq):
    alter(home, f"UPDATE chain SET {column} = {flipped(column)} WHERE seq = {seq}")
    assert [f"chain row {seq}: changed"] == await found(home)


async def test_a_chain_row_that_was_taken_out(home):
    alter(home, "DELETE FROM chain WHERE seq = 2")
    assert "chain row 2: missing" in await found(home)


async def test_the_chains_end_cut_off(home):
    alter(home, "DELETE FROM chain WHERE seq = 5")
    assert ["chain row 5: cut"] == await found(home)


@pytest.mark.parametrize("column", ["person", "action", "subject", "reason", "at", "hash"])
@pytest.mark.parametrize("seq", [1, 4])
async def test_an_access_log_row(home, column, seq):
    alter(home, f"UPDATE access_log SET {column} = {flipped(column, 3)} WHERE seq = {seq}")
    assert [f"access log row {seq}: changed"] == await found(home)


@pytest.mark.parametrize("column", ["body", "signature"])
async def test_a_statement(home, column):
    alter(home, f"UPDATE statements SET {column} = {flipped(column, 40)} WHERE seq = 1")
    assert ["statement 1: its signature is wrong or it was changed"] == await found(home)


@pytest.mark.parametrize(
    "change", ["size = size + 1", "frames = frames - 1", "call_id = 'n1-1-1'", "marks = 'x'"]
)
async def test_the_row_of_a_sealed_recording(home, change):
    alter(home, f"UPDATE sealed SET {change} WHERE seq = 2")
    names = sealed_names(home)
    lines = await found(home)
    assert f"sealed row {names[2]}: changed" in lines
    assert all(names[2] in line for line in lines)


async def test_the_wrapped_key_of_a_sealed_recording(home):
    alter(home, f"UPDATE sealed SET wrapped_key = {flipped('wrapped_key', 30)} WHERE seq = 2")
    [line] = await found(home)
    assert sealed_names(home)[2] in line
    assert "does not open" in line


@pytest.mark.parametrize("change", ["'zz'", "'00'", "wrapped_key || '0'", "NULL", "''"])
async def test_a_wrapped_key_that_is_none_ends_no_verification(home, change):
    """It ended with a traceback, and nothing at all was named."""
    alter(
        home,
        f"UPDATE sealed SET wrapped_key = {change} WHERE seq = 2",
        "UPDATE access_log SET person = 'x' WHERE seq = 1",
    )
    *about, logged = await found(home)
    assert about
    assert all(sealed_names(home)[2] in line for line in about)
    assert "access log row 1: changed" == logged


@pytest.mark.parametrize(
    "table, column, name",
    [
        *(("chain", one, "chain row 2: ") for one in ("kind", "subject", "at", "facts", "previous", "hash")),
        *(("access_log", one, "access log row 2: ") for one in ("at", "person", "reason", "previous")),
        *(("statements", one, "statement 2: ") for one in ("body", "signature", "public_key", "kind", "day")),
        *(("sealed", one, "sealed row ") for one in ("path", "sealed_at", "destroyed_at", "marks", "size")),
        *(("row_chain", one, "row chain row 2: ") for one in ("kind", "row_key", "digest", "mark")),
    ],
)
@pytest.mark.parametrize("value", ["x'00ff'", "'ө'"])
async def test_what_is_no_text_or_another_one_is_named_and_ends_no_verification(
    home, table, column, name, value
):
    alter(home, f"UPDATE {table} SET {column} = {value} WHERE seq = 2")
    assert [line for line in await found(home) if line.startswith(name)]


@pytest.mark.parametrize("change", ["destroyed_at = NULL", "destroyed_at = '2030-01-01 00:00:00.000000'"])
async def test_when_a_recording_was_destroyed_cannot_be_changed_unnoticed(home, change):
    async with open_evidence(home.settings) as evidence:
        once = (RetentionPolicy(id="audio", what="audio", days=1, source="сынақ"),)
        settings = home.settings.model_copy(update={"retention": once})
        retention = replace(evidence, settings=settings).retention
        await retention.apply(AIGUL, T0 + timedelta(days=9), "мерзімі өтті")
    assert [] == await found(home)
    name = sealed_names(home)[2]
    alter(home, f"UPDATE sealed SET {change} WHERE seq = 2")
    assert [f"sealed row {name}: does not say when it was destroyed as the chain does"] == await found(home)


@pytest.mark.parametrize("place", [20, 70, 200, -1])
async def test_a_sealed_file(home, place):
    name = sealed_names(home)[3]
    [file] = home.settings.sealed.rglob(f"{name}.sealed")
    data = bytearray(file.read_bytes())
    data[place] ^= 4
    file.write_bytes(data)
    [line] = await found(home)
    assert line.startswith(f"sealed file {name}: ")
    assert ("header" if place in (20, 70) else "chunk 0 altered") in line


async def test_a_sealed_file_cut_off_and_one_taken_away(home):
    names = sealed_names(home)
    [cut] = home.settings.sealed.rglob(f"{names[1]}.sealed")
    os.truncate(cut, cut.stat().st_size - 10)
    [gone] = home.settings.sealed.rglob(f"{names[4]}.sealed")
    gone.unlink()
    expected = [f"sealed file {names[1]}: chunk 0 altered", f"sealed file {names[4]}: missing"]
    assert expected == await found(home)


def sealed_names(home: EvidenceHome) -> dict[int, str]:
    with sqlite3.connect(home.settings.home / "db" / "journal.sqlite") as database:
        return dict(database.execute("SELECT seq, recording_id FROM sealed").fetchall())
