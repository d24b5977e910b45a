"""What was cut off is missed: rows of statements are held against their files, here and kept elsewhere."""

import asyncio
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from engine.evidence.services import open_evidence
from engine.evidence.verify_all import VerifiedCounts, all_faults, stated
from recordings.access.log import AccessLog, access_faults
from recordings.chain.statement_copies import compare
from recordings.chain.statement_files import read_folder, write_files
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome
from tests.unit.test_evidence_altered import AIGUL, Action, alter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Five sealed recordings, five accesses, five statements."""

    async def make(home: EvidenceHome) -> Path:
        await home.open()
        async with open_evidence(home.settings) as evidence:
            for number in range(1, 6):
                await home.talk(number)
                await Sealer(home.database, home.keys, home.settings).pass_once()
                await AccessLog(home.database).note(AIGUL, Action.LISTENED, [f"n1-1-{number}"], "тексеру")
                await evidence.statements.interim(T0 + timedelta(hours=number))
        await home.close()
        return home.settings.home

    return asyncio.run(make(EvidenceHome(tmp_path_factory.mktemp("filled") / "home")))


@pytest.fixture
async def home(filled, tmp_path):
    opened = await EvidenceHome(Path(shutil.copytree(filled, tmp_path / "home"))).open()
    yield opened
    await opened.close()


@pytest.fixture
def elsewhere(home, tmp_path) -> Path:
    """The statements as somebody keeps them on another machine."""
    return Path(shutil.copytree(home.settings.statements_dir, tmp_path / "elsewhere"))


async def found(home: EvidenceHome, *copies: Path) -> list[str]:
    async with open_evidence(home.settings) as evidence:
        lines = [line async for line in all_faults(evidence, None, False, VerifiedCounts(), int, copies)]
        sound = (await stated(evidence, None, copies)).sound
        logged, _ = await access_faults(evidence.database, sound, home.keys.public())
        return [*lines, *logged]


CUTS = {
    "the whole access log": ["DELETE FROM access_log"],
    "the access log's end": ["DELETE FROM access_log WHERE seq > 3"],
    "the chain's end": ["DELETE FROM chain WHERE seq > 3", "DELETE FROM sealed WHERE seq > 3"],
    "the chain and all that was sealed": ["DELETE FROM chain", "DELETE FROM sealed"],
    "the end of the rows' chain": ["DELETE FROM row_chain WHERE seq > 15"],
}


def cut(home: EvidenceHome, *orders: str) -> None:
    with sqlite3.connect(home.settings.home / "db" / "journal.sqlite") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for order in orders:
            database.execute(order)


async def test_what_nobody_touched_is_not_accused_with_copies_kept_elsewhere(home, elsewhere):
    assert [] == await found(home, elsewhere)


@pytest.mark.parametrize("what", CUTS)
@pytest.mark.parametrize("rows", ["statements stay", "newest rows cut", "all rows cut"])
async def test_what_was_cut_off_with_the_statements_rows_is_named_by_their_files(home, what, rows):
    keep = {"statements stay": 99, "newest rows cut": 2, "all rows cut": 0}[rows]
    cut(home, *CUTS[what], f"DELETE FROM statements WHERE seq > {keep}")
    lines = await found(home)
    assert any(line.endswith(": cut") for line in lines)
    gone = [line for line in lines if "its row is missing" in line]
    assert max(0, 5 - keep) == len(gone)


@pytest.mark.parametrize("what", CUTS)
async def test_what_was_cut_off_with_rows_and_files_is_named_by_copies_kept_elsewhere(home, elsewhere, what):
    cut(home, *CUTS[what], "DELETE FROM statements")
    shutil.rmtree(home.settings.statements_dir)
    lines = await found(home, elsewhere)
    assert any(line.endswith(": cut") for line in lines)
    assert 5 == sum("its row is missing" in line for line in lines)


@pytest.mark.parametrize("known", ["the chain of rows", "what was handed out"])
async def test_statements_that_went_as_rows_and_as_files_are_named_where_anything_knows_of_them(home, known):
    """`audit verify` asks `stated` alone: it said "nothing altered" with the whole log cut off."""
    orders = ["DELETE FROM statements WHERE seq > 3", "DELETE FROM access_log WHERE seq > 3"]
    if known == "what was handed out":
        orders += ["DELETE FROM row_chain WHERE table_name = 'statements' AND row_key > '3'"]
        orders += [
            f"INSERT INTO statement_copies VALUES ('folder', {seq}, '2026-11-22 10:00:00.000000')"
            for seq in (1, 2, 3, 4, 5)
        ]
    cut(home, *orders)
    for seq in (4, 5):
        for file in home.settings.statements_dir.glob(f"*-{seq:06d}.json*"):
            file.unlink()
    async with open_evidence(home.settings) as evidence:
        lines = (await stated(evidence, None)).lines
    assert ["statement 4: missing", "statement 5: missing"] == lines


async def test_one_copy_is_enough_and_an_old_one_accuses_nothing(home, elsewhere, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    for file in sorted(elsewhere.iterdir())[:2]:
        shutil.copy(file, old)
    assert [] == await found(home, old)
    cut(home, "DELETE FROM access_log", "DELETE FROM statements")
    shutil.rmtree(home.settings.statements_dir)
    assert "access log row 1: cut" in await found(home, old)


async def test_a_row_without_its_file_is_named(home):
    next(home.settings.statements_dir.glob("*000004.json")).unlink()
    assert ["statement 4: its file is missing"] == await found(home)


async def test_a_file_without_its_signature_is_named(home):
    next(home.settings.statements_dir.glob("*000004.json.sig")).unlink()
    [line] = await found(home)
    assert line.endswith("000004.json: its signature (.sig) is missing")


@pytest.mark.parametrize("suffix", [".json", ".json.sig"])
async def test_an_altered_file_is_named(home, suffix):
    [file] = home.settings.statements_dir.glob(f"*000002{suffix}")
    data = bytearray(file.read_bytes())
    data[60] ^= 1
    file.write_bytes(data)
    [line] = await found(home)
    assert line.startswith("statement file ")
    assert "000002.json: " in line


async def test_a_statement_signed_by_another_key_is_named_as_such(home, tmp_path):
    other = await EvidenceHome(tmp_path / "other").open()
    async with open_evidence(other.settings) as evidence:
        made = await evidence.statements.another(T0)
    await other.close()
    folder = tmp_path / "foreign"
    write_files(folder, made)
    [line] = await found(home, folder)
    assert "is signed by another key" in line


async def test_a_sealed_row_and_a_sealed_file_without_entry_are_named(home):
    with sqlite3.connect(home.settings.home / "db" / "journal.sqlite") as database:
        names = [row[0] for row in database.execute("SELECT recording_id FROM sealed ORDER BY seq")]
    cut(home, "DELETE FROM chain WHERE seq > 3", "DELETE FROM sealed WHERE seq > 4", "DELETE FROM statements")
    shutil.rmtree(home.settings.statements_dir)
    lines = await found(home)
    assert f"sealed row {names[3]}: has no entry in the chain" in lines
    assert f"sealed file {names[4]}: has no entry in the chain" in lines


@pytest.mark.parametrize("at", ["", ", destroyed_at = '2026-11-23 00:00:00.000000'"])
async def test_a_key_that_nobody_destroyed_and_is_gone_is_named(home, at):
    alter(home, f"UPDATE sealed SET wrapped_key = NULL{at} WHERE seq = 2")
    [line] = await found(home)
    assert "its key is gone, and the chain says nothing of it" in line


async def test_a_statement_whose_row_is_gone_is_never_written_over(home):
    cut(home, "DELETE FROM statements WHERE seq > 3")
    before = {file.path: file.body for file in read_folder(home.settings.statements_dir)}
    async with open_evidence(home.settings) as evidence:
        made = await evidence.statements.another(T0 + timedelta(days=1))
    after = {file.path: file.body for file in read_folder(home.settings.statements_dir)}
    assert 6 == made.seq
    assert before == {path: after[path] for path in before}


async def test_a_planted_file_moves_no_number(home):
    (home.settings.statements_dir / "2026-11-22-999999.json").write_text("{}")
    async with open_evidence(home.settings) as evidence:
        assert 6 == (await evidence.statements.another(T0 + timedelta(days=1))).seq


def test_no_statement_and_no_file_is_no_fault():
    assert [] == compare([], [], [], b"k" * 32).lines
