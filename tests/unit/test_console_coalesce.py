"""Pages are made at once, and the less often the more they cost; no change is lost. In virtual time."""

import asyncio

from console.http.coalesce import LONGEST, Coalescer
from tests.scenario.clock import in_virtual_time


async def test_what_costs_nothing_is_told_at_once():
    told = []
    coalescer = Coalescer(lambda: 0.0, lambda: told.append(1))
    for _ in range(5):
        coalescer.changed()
    assert len(told) == 5


@in_virtual_time
async def test_what_costs_much_waits_and_many_changes_are_told_once_and_at_last():
    spent, told = [0.0], []

    def wake():
        told.append(asyncio.get_running_loop().time())
        spent[0] += 0.02

    coalescer = Coalescer(lambda: spent[0], wake)
    began = asyncio.get_running_loop().time()
    coalescer.changed()
    for _ in range(20):
        coalescer.changed()
        await asyncio.sleep(0.005)
    await asyncio.sleep(LONGEST)
    assert 2 <= len(told) <= 5
    assert told[0] - began < 0.05
    assert told[-1] > began + 0.08  # the last change was told


@in_virtual_time
async def test_nothing_waits_longer_than_the_longest():
    spent, told = [0.0], []

    def wake():
        told.append(asyncio.get_running_loop().time())
        spent[0] += 100.0

    coalescer = Coalescer(lambda: spent[0], wake)
    coalescer.changed()
    coalescer.changed()
    coalescer.changed()
    await asyncio.sleep(3 * LONGEST)
    assert len(told) >= 2
