"""Who dials while the line stops is in a table or counted, each one (A19; decision 0069)."""

import asyncio
import shutil
import signal
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from engine.cli.journal import number_keys
from engine.supervisor.alarm_file import read
from lab.call import Call
from recordings.journal.reading import Reader
from recordings.model.entries import CALL_REFUSED
from tests.real.line import REPOSITORY, RunningLine

pytestmark = pytest.mark.real

DIALLED = 60
DECLINED = 603
APART = 0.04  # seconds between two callers: 2.4 s, from before the stop until Asterisk has gone


async def test_of_calls_spread_over_the_stop_each_has_a_row_or_is_counted() -> None:
    line = RunningLine().start()
    try:
        await _stopped_meanwhile(line)
    finally:
        if line.process and line.process.poll() is None:
            line.stop()
        shutil.rmtree(line.home, ignore_errors=True)


async def _stopped_meanwhile(line: RunningLine) -> None:
    async with line.lab() as lab:
        phone = lab.trunk_phone()
        dialled: list[Call] = []
        assert line.process
        for number in range(DIALLED):
            if number == 10:
                line.process.send_signal(signal.SIGTERM)
            dialled.append(await phone.dial("111"))
            await asyncio.sleep(APART)
        assert 0 == await asyncio.to_thread(line.process.wait, 15)
        await asyncio.sleep(0.5)
    # Who had come in, and had not been answered yet as Asterisk stopped, is declined: a call like any other.
    served = [call for call in dialled if call.answered_at or call.status == DECLINED]
    refused = [call for call in dialled if call.status == 503]
    gone = [call for call in dialled if not call.answered_at and not call.status]
    assert DIALLED == len(served) + len(refused) + len(gone)  # Asterisk answers in no fourth way
    assert dialled == served + refused + gone  # in this order
    assert len(refused) >= 3
    rows = [row for row in await line.calls() if row.ended_at]
    answered = [call for call in served if call.answered_at]
    assert len(answered) <= len(rows) <= len(served)
    # One may end in the hundredth of a second before it has a call id: the channel log alone has it (0069).
    assert len(served) - len(rows) <= 1
    log = (line.settings.home / "spool/cel/cel.csv").read_text(errors="replace").splitlines()
    begun = [one for one in log if one.startswith('"CHAN_START"') and '"PJSIP/trunk-' in one]
    assert len(served) == len(begun)
    reader = Reader.open(line.settings.database, number_keys(line.settings))
    alarms = await reader.alarms(datetime.now(UTC) - timedelta(minutes=5), kinds=(CALL_REFUSED,))
    await reader.close()
    kept = [one for one in read(line.settings.supervisor_alarms) if one.kind == CALL_REFUSED]
    assert ["trunk"] * len(refused) == [one.about for one in kept]
    # The last may come while the engine ends: it is told at the next start (0069).
    assert len(kept) - 1 <= len(alarms) <= len(kept)
    listed = subprocess.run(
        [REPOSITORY / ".venv/bin/ivr111", "calls", "list"],
        check=True,
        env=line.env,
        capture_output=True,
        text=True,
    )
    assert f"in no row: {len(alarms)} callers" in listed.stdout, listed
