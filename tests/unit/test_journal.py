"""The journal on both databases: each call once, whatever order, repetition or outage."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from config.database import open_database
from recordings.journal.journal import Journal
from recordings.journal.reading import CallFilter, Reader
from recordings.journal.writing import append_access
from recordings.model.access_entry import START, Access, Action, Actor, new_access
from recordings.model.call_record import CallRecord, Connection, Outcome
from recordings.model.entries import (
    Alarm,
    ConsultantState,
    RecordingChecked,
    RecordingIntended,
    RecordingState,
    Segment,
)
from recordings.model.tables import calls
from tests.chains import verify
from tests.evidence_home import numbers

pytest_plugins = ("tests.postgres",)

T0 = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)
AIGUL = Actor("Айгүл Сынақова", "supervisor", "aigul")


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def call_id(number: int) -> str:
    return f"n1-{1763815501123 + number}-{number:02}"


def whole(number: int = 1, **changes) -> CallRecord:
    talk = Connection(1, "c101", after(10), after(14.5), after(80))
    record = CallRecord(
        call_id(number),
        "+77000000001",
        "kk",
        T0,
        after(0.1),
        after(4),
        after(9),
        after(10),
        after(14.5),
        after(80),
        after(90),
        after(91),
        "c101",
        Outcome.SERVED,
        "consultant",
        after(5),
        "busy",
        5,
        True,
        True,
        (talk,),
        after(110),
    )
    return replace(record, **changes)


def checked(stem: str, ended: datetime) -> RecordingChecked:
    """Sound in both legs, from T0."""
    levels = (-20.0, -20.0, 0.0, 0.0, 0.0, 0.0)
    part = Segment(stem, 1, T0, ended, 10.0, f"{stem}-caller.wav", f"{stem}-consultant.wav")
    return RecordingChecked(
        stem, call_id(1), None, RecordingState.FINISHED, T0, ended, 10.0, f"{stem}-stereo.wav", *levels,
        (), 2000, ended, (part,),
    )  # fmt: skip


async def chained(url: str, entry: Access) -> None:
    """As a process beside the engine does."""
    database = open_database(url)
    async with database.begin() as connection:
        await append_access(connection, [entry])
    await database.dispose()


@pytest.fixture
async def journal(url, tmp_path):
    journal = Journal(url, tmp_path / "spool", numbers, patience=0.5, retry=0.05)
    await journal.start()
    yield journal
    await journal.stop()


async def test_a_call_comes_back_as_it_went_in_with_aware_times(journal):
    record = whole()
    await journal.write(record)
    assert await journal.reader.call(record.call_id) == record


async def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(journal):
    local = T0.astimezone(timezone(timedelta(hours=5)))
    await journal.write(whole(arrived_at=local))
    [found] = await journal.reader.calls(CallFilter())
    assert (found.arrived_at, found.arrived_at.utcoffset()) == (T0, timedelta(0))


async def test_a_call_written_in_any_order_is_one_complete_row(journal):
    orders = list(permutations(range(4)))
    for number, order in enumerate(orders):
        record = whole(number)
        bare = CallRecord(record.call_id, None, None, T0)
        ringing = replace(
            bare, pii_caller=record.pii_caller, language="ru", served_by="c999", first_ring_at=after(10)
        )
        rated = replace(bare, ended_at=record.ended_at, rating=5, rating_asked=True)
        for piece in order:
            journal.submit((bare, ringing, record, rated)[piece])
    await journal.write(whole(len(orders)))
    wanted = [whole(number) for number in range(len(orders) + 1)]
    found = await journal.reader.calls(CallFilter())
    assert sorted(found, key=lambda call: call.call_id) == wanted


async def test_a_later_connection_is_added_and_an_ended_one_stays_ended(journal):
    first = Connection(1, "c101", after(10), after(14), after(60))
    second = Connection(2, "c102", after(70), after(75), None)
    await journal.write(whole(connections=(first,)))
    await journal.write(whole(connections=(replace(first, ended_at=None), second)))
    found = await journal.reader.call(call_id(1))
    assert found.connections == (first, second)


async def test_a_caller_of_nine_thousand_odd_bytes_is_cut_and_kept(journal):
    odd = "\0\udcff'\"${SHELL(x)}\nҚазақ" + "9" * 9000
    await journal.write(whole(pii_caller=odd))
    found = await journal.reader.call(call_id(1))
    assert found.pii_caller == ("?'\"${SHELL(x)}\nҚазақ" + "9" * 9000)[:199]


async def test_calls_are_found_by_day_outcome_consultant_and_language(journal):
    old = whole(1, arrived_at=after(-86400))
    russian = whole(2, language="ru", arrived_at=after(1))
    gone = whole(3, outcome=Outcome.ABANDONED_WAITING, served_by=None, connections=(), arrived_at=after(2))
    twice = whole(4, served_by="c102", arrived_at=after(3))
    for record in (old, russian, gone, twice):
        await journal.write(record)

    async def ids(**wanted):
        return [call.call_id for call in await journal.reader.calls(CallFilter(**wanted))]

    assert await ids() == [call_id(4), call_id(3), call_id(2), call_id(1)]
    assert await ids(limit=2) == [call_id(4), call_id(3)]
    assert await ids(since=T0, until=after(3)) == [call_id(3), call_id(2)]
    assert await ids(outcome=Outcome.ABANDONED_WAITING) == [call_id(3)]
    assert await ids(language="ru") == [call_id(2)]
    assert await ids(consultant="c102") == [call_id(4)]
    assert await ids(consultant="c101") == [call_id(4), call_id(2), call_id(1)]


async def test_a_recording_goes_from_intent_to_end_and_opens_again_after_a_hold(journal):
    first, second = f"{call_id(1)}-c1", f"{call_id(1)}-c1-s2"
    await journal.write(RecordingIntended(first, T0))
    await journal.write(checked(first, after(10)))
    await journal.write(RecordingIntended(first, T0))  # said twice: no news
    [found] = await journal.reader.recordings(call_id(1))
    assert (found.id, found.connection, found.state) == (first, None, RecordingState.FINISHED)
    assert (found.started_at, found.ended_at) == (T0, after(10))
    await journal.write(RecordingIntended(second, after(20)))
    [found] = await journal.reader.recordings(call_id(1))
    assert (found.started_at, found.ended_at, found.state) == (T0, None, RecordingState.INTENDED)
    assert [(part.stem, part.started_at, part.ended_at) for part in found.segments] == [
        (first, T0, after(10)),
        (second, after(20), None),
    ]


async def test_the_same_alarm_is_kept_once(journal):
    for _ in range(3):
        journal.alarm("recording_missing", call_id(1), T0)
    journal.alarm("recording_missing", call_id(2), T0)
    await journal.write(whole())
    assert await journal.reader.alarms(T0) == [
        Alarm("recording_missing", call_id(1), T0),
        Alarm("recording_missing", call_id(2), T0),
    ]


async def test_a_consultants_state_is_the_newest_word_and_can_be_forgotten(journal):
    journal.remember("c101", "paused", "lunch", after(5))
    journal.remember("c101", "paused", "older", after(1))
    journal.remember("c102", "paused", "training", after(1))
    journal.remember("c102", "paused", None, after(2))
    await journal.write(whole())
    assert await journal.reader.consultant_states() == [ConsultantState("c101", "paused", "lunch", after(5))]


async def test_accesses_are_chained_in_order_and_a_repeated_one_is_kept_once(journal, tmp_path):
    acts = [new_access(f"id-{n}", after(n), AIGUL, Action.LISTENED, call_id(n), "тексеру") for n in range(5)]
    for one in [*acts, acts[2]]:
        journal.submit(one)
    await journal.write(acts[0])
    await journal.write(acts[4])
    links = await journal.reader.access_log()
    assert [link.entry for link in links] == acts
    assert list(verify(START, links)) == []
    assert not (tmp_path / "spool" / "rejected.jsonl").exists()


async def test_two_processes_chain_their_accesses_into_one_log(journal, url):
    acts = [new_access(f"id-{n}", after(n), AIGUL, Action.SEARCHED, "2026-11-22", "why") for n in range(20)]
    for one in acts[::2]:
        journal.submit(one)
    await asyncio.gather(*(chained(url, one) for one in acts[1::2]))
    await journal.write(acts[0])
    links = await journal.reader.access_log()
    assert sorted(link.entry.entry_id for link in links) == sorted(one.entry_id for one in acts)
    assert list(verify(START, links)) == []


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE access_log SET person = 'x' WHERE seq = 1",
        "DELETE FROM access_log WHERE seq = 1",
        "REPLACE INTO access_log SELECT * FROM access_log WHERE seq = 1",
        "TRUNCATE access_log",
    ],
)
async def test_the_access_log_refuses_to_be_altered(journal, url, deed):
    await journal.write(new_access("id", T0, AIGUL, Action.SEARCHED, "2026-11-22", "why"))
    before = await journal.reader.access_log()
    database = open_database(url)
    with pytest.raises(DBAPIError):
        async with database.begin() as connection:
            await connection.execute(text(deed))
    await database.dispose()
    assert await journal.reader.access_log() == before


async def test_a_reader_cannot_write(journal, url):
    await journal.write(whole())
    reader = Reader.open(url, numbers())
    assert await reader.call(call_id(1)) == whole()
    with pytest.raises(DBAPIError):
        async with reader._database.begin() as connection:
            await connection.execute(text("DELETE FROM connections"))
    await reader.close()


async def test_an_entry_the_database_will_never_take_stops_no_other(journal, tmp_path):
    for number in (1, 2, 3):
        journal.submit(
            whole(number, rating=10**12 if number == 2 else 5, arrived_at=None if number == 2 else T0)
        )
    await journal.write(whole(4))
    assert [call.call_id for call in await journal.reader.calls(CallFilter())] == [
        call_id(4),
        call_id(3),
        call_id(1),
    ]
    assert (tmp_path / "spool" / "rejected.jsonl").read_bytes().count(b"\n") == 1


@pytest.mark.slow
async def test_two_thousand_calls_at_once_are_all_there_once(journal, url):
    for number in range(1000):
        journal.submit(whole(number, ended_at=None))
        journal.submit(whole(number))
    await journal.keep(whole(1000))
    for _ in range(600):  # a busy machine takes them into its spool first
        if not await journal.spooled():
            break
        await asyncio.sleep(0.1)
    async with journal.reader._database.connect() as connection:
        there = await connection.scalar(select(func.count()).select_from(calls))
    assert 1001 == there


async def test_a_naive_time_is_refused():
    database = open_database("sqlite://")
    with pytest.raises(Exception, match="without its zone"):
        async with database.connect() as connection:
            await connection.execute(select(calls).where(calls.c.arrived_at == datetime(2026, 1, 1)))
    await database.dispose()
    await asyncio.sleep(0)


@pytest.mark.parametrize("kind", ["sqlite://", "postgresql://user:secret@127.0.0.1/none"])
def test_no_error_of_the_database_quotes_a_caller(kind):
    assert open_database(kind).sync_engine.hide_parameters
