"""Ring 3: a real Asterisk, real SIP and real sound."""

from collections.abc import AsyncIterator, Iterator

import pytest

from lab.lab import Lab
from tests.real.line import RunningLine


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """One line a module."""
    running = RunningLine().start()
    yield running
    assert running.stop() == 0


@pytest.fixture
async def lab(line: RunningLine) -> AsyncIterator[Lab]:
    """Phones for one test; all are closed after it."""
    async with line.lab() as phones:
        yield phones
