"""The engine's begin and end: what was started is stopped, whatever fails; its end is nobody's wrap-up."""

import asyncio
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from config.settings import Settings
from dialplan.sip_accounts import SipAccount
from engine.evidence.main import EvidenceProcess
from engine.evidence.services import open_evidence
from engine.health.clock_sync import ClockOffset
from engine.install import consultant_accounts as accounts
from engine.wiring import lifecycle
from engine.wiring.build import build
from engine.wiring.parts import Engine
from recordings.journal.journal import Journal
from recordings.model.call_record import CallRecord, Outcome
from recordings.model.evidence_tables import row_chain
from recordings.privacy.keyring import Keyring
from recordings.rows.entry import RowEntryKind
from routing.dispatch.queue import Waiting
from tests.evidence_home import numbers

CALL = "n1-1795338000123-7"
AT = datetime.fromtimestamp(1795338000.123, UTC)


def settings(home: Path, **changes: object) -> Settings:
    made = Settings(home=home, ami_port=9, agi_port=0, **changes)  # type: ignore[arg-type]
    for folder in (home / "db", home / "run", made.spool):
        folder.mkdir(parents=True, exist_ok=True)
    Keyring(made.keys_dir).make()
    return made


def made(chosen: Settings) -> tuple[Engine, tuple[lifecycle.Step, ...]]:
    engine, reactions = build(chosen)
    return engine, lifecycle.steps(engine, reactions)


async def test_an_engine_whose_port_is_taken_stops_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.wiring.lifecycle.FIRST_LOGIN", 0.05)
    before = asyncio.all_tasks()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        engine, order = made(
            settings(tmp_path / "home").model_copy(update={"agi_port": taken.getsockname()[1]})
        )
        engine.journal.submit(CallRecord(CALL, None, "kk", AT, outcome=Outcome.SERVED, ended_at=AT))
        with pytest.raises(OSError):
            await lifecycle.run(engine, order, asyncio.Event())
    await asyncio.sleep(0)
    assert set() == {task for task in asyncio.all_tasks() - before if not task.done()}
    with sqlite3.connect(tmp_path / "home" / "db" / "journal.sqlite") as database:
        assert (1,) == database.execute("SELECT count(*) FROM calls").fetchone()


@pytest.mark.parametrize("failing", range(12))
async def test_whichever_part_fails_to_start_those_before_it_are_stopped_in_reverse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    monkeypatch.setattr("engine.wiring.lifecycle.FIRST_LOGIN", 0.05)
    before = asyncio.all_tasks()
    engine, order = made(settings(tmp_path / "home"))
    assert 12 == len(order)
    stopped: list[str] = []

    def told(step: lifecycle.Step) -> lifecycle.Step:
        async def stop() -> None:
            await step.stop()
            stopped.append(step.name)

        async def fails() -> None:
            await step.start()  # all of it, or nothing: its own stop must do for both
            raise OSError(step.name)

        return lifecycle.Step(step.name, fails if step is order[failing] else step.start, stop)

    with pytest.raises(OSError, match=order[failing].name):
        await lifecycle.run(engine, [told(step) for step in order], asyncio.Event())
    await asyncio.sleep(0)
    assert [step.name for step in reversed(order[: failing + 1])] == stopped
    assert set() == {task for task in asyncio.all_tasks() - before if not task.done()}
    assert not engine.settings.control_socket.exists()
    if engine.agi.port:
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", engine.agi.port), timeout=1).close()


async def test_an_engine_that_never_started_is_stopped_without_a_fault(tmp_path: Path) -> None:
    engine, order = made(settings(tmp_path / "home"))

    async def fails() -> None:
        raise OSError("nothing began")

    for step in order:
        with pytest.raises(OSError, match="nothing began"):
            await lifecycle.run(engine, [lifecycle.Step(step.name, fails, step.stop)], asyncio.Event())


async def test_an_evidence_process_that_cannot_start_leaves_none_of_its_works_running(tmp_path: Path) -> None:
    made = settings(tmp_path / "home")
    journal = Journal(made.database, made.spool / "journal", numbers)
    await journal.start()
    await journal.stop()
    made.evidence_socket.parent.mkdir(parents=True, exist_ok=True)
    made.evidence_socket.mkdir()  # nobody can listen there
    before = asyncio.all_tasks()
    async with open_evidence(made) as evidence:
        with pytest.raises(OSError):
            await EvidenceProcess(evidence).run(asyncio.Event())
    assert set() == {task for task in asyncio.all_tasks() - before if not task.done()}


async def test_the_evidence_process_enters_rows_from_before_the_chain_and_then_none_any_more(
    tmp_path: Path,
) -> None:
    made = settings(tmp_path / "home")
    Keyring(made.keys_dir).make()
    journal = Journal(made.database, made.spool / "journal", numbers)
    await journal.start()
    journal.alarm("recording_missing", "n1-1-1", datetime.now(UTC))
    await journal.stop()
    async with open_evidence(made) as evidence:
        async with evidence.database.begin() as connection:  # as an older version left it
            for name in ("update", "delete", "replace"):
                await connection.execute(text(f"DROP TRIGGER row_chain_no_{name}"))
            await connection.execute(text("DELETE FROM row_chain"))
            await connection.execute(text("UPDATE rows_before SET count = 1 WHERE table_name = 'alarms'"))
        stop = asyncio.Event()
        running = asyncio.create_task(EvidenceProcess(evidence).run(stop))
        kinds: list[str] = []
        async with asyncio.timeout(20):
            while kinds.count(RowEntryKind.COMPLETE) < 2:
                await asyncio.sleep(0.05)
                async with evidence.database.connect() as connection:
                    kinds = list(await connection.scalars(select(row_chain.c.kind).order_by(row_chain.c.seq)))
        stop.set()
        await running
    assert RowEntryKind.ADOPTED in kinds
    assert RowEntryKind.ADOPTED not in kinds[kinds.index(RowEntryKind.COMPLETE) :]


async def test_the_end_of_the_engine_is_nobodys_wrap_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.wiring.lifecycle.FIRST_LOGIN", 0.1)
    chosen = settings(tmp_path / "home")
    accounts.save(chosen, [SipAccount("c101", "Айгүл Сынақ", ("kk",), "x" * 32)])
    (engine, order), stop = made(chosen), asyncio.Event()
    running = asyncio.create_task(lifecycle.run(engine, order, stop))
    async with asyncio.timeout(10):
        while not chosen.control_socket.exists():
            await asyncio.sleep(0.02)
    engine.dispatch.found_talking(Waiting(CALL, "kk", 0.0), "c101")
    await asyncio.sleep(0.5)  # a look of the stints
    close = engine.agi.close

    async def closing() -> None:
        """Each session's end tells the desk that its conversation is over."""
        engine.dispatch.conversation_ended(CALL, "c101")
        await asyncio.sleep(0.5)
        await close()

    monkeypatch.setattr(engine.agi, "close", closing)
    stop.set()
    await running
    with sqlite3.connect(tmp_path / "home" / "db" / "journal.sqlite") as database:
        states = {row[0] for row in database.execute("SELECT state FROM consultant_stints")}
        (kept,) = database.execute("SELECT value FROM consultant_states WHERE name = 'state'").fetchone()
    assert "talking" in states and "wrap_up" not in states
    assert '"wrap_up_left": 0.0' in kept


async def test_t7_is_in_the_row_whether_the_caller_goes_before_or_after_it(tmp_path: Path) -> None:
    engine, reactions = build(settings(tmp_path / "home"))
    await engine.journal.start()
    over = CallRecord(CALL, None, "kk", AT, ended_at=AT + timedelta(seconds=60), outcome=Outcome.SERVED)
    engine.journal.submit(over)
    reactions.endings.wrap_up_ended(CALL, AT.timestamp() + 90)
    await engine.journal.write(over)  # told once more, from the channel log
    row = await engine.journal.reader.call(CALL)
    assert row is not None
    assert AT + timedelta(seconds=90) == row.wrap_up_ended_at
    assert (AT, Outcome.SERVED, "kk") == (row.arrived_at, row.outcome, row.language)
    await engine.journal.stop()
    engine.dispatch.close()


async def test_a_locked_database_keeps_no_engine_from_its_calls(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/journal.sqlite"
    first = Journal(url, tmp_path / "spool", numbers)
    await first.start()
    await first.stop()
    lock = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    journal = Journal(url, tmp_path / "spool", numbers, patience=0.2, retry=0.1)
    async with asyncio.timeout(2):
        await journal.start()
    assert await journal.write(CallRecord(CALL, None, "kk", AT))
    assert "spool" == journal.place
    lock.close()
    async with asyncio.timeout(8):
        while journal.place != "database":
            await asyncio.sleep(0.02)
    assert await journal.reader.call(CALL) is not None
    await journal.stop()


def test_the_clock_on_the_wall_is_looked_at_again_and_small_differences_are_none() -> None:
    wall = 1000.0
    offset = ClockOffset(lambda: wall, lambda: 100.0)
    assert 900.0 == offset()
    wall = 1000.1
    assert 900.0 == offset()
    wall = 4600.0
    assert 4500.0 == offset()
