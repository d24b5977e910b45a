"""A running line whose journal others replace, move or delete: its calls, and all that must hold then."""

import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp

from config.database import database_file
from lab.lab import Lab
from lab.robots import HangUp, HearTone, Press, Wait
from lab.voice import tone
from recordings.model.call_record import Outcome
from tests.browser import add_account, site
from tests.real.line import REPOSITORY, RunningLine, now


@dataclass
class Changed:
    """A journal of a line with calls, whose file others touch."""

    line: RunningLine
    lab: Lab
    since: datetime = field(default_factory=now)
    calls: int = 0
    last: datetime | None = None  # before the last call
    found: bool = False  # whether all were looked for since the last call

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
        self.last, self.found = now(), False
        self.calls += 1
        await self.lab.caller(Wait(1), Press("1"), HearTone(1000, 20), Wait(1), HangUp()).run()

    async def before(self, earlier: datetime | None) -> None:
        """A call, a backup, another call: what the backup lacks. `earlier`: before one that is there."""
        for id_ in ("c101", "c102"):
            await self.lab.consultant(id_, talk=30, voice=tone(1000)).start()
        if earlier is None:
            await self.call()
        else:
            self.since, self.calls = earlier, 1
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
        self.found = True

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


@contextmanager
def begun() -> Iterator[RunningLine]:
    """A line with an account, so that the console has something to ask for."""
    running = RunningLine(IVR111_RAW_KEPT_SECONDS="0").start()
    add_account(running, "sara", "supervisor", "--phone", "s201")
    yield running
    assert running.stop() == 0


@asynccontextmanager
async def with_calls(line: RunningLine, lab: Lab, looked_at: list[datetime | None]) -> AsyncIterator[Changed]:
    """A journal with calls; `looked_at`: the last call of a test that found all its own, now the first."""
    changed = Changed(line, lab)
    for old in changed.file.parent.glob("*.replaced*"):
        old.unlink()
    await changed.before(looked_at.pop() if looked_at else None)
    yield changed
    if changed.found:
        looked_at.append(changed.last)
