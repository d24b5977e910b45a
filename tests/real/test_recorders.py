"""Nobody talks unrecorded for long: recorders that end, a full first volume, a manager that is cut."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from lab.call import Call
from lab.network import Network
from recordings.journal.reading import Reader
from tests.real.ami import Manager
from tests.real.line import RunningLine, now
from tests.real.network import cut_off
from tests.real.talking import Talk, seconds, spans, talk, talks, team

pytestmark = pytest.mark.real

ROOM = 24_000_000  # bytes of the first volume


@pytest.fixture(scope="module")
def line() -> Iterator[RunningLine]:
    """A line whose first volume is a small one of its own."""
    second = Path(tempfile.mkdtemp(prefix="ivr111-second-"))
    second.chmod(0o755)
    running = RunningLine(IVR111_SECOND_AUDIO=str(second / "audio"), IVR111_LOW_SPACE="0.01")
    audio = running.settings.audio
    audio.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", audio], check=True)
    try:
        running.start()
        yield running
        assert running.stop() == 0
    finally:
        subprocess.run(["umount", "-l", audio], check=True)
        shutil.rmtree(running.home, ignore_errors=True)
        shutil.rmtree(second)


async def alarms(line: RunningLine, since: datetime) -> set[str]:
    reader = Reader.open(line.settings.database, None)
    try:
        return {alarm.kind for alarm in await reader.alarms(since)}
    finally:
        await reader.close()


async def stop_recorders(line: RunningLine, *users: str) -> None:
    """On all channels, as if they had ended by themselves."""
    async with Manager(line, "engine") as manager:
        for item in await manager.list("Status"):
            channel = next(text for text in item.split("\r\n") if text.startswith("Channel: ")).partition(
                ": "
            )[2]
            await manager.ask("StopMixMonitor", Channel=channel)


def heard(line: RunningLine, one: Talk, recording) -> float:  # type: ignore[no-untyped-def]
    """Seconds of the caller's voice."""
    return seconds(spans(line, recording, "caller", one.tone))


async def over(line: RunningLine, call: Call, since: datetime):  # type: ignore[no-untyped-def]
    await call.hang_up()
    (row,) = await line.new_calls(1, since=since, within=15)
    (recording,) = await line.recorded(row.call_id)
    connection = row.connections[-1]
    assert connection.ended_at
    return recording, (connection.ended_at - connection.answered_at).total_seconds()


async def test_a_recorder_that_ended_is_replaced_within_seconds_and_what_is_missing_is_named(
    line: RunningLine,
) -> None:
    since = now()
    async with line.lab() as lab:
        one = await talk(lab, await team(lab, "c101"), 400)
        await asyncio.sleep(3)
        await stop_recorders(line)
        await asyncio.sleep(10)
        recording, talked = await over(line, one.caller, since)
    assert [1, 2] == [segment.number for segment in recording.segments]
    assert heard(line, one, recording) > talked - 6.0
    assert await alarms(line, since)


async def test_a_hold_while_the_manager_is_cut_costs_no_recording(line: RunningLine) -> None:
    since = now()
    async with line.lab() as lab:
        one = await talk(lab, await team(lab, "c101"), 450)
        await asyncio.sleep(3)
        with cut_off(line.settings.ami_port):
            await one.leg.hold()
            await asyncio.sleep(2)
            await one.leg.unhold(renumber=True)
            await asyncio.sleep(1)
        await asyncio.sleep(12)
        recording, talked = await over(line, one.caller, since)
    assert heard(line, one, recording) > talked - 2.0  # the caller's side ran on all the time
    theirs = spans(line, recording, "consultant", one.theirs)
    assert theirs[-1][1] > talked - 2.0  # deaf after the hold, and found when the manager was back


async def test_when_the_first_volume_is_full_all_recordings_go_on_on_the_second(line: RunningLine) -> None:
    since = now()
    full = line.settings.audio / "full"
    async with line.lab() as lab:
        consultants = await team(lab, "c101", "c102", "c103")
        three = await talks(lab, consultants, 500, 550, 600)
        await asyncio.sleep(5)
        with full.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
            while True:
                file.write(bytes(4096))
        await asyncio.sleep(1.5)
        await three[0].leg.hold()
        await asyncio.sleep(2.0)
        await three[0].leg.unhold(renumber=True)
        await asyncio.sleep(9)
        assert "volume_failing" in await alarms(line, since)
        for one in three:
            await one.caller.hang_up()
        rows = await line.new_calls(3, since=since, within=15)
        full.unlink()
        lost = []
        for row in rows:
            (recording,) = await line.recorded(row.call_id, within=40)
            one = next(each for each in three if each.number == row.pii_caller)
            connection = row.connections[-1]
            assert connection.ended_at
            talked = (connection.ended_at - connection.answered_at).total_seconds()
            assert any("v2/" in str(part.caller_file) for part in recording.segments)
            lost.append(talked - heard(line, one, recording))
    assert max(lost) < 8.0


async def test_bursts_and_loss_make_no_gap_and_no_false_alarm(line: RunningLine) -> None:
    since = now()
    async with line.lab() as lab:
        consultants = await team(lab, "c101", "c102", "c103")
        bursts, loss, both = await talks(lab, consultants, 500, 550, 600)
        bursts.caller.stream.network, bursts.leg.stream.network = Network(burst=5), Network(burst=5, seed=2)
        loss.caller.stream.network, loss.leg.stream.paused = Network(loss=0.2), True
        both.caller.stream.network = Network(loss=0.2, swap=0.1)
        both.leg.stream.network = Network(loss=0.2, swap=0.1, seed=2)
        await asyncio.sleep(25)
        assert {"talking"} == {one.caller.state for one in (bursts, loss, both)}
        for one in (bursts, loss, both):
            await one.caller.hang_up()
        rows = await line.new_calls(3, since=since, within=15)
        said: list[tuple[str | None, float, float | None, tuple[str, ...]]] = []
        for row in rows:
            (recording,) = await line.recorded(row.call_id, within=30)
            assert row.ended_at
            assert row.answered_at
            talked = (row.ended_at - row.answered_at).total_seconds()
            said.append((row.pii_caller, talked, recording.seconds, recording.checks))
        # The phone that sends nothing is digital silence, and named so; nothing else is a fault.
        assert not {"length_differs", "hole"} & {check for *_, checks in said for check in checks}, said
    assert not {"recording_length", "recording_hole", "recording_stopped"} & await alarms(line, since)
