"""Event numbers: equal numbers are equal boards, they only grow, and nobody waits for a slow follower."""

import asyncio
import json
from dataclasses import replace

import pytest

from engine.process.local_socket import ControlSocket
from engine.wallboard.feed import BoardFeed
from tests.boards import board

TOTALS = board().totals


class World:
    def __init__(self):
        self.waiting = 0

    def build(self, at):
        return board(at=at, totals=replace(TOTALS, waiting=self.waiting))


@pytest.fixture
def world():
    return World()


def test_the_same_board_has_the_same_number_however_often_it_is_asked_for(world):
    feed = BoardFeed(world.build)
    numbers = {feed.board().event for _ in range(10)}
    feed.changed()
    numbers.add(feed.board().event)
    assert len(numbers) == 1


def test_another_board_has_a_higher_number_even_if_nobody_told_of_the_change(world):
    feed = BoardFeed(world.build)
    before = feed.board().event
    world.waiting = 1
    assert feed.board().event > before


def test_numbers_grow_over_a_restart(world):
    moment = [1000.0]
    old = BoardFeed(world.build, lambda: moment[0])
    for _ in range(50):
        world.waiting += 1
        last = old.board().event
    moment[0] += 1.0
    assert BoardFeed(world.build, lambda: moment[0]).board().event > last


async def test_a_follower_gets_the_whole_board_first_then_each_change_and_signs_of_life(world):
    feed = BoardFeed(world.build)
    told = feed.follow()
    first = await anext(told)
    assert "callers" in first
    world.waiting = 1
    feed.changed()
    second = await anext(told)
    assert (second["totals"]["waiting"], second["event"] > first["event"]) == (1, True)
    third = await anext(told)
    assert set(third) == {"event", "at"}
    await told.aclose()


async def test_a_follower_that_does_not_read_costs_the_others_nothing(tmp_path, world):
    many = board().consultants * 200

    def build(at):
        return board(at=at, consultants=many, totals=replace(TOTALS, waiting=world.waiting))

    feed = BoardFeed(build)
    control = ControlSocket(tmp_path / "s", {}, {"board.follow": feed.follow})
    await control.start()
    _, deaf = await asyncio.open_unix_connection(str(tmp_path / "s"), limit=2**24)
    deaf.write(b'{"do": "board.follow"}\n')
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"), limit=2**24)
    writer.write(b'{"do": "board.follow"}\n')
    for number in range(1, 6):
        world.waiting = number
        feed.changed()
        async with asyncio.timeout(5):
            while json.loads(await reader.readline()).get("totals", {}).get("waiting") != number:
                pass
    writer.close()
    deaf.close()
    await control.close()
