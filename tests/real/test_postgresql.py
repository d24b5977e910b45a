"""The same line with its journal in PostgreSQL: only a URL differs."""

from collections.abc import Iterator

import pytest

from lab.lab import Lab
from lab.robots import HearTone, Press, Wait
from recordings.model.call_record import Outcome
from tests.postgres import Postgres
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    postgres = Postgres()
    postgres.folder.chmod(0o711)  # the engine's user comes in by the socket
    try:
        running = RunningLine(IVR111_DATABASE_URL=postgres.database()).start()
        yield running
        assert running.stop() == 0
    finally:
        postgres.close()


async def test_a_call_and_its_recording_are_kept_in_postgresql(line: RunningLine, lab: Lab) -> None:
    await lab.consultant("c102", talk=2).start()
    since = now()
    await lab.caller(Wait(1), Press("2"), HearTone(1100, 20), Wait(4), Press("4")).run()
    (row,) = await line.new_calls(since=since)
    assert (Outcome.SERVED, "ru", "c102", 4) == (row.outcome, row.language, row.served_by, row.rating)
    (recording,) = await line.recorded(row.call_id)
    assert recording.playable
