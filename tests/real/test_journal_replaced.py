"""The journal's file replaced, moved and deleted under a running line of three processes (decision 0068)."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from config.database import database_file
from lab.lab import Lab
from lab.robots import HangUp, HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.browser import add_account, site
from tests.real.line import REPOSITORY, RunningLine, now

pytestmark = pytest.mark.real


@dataclass
class Changed:
    """A journal of a line with calls, whose file others touch."""

    line: RunningLine
    lab: Lab
    since: datetime = field(default_factory=now)
    calls: int = 0

    @property
    def file(self) -> Path:
        file = database_file(self.line.settings.database)
        assert file is not None
        return file

    @property
    def aside(self) -> Path:
        return self.file.with_name("aside.sqlite")

    async def call(self) -> None:
        """Served by a consultant."""
        self.calls += 1
        await self.lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(1), HangUp()).run()

    async def before(self) -> None:
        """A call, a backup, another call: what the backup lacks."""
        await self.lab.consultant("c101", talk=30).start()
        await self.call()
        await self.line.new_calls(1, since=self.since, within=10)
        backup(self.file, self.aside)
        await self.call()
        rows = await self.line.new_calls(2, since=self.since, within=10)
        await self.line.recorded(rows[-1].call_id, within=40)

    async def told(self) -> None:
        """Within seconds, by the engine and by the doctor."""
        before = alarms(self.line)
        await self.line.until(lambda: alarms(self.line) > before, within=4)

    async def whole(self, recorded: int | None = None) -> None:
        """Every call is in it once, the last ones `recorded` by the evidence process; the console asks it."""
        rows = await self.line.new_calls(self.calls, since=self.since, within=25)
        assert [Outcome.SERVED] * self.calls == [row.outcome for row in rows]
        assert self.calls == len({row.call_id for row in rows})
        newest_first = sorted(rows, key=lambda row: row.arrived_at, reverse=True)
        for row in newest_first[: recorded or self.calls]:
            assert 1 == len(await self.line.recorded(row.call_id, within=60))
        assert 401 == await self.sign_in()
        for name in ("engine", "evidence", "console"):
            assert {str(self.file)} >= opened(self.line.pid(name), self.file.parent), name
        assert "ok" == check(self.file)

    async def sign_in(self) -> int:
        """Somebody unknown: the console has to ask its accounts for that."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{site(self.line)}/sign-in",
                data={"login": "nobody", "password": "x"},
                headers={"Origin": site(self.line)},
            ) as answer,
        ):
            return answer.status

    def doctor(self) -> str:
        """What it says about the journal."""
        command = [REPOSITORY / ".venv/bin/ivr111", "doctor"]
        return subprocess.run(command, env=self.line.env, check=False, capture_output=True, text=True).stdout


def backup(journal: Path, to: Path) -> None:
    with closing(sqlite3.connect(journal)) as this, closing(sqlite3.connect(to)) as other:
        this.backup(other)


def check(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])


def alarms(line: RunningLine) -> int:
    wanted = ("alarm_raised", "journal_replaced")
    return sum((said["event"], said.get("kind")) == wanted for said in line.engine_log())


def opened(process: int, folder: Path) -> set[str]:
    """The databases a process has open below `folder`."""
    found = set()
    for one in Path(f"/proc/{process}/fd").iterdir():
        try:
            leads = str(one.readlink())
        except OSError:
            continue
        if leads.startswith(str(folder)) and ".sqlite" in leads and not leads.endswith(("-wal", "-shm")):
            found.add(leads)
    return found


@pytest.fixture(scope="module")
def line():
    """A line with an account, so that the console has something to ask for."""
    running = RunningLine(IVR111_RAW_KEPT_SECONDS="0").start()
    add_account(running, "sara", "supervisor", "--phone", "s201")
    yield running
    assert running.stop() == 0


@pytest.fixture
async def journal(line: RunningLine, lab: Lab) -> Changed:
    changed = Changed(line, lab)
    for old in changed.file.parent.glob("*.replaced*"):
        old.unlink()
    await changed.before()
    return changed


def rename_over(journal: Changed) -> None:
    journal.aside.replace(journal.file)


def copy_over(journal: Changed) -> None:
    """Onto the same inode."""
    subprocess.run(["cp", journal.aside, journal.file], check=True)


def empty(journal: Changed) -> None:
    journal.file.with_name("empty").touch()
    journal.file.with_name("empty").replace(journal.file)


def cut(journal: Changed) -> None:
    os.truncate(journal.file, 0)


def garbage(journal: Changed) -> None:
    journal.aside.write_bytes(b"\0" * 100_000)
    journal.aside.replace(journal.file)


@pytest.mark.parametrize("replace", [rename_over, copy_over, empty, cut, garbage])
async def test_another_file_in_its_place_during_a_call_costs_no_call(
    journal: Changed, replace: Callable[[Changed], None]
) -> None:
    call = asyncio.create_task(journal.call())
    await asyncio.sleep(3)
    replace(journal)
    if replace is not copy_over:  # a copy that is no shorter than what lies in the file tells nothing
        await journal.told()
    await call
    await journal.call()
    # Of what was written over in place nobody has the old content: the calls are in the channel event log.
    await journal.whole(recorded=1 if replace is cut else None)


async def test_deleted_with_its_log_it_is_put_back_whole(journal: Changed) -> None:
    alarms_before = rows(journal, "access_log") + rows(journal, "alarms")
    call = asyncio.create_task(journal.call())
    await asyncio.sleep(3)
    for one in journal.file.parent.glob("journal.sqlite*"):
        one.unlink()
    await journal.told()
    await call
    await journal.call()
    await journal.whole()
    assert rows(journal, "access_log") + rows(journal, "alarms") > alarms_before


def rows(journal: Changed, table: str) -> int:
    with closing(sqlite3.connect(journal.file)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("suffixes", [("",), ("", "-wal", "-shm")])
async def test_moved_away_for_seconds_it_goes_on_where_it_was(
    journal: Changed, suffixes: tuple[str, ...]
) -> None:
    call = asyncio.create_task(journal.call())
    await asyncio.sleep(3)
    for suffix in suffixes:
        journal.file.with_name(f"journal.sqlite{suffix}").rename(journal.file.with_name(f"away{suffix}"))
    await journal.told()
    assert "has gone" in await asyncio.to_thread(journal.doctor)
    assert not journal.file.exists()
    for suffix in suffixes:
        journal.file.with_name(f"away{suffix}").rename(journal.file.with_name(f"journal.sqlite{suffix}"))
    await call
    await journal.call()
    await journal.whole()


async def test_moved_back_over_the_one_made_meanwhile_it_is_refused_in_words(journal: Changed) -> None:
    away = journal.file.with_name("away")
    journal.file.rename(away)
    await journal.told()
    await journal.call()
    await journal.line.until(journal.file.exists, within=15)
    await journal.call()
    await journal.whole()
    away.rename(journal.file)
    await journal.told()
    await journal.call()
    await journal.whole()
    found = [said["found"] for said in journal.line.engine_log() if said["event"] == "journal_file"]
    assert ["put_back"] * 2 == found[-2:]
    assert "journal.sqlite.replaced" in journal.doctor()
