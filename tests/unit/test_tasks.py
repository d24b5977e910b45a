"""Work beside the calls: a fault ends one turn of it, never the work."""

import asyncio

from config.tasks import Tasks


async def test_lasting_work_is_begun_again_after_a_fault() -> None:
    tasks, third = Tasks(pause=0.0), asyncio.Event()
    turns: list[int] = []

    async def work() -> None:
        turns.append(len(turns))
        if len(turns) < 3:
            raise ValueError("a row nobody expected")
        third.set()
        await asyncio.Event().wait()

    tasks.keep_running(work)
    async with asyncio.timeout(2):
        await third.wait()
    assert [0, 1, 2] == turns
    await tasks.close()


async def test_work_that_ends_by_itself_is_over() -> None:
    tasks = Tasks(pause=0.0)
    turns: list[int] = []

    async def work() -> None:
        turns.append(len(turns))

    tasks.keep_running(work)
    for _ in range(5):
        await asyncio.sleep(0)
    assert [0] == turns
    await tasks.close()


async def test_a_fault_of_one_task_touches_no_other_and_closing_ends_all() -> None:
    tasks = Tasks()
    ended: list[str] = []

    async def faulty() -> None:
        raise ValueError("once")

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waits")

    tasks.spawn(faulty())
    tasks.spawn(waits())
    for _ in range(3):
        await asyncio.sleep(0)
    await tasks.close()
    assert ["waits"] == ended
