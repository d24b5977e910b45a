"""The volume full as the phone rings, room again in mid conversation, one hold: nothing written is lost."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.sound import tones_in
from tests.real.line import RunningLine, now
from tests.real.talking import talk, team
from tests.real.test_evidence import ivr111, sealed

pytestmark = pytest.mark.real

BUFFER = 2.05  # seconds that Asterisk writes at once, and loses at once


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """Raw audio on a disk of its own, and gone as soon as it is sealed."""
    running = RunningLine(
        IVR111_RAW_KEPT_SECONDS="0",
        IVR111_PEOPLE='{"root": {"person": "Айгүл Сынақова", "role": "administrator"}}',
    )
    running.settings.audio.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m,mode=2770", "none", running.settings.audio], check=True
    )
    try:
        running.start()
        yield running
        assert running.stop() == 0
    finally:
        subprocess.run(["umount", "-l", running.settings.audio], check=False)
        shutil.rmtree(running.home, ignore_errors=True)


def filled(folder: Path) -> Path:
    """No byte more fits in."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


@pytest.mark.parametrize("room", [0.5, 2.2, 4.0])
async def test_what_was_written_is_heard_and_what_was_not_is_named(line, lab, room):
    tone = 400 + round(room * 20) * 2
    since = now()
    people = await team(lab, "c101")
    await asyncio.sleep(1)
    filler = filled(line.settings.audio)
    one = await talk(lab, people, tone)
    await asyncio.sleep(room)
    filler.unlink()
    await asyncio.sleep(5)
    await one.leg.hold()
    await asyncio.sleep(2.5)
    await one.leg.unhold(renumber=True)
    await asyncio.sleep(5)
    await one.caller.hang_up()
    [call] = await line.new_calls(since=since, within=5)
    row = await sealed(line, call.call_id)  # and no raw file lies there any more
    out = Path(tempfile.mkdtemp(prefix="ivr111-test-out-")) / "x.wav"
    done = ivr111(line, "recordings", "export", row.id, "--out", str(out), "--reason", "test")
    assert 0 == done.returncode, done.stderr
    [connection] = call.connections
    assert connection.ended_at
    lasted = (connection.ended_at - connection.answered_at).total_seconds()
    heard = sum(
        each.end - each.start
        for each in tones_in(out)
        if each.channel == 0 and abs(each.frequency - tone) < 12
    )
    print(f"room {room}: talked {lasted:.1f}, file {row.seconds}, heard {heard:.1f}, {row.checks}")
    print([(part.number, part.started_at, part.seconds) for part in row.segments])
    assert heard > lasted - room - BUFFER - 1.2
    if lasted - heard > 1.2:
        assert {"length_differs"} & set(row.checks)
    assert "caller_gap" not in row.checks or "header_lost" in row.checks
    shutil.rmtree(out.parent)
