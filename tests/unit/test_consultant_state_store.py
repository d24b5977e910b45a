"""What of consultants outlives the engine, whatever an earlier one has written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.operations.consultant_state_store import NAME, ConsultantStateStore
from recordings.journal.journal import Journal
from recordings.journal.reading import Reader
from recordings.model.entries import RecordingIntended
from routing.dispatch.consultant import Consultant
from routing.dispatch.dispatcher import Dispatcher, Rules
from routing.dispatch.queue import Waiting
from routing.dispatch.service import DispatchService
from tests.evidence_home import numbers

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    """Monotonic seconds and the time of day, which the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    def day(self) -> datetime:
        return T0 + timedelta(seconds=self.now)


def a_desk(clock: Clock) -> DispatchService:
    desk = DispatchService(Dispatcher(Rules(wrap_up_seconds=300)), clock)
    for name in ("c101", "c102"):
        desk.consultant_known(Consultant(name, ("kk", "ru")))
    return desk


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = Journal(
        f"sqlite+aiosqlite:///{tmp_path}/journal.sqlite", tmp_path / "spool", numbers, linger=0.0
    )
    await journal.start()
    yield journal
    await journal.stop()


async def written(journal: Journal) -> None:
    await journal.write(RecordingIntended("n1-1795338000000-7-c1", datetime.now(UTC)))


def talk(desk: DispatchService, call: str) -> None:
    desk.found_talking(Waiting(call, "kk", 0.0), "c101")
    desk.conversation_ended(call, "c101")


async def test_a_second_wrap_up_is_kept_with_its_own_end(journal: Journal) -> None:
    clock = Clock()
    desk = a_desk(clock)
    kept = ConsultantStateStore(journal, desk, clock.day)
    talk(desk, "n1-1-1")
    await kept.keep()
    clock.now += 290
    desk.wrap_up_ended("c101")  # nothing is kept then: it passes by itself
    talk(desk, "n1-1-2")
    await kept.keep()
    await written(journal)

    again = a_desk(clock)
    await ConsultantStateStore(journal, again, clock.day).restore()
    left = again.snapshot().consultants[0].left
    assert 300 == left
    for one in (desk, again):
        one.close()


@pytest.mark.parametrize("value", ["{", "[]", '{"id": "c101", "mood": "of another release"}', "{}"])
async def test_a_state_nobody_understands_costs_that_consultants_only(journal: Journal, value: str) -> None:
    desk = a_desk(Clock())
    desk.paused("c102", "lunch")
    await ConsultantStateStore(journal, desk).keep()
    journal.remember("c101", NAME, value, datetime.now(UTC))
    await written(journal)

    again = a_desk(Clock())
    await ConsultantStateStore(journal, again).restore()
    assert [None, "lunch"] == [seat.pause for seat in again.snapshot().consultants]
    for one in (desk, again):
        one.close()


async def test_what_still_lies_in_the_spool_is_newer_than_the_database(journal: Journal, monkeypatch) -> None:
    clock = Clock()
    desk = a_desk(clock)
    kept = ConsultantStateStore(journal, desk, clock.day)
    desk.paused("c101", "lunch")
    await kept.keep()
    await written(journal)

    async def away(*_: object) -> bool:
        return False

    monkeypatch.setattr(journal, "_to_database", away)  # locked, as by a backup
    clock.now += 10
    desk.released("c101")
    desk.shift_ended("c102")
    desk.divert("ru")
    await kept.keep()
    await written(journal)
    assert journal.place == "spool"

    again = a_desk(clock)
    await ConsultantStateStore(journal, again, clock.day).restore()
    first, second = again.snapshot().consultants
    assert (first.pause, second.off) == (None, True)
    assert again.diverted_since("ru") is not None and again.diverted_since("kk") is None
    for one in (desk, again):
        one.close()


async def test_what_is_loaded_from_the_spool_while_it_is_read_is_not_lost(
    journal: Journal, monkeypatch
) -> None:
    clock = Clock()
    desk = a_desk(clock)
    to_database = journal._to_database

    async def away(*_: object) -> bool:
        return False

    monkeypatch.setattr(journal, "_to_database", away)
    desk.paused("c101", "lunch")
    desk.shift_ended("c102")
    await ConsultantStateStore(journal, desk, clock.day).keep()
    await written(journal)
    assert "spool" == journal.place
    monkeypatch.setattr(journal, "_to_database", to_database)
    reads = [journal.spooled, journal.reader.consultant_states]
    for number, read in enumerate(reads):

        async def between(read=read) -> list:
            """The whole spool goes into the database just after this was read."""
            rows = await read()
            async with asyncio.timeout(5):
                while journal.place != "database":
                    await asyncio.sleep(0.01)
            return rows

        reads[number] = between
    monkeypatch.setattr(journal, "spooled", reads[0])
    monkeypatch.setattr(Reader, "consultant_states", lambda _self: reads[1]())

    again = a_desk(clock)
    assert await ConsultantStateStore(journal, again, clock.day).restore()
    first, second = again.snapshot().consultants
    assert ("lunch", True) == (first.pause, second.off)
    for one in (desk, again):
        one.close()


async def test_a_database_away_at_the_start_keeps_its_pauses_until_it_is_back(
    journal: Journal, monkeypatch
) -> None:
    clock = Clock()
    desk = a_desk(clock)
    desk.paused("c101", "lunch")
    desk.paused("c102", "training")
    await ConsultantStateStore(journal, desk, clock.day).keep()
    await written(journal)

    async def away(_self: Reader) -> list:
        raise OSError

    with monkeypatch.context() as locked:
        locked.setattr(Reader, "consultant_states", away)
        again = a_desk(clock)
        kept = ConsultantStateStore(journal, again, clock.day)
        assert not await kept.restore()
        clock.now += 10
        again.shift_ended("c102")
        await kept.keep()
        await written(journal)
        assert not await kept.restore_late()
    assert await kept.restore_late()
    first, second = again.snapshot().consultants
    assert ("lunch", True) == (first.pause, second.off)
    assert second.pause is None
    for one in (desk, again):
        one.close()
