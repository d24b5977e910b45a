"""The register killed in the middle of a save or a registration, and a database locked for a while (A12)."""

import asyncio
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from appeals.model.register_tables import appeals
from config.database import open_database
from console.identity.tables import EVERY
from recordings.rows.service import keyed
from tests.register_home import AIGERIM, NOW, RegisterHome

pytest_plugins = ("tests.postgres",)
ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import asyncio, sys
from pathlib import Path
from tests.register_home import AIGERIM, NOW, RegisterHome

async def main(folder, url, what):
    home = await RegisterHome(Path(folder), database_url=url).open()
    if what == "save":
        draft = await home.register.draft(AIGERIM, NOW, made_key="killed")
        version = len(draft.text("matter"))
        print("ready", draft.id, flush=True)
        while True:
            text = "а" * (version + 1)
            await home.register.save_field(draft.id, "matter", text, version, AIGERIM, NOW)
            version += 1
            print(version, flush=True)
    print("ready", 0, flush=True)
    while True:
        draft = await home.register.draft(AIGERIM, NOW)
        print((await home.register.register(draft.id, AIGERIM, NOW)).number, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def killed(home, what: str, after: float) -> list[str]:
    """What the writer was answered before it was killed."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(home.settings.home), home.settings.database, what,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert writer.stdout is not None
    assert (await asyncio.wait_for(writer.stdout.readline(), 60)).startswith(b"ready")
    first = await asyncio.wait_for(writer.stdout.readline(), 60)
    await asyncio.sleep(after)
    writer.send_signal(signal.SIGKILL)
    rest = await writer.stdout.read()
    await writer.wait()
    return [line for line in (first + rest).decode().split("\n")[:-1] if line]


@pytest.fixture
async def home(url, tmp_path):
    opened = await RegisterHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.05, 0.13])
async def test_of_a_killed_writer_nothing_is_lost_that_was_answered(home, after):
    answered = [int(line) for line in await killed(home, "save", after)]
    draft = await home.register.draft(AIGERIM, NOW, made_key="killed")
    assert answered[-1] <= len(draft.text("matter")) <= answered[-1] + 1
    [entry] = [one for one in await home.register.history(draft.id, AIGERIM, NOW) if one.step == "saved"]
    assert ("", draft.text("matter")) == (entry.before, entry.after)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.05, 0.13])
async def test_of_a_killed_registrar_no_number_is_lost_left_out_or_given_twice(home, after):
    answered = await killed(home, "register", after)
    answered += await killed(home, "register", after)
    draft = await home.register.draft(AIGERIM, NOW)
    last = (await home.register.register(draft.id, AIGERIM, NOW)).number
    assert len(answered) == len(set(answered))
    assert answered == sorted(answered)
    async with home.database.connect() as connection:
        query = select(appeals.c.number).where(appeals.c.number.is_not(None)).order_by(appeals.c.number)
        given = list((await connection.execute(query)).scalars())
    assert set(answered) <= set(given)
    assert [f"26{n:06d}" for n in range(1, len(given) + 1)] == [number[:8] for number in given]
    assert last == given[-1]


@pytest.mark.slow
async def test_a_locked_database_costs_a_wait_or_an_error_and_no_word(tmp_path):
    home = await RegisterHome(tmp_path / "home").open()
    try:
        draft = await home.register.draft(AIGERIM, NOW)
        hasty = keyed(open_database(home.settings.database, busy_seconds=0.2), home.keys.numbers, EVERY)
        register = home.another(database=hasty)
        with sqlite3.connect(home.settings.home / "db" / "journal.sqlite", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            patient = asyncio.create_task(
                home.register.save_field(draft.id, "wanted", "сабыр", 0, AIGERIM, NOW, "p1")
            )
            with pytest.raises(OperationalError):
                await register.save_field(draft.id, "matter", "сөз", 0, AIGERIM, NOW, "c1")
            # Who only looks is not kept waiting.
            assert "" == (await register.get(draft.id, AIGERIM, NOW)).text("matter")
            assert time.monotonic() - began < 5
            other.execute("COMMIT")
        saved = await register.save_field(draft.id, "matter", "сөз", 0, AIGERIM, NOW, "c1")
        assert saved == await register.save_field(draft.id, "matter", "сөз", 0, AIGERIM, NOW, "c1")
        await patient
        appeal = await register.get(draft.id, AIGERIM, NOW)
        assert ("сөз", "сабыр") == (appeal.text("matter"), appeal.text("wanted"))
        await hasty.dispose()
    finally:
        await home.close()
