"""The live stream: a whole state first, changes at once, and nobody waits for a client that does not read."""

import asyncio
import json
import time
from dataclasses import replace

import pytest

from config.settings import Settings
from tests.console_home import BOARD, console


@pytest.fixture
async def home(tmp_path):
    async with console(Settings(home=tmp_path / "home")) as home:
        yield home


async def events(response):
    """(name, data) one by one."""
    name = ""
    async for raw in response.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


async def test_a_stream_begins_with_the_whole_state_and_beats_while_nothing_happens(home):
    client, _ = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        told = events(response)
        name, first = await anext(told)
        assert (name, first["event"], "seat-c101" in first["html"]) == ("board", BOARD["event"], True)
        name, beat = await anext(told)
        assert (name, beat["fresh"], beat["event"]) == ("beat", True, BOARD["event"])


async def test_a_board_that_no_longer_counts_is_told_with_the_moment_it_was_true(home):
    client, _ = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        told = events(response)
        await anext(told)
        home.link.fresh, home.link.true_until = False, 1795540064.0
        home.services.streams.wake()
        _, stale = await anext(told)
        assert (stale["fresh"], stale["since"]) == (False, 1795540064.0)


async def test_no_client_slows_another(home):
    slow, _ = await home.signed_in("supervisor")
    quick, _ = await home.signed_in("auditor")
    long = [{**one, "name": one["name"] * 10_000} for one in home.link.shown["consultants"]]
    home.link.show({**home.link.shown, "consultants": long})  # far more than a socket holds
    async with slow.get("/stream/board") as _, quick.get("/stream/board", read_bufsize=2**24) as response:
        told = events(response)
        await anext(told)
        for number in range(1, 31):
            board = {**home.link.shown, "event": BOARD["event"] + number}
            home.link.show(board)
            home.services.streams.wake()
            async with asyncio.timeout(10):
                while (await anext(told))[1]["event"] != board["event"]:
                    pass


async def test_an_ended_session_ends_its_streams(home, monkeypatch):
    monkeypatch.setattr("console.http.event_stream.CHECK", 0.1)
    client, _ = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        told = events(response)
        await anext(told)
        await home.sign_in.sessions.end_all("supervisor")
        async with asyncio.timeout(10):
            names = [name async for name, _ in told]
    assert names[-1] == "signed-out"


async def test_the_api_says_for_which_event_it_is_true_and_whether_it_still_counts(home):
    client, _ = await home.signed_in("auditor")
    home.link.fresh, home.link.true_until = False, 1795540064.0
    told = await (await client.get("/api/board")).json()
    assert (told["event"], told["fresh"], told["no_data_since"]) == (BOARD["event"], False, 1795540064.0)


async def test_who_comes_long_after_the_last_change_is_told_the_time_of_now(home):
    client, _ = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        _, first = await anext(events(response))
    assert abs(first["at"] - time.time()) < 30  # the board itself was made years ago, as tests go
    assert "chart" in first


async def test_a_board_that_would_look_the_same_is_told_by_its_number_alone(home):
    client, _ = await home.signed_in("consultant")
    async with client.get("/stream/desk", read_bufsize=2**20) as response:
        told = events(response)
        name, first = await anext(told)
        assert (name, first["chart"]) == ("board", None)  # the figures of the day are not a consultant's
        home.link.show({**home.link.shown, "event": BOARD["event"] + 1, "alerts": []})
        home.services.streams.wake()
        name, beat = await anext(told)
        assert (name, beat["event"]) == ("beat", BOARD["event"] + 1)


async def test_a_stream_ends_with_the_role_it_was_opened_for(home, monkeypatch):
    monkeypatch.setattr("console.http.event_stream.CHECK", 0.1)
    client, _ = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        told = events(response)
        await anext(told)
        await home.sign_in.accounts.change("supervisor", role="auditor")
        async with asyncio.timeout(10):
            names = [name async for name, _ in told]
    assert names[-1] == "signed-out"


async def test_signing_out_ends_the_streams_at_once(home):
    client, session = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        told = events(response)
        await anext(told)
        await client.post("/sign-out", data={"csrf": session.csrf}, headers=home.origin)
        began = time.monotonic()
        async with asyncio.timeout(10):
            names = [name async for name, _ in told]
    assert (names[-1], time.monotonic() - began < 4) == ("signed-out", True)  # the next look would be at 5 s


async def test_nobody_takes_all_the_streams_there_are(home, monkeypatch):
    monkeypatch.setattr("console.http.event_stream.OF_A_PERSON", 3)
    client, _ = await home.signed_in("consultant")
    other, _ = await home.signed_in("supervisor")
    held = [await client.get("/stream/desk") for _ in range(3)]
    assert (await client.get("/stream/desk")).status == 429
    mine = await other.get("/stream/board")
    assert mine.status == 200
    for one in (*held, mine):
        one.close()
    async with asyncio.timeout(10):
        while home.services.streams.count:
            home.services.streams.wake()
            await asyncio.sleep(0.05)
    again = await client.get("/stream/desk")
    assert again.status == 200
    again.close()


async def test_while_the_database_is_away_a_stream_goes_on(home, monkeypatch):
    monkeypatch.setattr("console.http.event_stream.CHECK", 0.1)
    monkeypatch.setattr("console.http.event_stream.BEAT", 0.15)  # a look between two of them
    client, _ = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        told = events(response)
        await anext(told)

        async def away(*_):
            raise OSError

        monkeypatch.setattr(home.sign_in.sessions, "find", away)
        names = [(await anext(told))[0] for _ in range(3)]
    assert names == ["beat"] * 3


async def test_a_fault_in_a_page_ends_the_stream_and_puts_no_second_answer_into_it(home, monkeypatch):
    client, _ = await home.signed_in("supervisor")
    async with client.get("/stream/board", read_bufsize=2**20) as response:
        told = events(response)
        await anext(told)
        home.link.board = replace(home.link.board, event=BOARD["event"] + 1, totals=None)
        home.services.streams.wake()
        async with asyncio.timeout(10):
            rest = [name async for name, _ in told]
    assert set(rest) <= {"beat"}
