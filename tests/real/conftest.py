"""Ring 3: a real Asterisk, real SIP and real sound."""

from collections.abc import AsyncIterator, Iterator
from typing import Literal

import pytest

from lab.lab import Lab
from tests.real.line import RunningLine
from tests.schedule import share_a_line


def _as_long(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    return "session" if share_a_line(config.args) else "module"


@pytest.fixture(scope=_as_long)
def line() -> Iterator[RunningLine]:
    """One line a module, or for all files of a group (tests/schedule.py)."""
    running = RunningLine().start()
    yield running
    assert running.stop() == 0


@pytest.fixture
async def lab(line: RunningLine) -> AsyncIterator[Lab]:
    """Phones for one test; all are closed after it."""
    async with line.lab() as phones:
        yield phones
