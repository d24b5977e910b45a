"""Root's commands open the journal as the evidence process: what is laid there gets nothing (2.4)."""

import asyncio
import os
import pwd
import sqlite3
import struct
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from config.database import open_database
from config.problem import Problem
from config.settings import Settings
from console.identity.tables import accounts
from engine.evidence.services import with_evidence
from engine.install.consultant_accounts import load, path, save
from engine.install.home_folders import hand_over, lay_out
from engine.install.keys import ensure_keys
from engine.install.run_as_user import acting_as, as_evidence
from engine.install.second_factor_keys import hide_anew
from recordings.journal.migrating import migrate
from recordings.privacy.keyring import Keyring
from tests.folders import open_the_way

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as somebody else")

MAGIC = bytes.fromhex("d9d505f920a163d7")
PAGE = 4096


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Settings:
    """A home as the line lays it out, with a journal, below folders that everybody may pass."""
    for name in [name for name in os.environ if name.startswith("IVR111_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IVR111_HOME", str(tmp_path / "home"))
    open_the_way(tmp_path)
    settings = Settings()
    lay_out(settings)
    ensure_keys(settings)
    hand_over(settings)
    with as_evidence(settings):
        asyncio.run(migrate(settings.database))
    return settings


def rollback_journal(file: Path, victim: Path) -> bytes:
    """A journal that SQLite rolls back at the next opening; it names `victim` as its super-journal."""
    pages = file.stat().st_size // PAGE
    head = MAGIC + struct.pack(">IIIII", 0, 7, pages, 512, PAGE)
    name = os.fsencode(victim)
    tail = struct.pack(">I", 0x40000000 // PAGE + 1) + name + struct.pack(">II", len(name), sum(name)) + MAGIC
    return head.ljust(512, b"\0") + tail


def test_a_journal_laid_for_root_makes_root_remove_nothing(home, tmp_path):
    victim = tmp_path / "root-only" / "file"
    victim.parent.mkdir(mode=0o700)
    file = home.home / "db" / "journal.sqlite"
    engine = pwd.getpwnam(home.run_user)

    def lay() -> None:
        victim.write_text("root's own\n")
        laid = file.with_name("journal.sqlite-journal")
        laid.write_bytes(rollback_journal(file, victim))
        os.chown(laid, engine.pw_uid, file.stat().st_gid)
        laid.chmod(0o660)

    async def question(evidence) -> int:
        return os.geteuid()

    lay()
    with suppress(Problem):  # the journal is refused or read; nothing else is touched
        assert pwd.getpwnam(home.evidence_user).pw_uid == with_evidence(home, question)
    assert victim.exists()
    lay()
    with sqlite3.connect(file) as as_root:  # what root would have done: the attack is a real one
        as_root.execute("SELECT count(*) FROM calls").fetchone()
    assert not victim.exists()


def test_what_root_s_commands_leave_can_be_written_by_all_who_write_the_journal(home):
    async def question(evidence) -> set[tuple[str, str, int]]:
        async with evidence.database.begin() as connection:
            await connection.exec_driver_sql("CREATE TABLE later (a)")
        return {(f.name, f.group(), f.stat().st_mode & 0o777) for f in (home.home / "db").iterdir()}

    left = {("journal.sqlite" + end, home.journal_group, 0o660) for end in ("", "-wal", "-shm", ".is")}
    assert left == with_evidence(home, question)


@pytest.mark.parametrize("link", [False, True])
def test_root_writes_the_accounts_as_the_engine(home, tmp_path, link):
    victim = tmp_path / "victim"
    victim.write_text("root's own\n")
    people = load(home)
    if link:
        path(home).unlink()
        path(home).symlink_to(victim)
    save(home, people)
    assert (home.run_user, people, "root's own\n") == (path(home).owner(), load(home), victim.read_text())


def test_who_acts_as_another_reads_as_root_writes_as_the_other_and_comes_back(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "file").write_text("read")
    before = (os.getresuid(), os.getresgid(), os.getgroups(), os.umask(0o022))
    with acting_as(65534, 65534, ()):
        assert (closed / "file").read_text() == "read"
        with pytest.raises(PermissionError):
            (closed / "file").write_text("written")
        with pytest.raises(PermissionError):
            (closed / "file").unlink()
    assert before[:3] == (os.getresuid(), os.getresgid(), os.getgroups())
    os.umask(before[3])
    (closed / "file").unlink()


def test_second_factors_of_a_home_of_before_open_with_the_console_s_own_key_after_a_start(home):
    ring = Keyring(home.keys_dir)
    secret, known = "JBSWY3DPEHPK3PXP", home.home / "keys.made"
    hidden = {"old": ring.numbers().hide(secret), "new": ring.second_factors().hide(secret)}

    async def keep(totp: dict[str, str]) -> dict[str, str]:
        database = open_database(home.database)
        async with database.begin() as connection:
            for login, one in totp.items():
                row = {"login": login, "person": login, "role": "auditor", "language": "kk", "totp": one}
                row |= {"password_hash": "", "totp_used": 0, "disabled": False, "made_at": datetime.now(UTC)}
                await connection.execute(insert(accounts).values(**row))
            kept = dict((await connection.execute(select(accounts.c.login, accounts.c.totp))).all())
        await database.dispose()
        return kept

    asyncio.run(keep(hidden))
    lines = known.read_text().splitlines(keepends=True)
    known.write_text("".join(line for line in lines if not line.startswith("second-factor.key")))
    assert () == ensure_keys(home)
    assert [1, 0] == [hide_anew(home), hide_anew(home)]
    kept = asyncio.run(keep({}))
    assert {secret} == {ring.second_factors().reveal(kept[login]) for login in hidden}
    assert hidden["new"] == kept["new"]
