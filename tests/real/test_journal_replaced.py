"""The journal's file replaced under a running line of three processes (decision 0068)."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

import pytest

from lab.lab import Lab
from tests.real.changed_journal import Changed, begun, with_calls
from tests.real.line import RunningLine

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """With an account."""
    with begun() as running:
        yield running


@pytest.fixture(scope="module")
def looked_at() -> list[datetime | None]:
    """The last call of a test that found all of its own in the end."""
    return []


@pytest.fixture
async def journal(line: RunningLine, lab: Lab, looked_at: list[datetime | None]) -> AsyncIterator[Changed]:
    """With calls in it."""
    async with with_calls(line, lab, looked_at) as changed:
        yield changed


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
    await asyncio.gather(call, journal.call())
    # Of what was written over in place nobody has the old content: the calls are in the channel event log.
    await journal.whole(recorded=1 if replace is cut else None)
