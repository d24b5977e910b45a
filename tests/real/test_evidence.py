"""Real calls, sealed: raw audio gone, a loss told within a minute, the second volume, the process killed."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.lab import Lab
from recordings.model.recording import Recording
from tests.real.line import REPOSITORY, RunningLine, now
from tests.real.talking import Talk, talk, team

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def volume() -> Iterator[Path]:
    """A small disk of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ivr111-test-volume-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


@pytest.fixture(scope="module")
def line(volume) -> Iterator[RunningLine]:
    """Raw audio goes as soon as it is sealed; the second volume stands ready."""
    running = RunningLine(
        IVR111_RAW_KEPT_SECONDS="0",
        IVR111_SECOND_AUDIO=str(volume / "audio"),
        IVR111_PEOPLE='{"root": {"person": "Айгүл Сынақова", "role": "administrator"}}',
    ).start()
    yield running
    assert running.stop() == 0


def ivr111(line: RunningLine, *words: str) -> subprocess.CompletedProcess[str]:
    command = [REPOSITORY / ".venv/bin/ivr111", *words]
    return subprocess.run(command, env=line.env, check=False, capture_output=True, text=True, timeout=60)


async def spoken(line: RunningLine, lab: Lab, tone: int, seconds: float = 4) -> tuple[str, Talk]:
    """One conversation, over; its call's id."""
    since = now()
    one = await talk(lab, await team(lab, "c101"), tone)
    await asyncio.sleep(seconds)
    await one.caller.hang_up()
    [call] = await line.new_calls(since=since, within=5)
    return call.call_id, one


async def sealed(line: RunningLine, call_id: str, within: float = 150) -> Recording:
    """The call's only recording, sealed, its raw files gone; at once, or at a look a minute after a fault."""
    [row] = await line.recorded(call_id, within=within)
    end = time.monotonic() + within
    while not list(line.settings.sealed.rglob(f"{row.id}.sealed")) or list(
        line.settings.audio.rglob(f"{row.id}*.wav")
    ):
        assert time.monotonic() < end, (list(line.settings.audio.rglob(f"{row.id}*")), why_not(line))
        await asyncio.sleep(0.2)
    return row


def why_not(line: RunningLine) -> list[str]:
    """The last that the evidence process said."""
    return (line.home / "log" / "evidence" / "evidence.log").read_text().splitlines()[-20:]


async def test_a_conversation_is_sealed_and_can_be_heard_and_nothing_raw_is_left(line, lab, tmp_path):
    call_id, one = await spoken(line, lab, 410)
    row = await sealed(line, call_id)
    out = tmp_path / "out.wav"
    done = ivr111(line, "recordings", "export", row.id, "--out", str(out), "--reason", "сынақ")
    assert 0 == done.returncode, done.stderr
    with wave.open(str(out)) as sound:
        assert (2, 8000) == (sound.getnchannels(), sound.getframerate())
        assert abs(sound.getnframes() / 8000 - (row.seconds or 0)) < 0.01
    found = ivr111(
        line, "recordings", "find", "--number", one.number, "--day", "today", "--reason", "сынақ", "--json"
    )
    [told] = json.loads(found.stdout)
    assert (call_id, ["sealed"]) == (told["call_id"], [kept["state"] for kept in told["recordings"]])
    assert one.number not in found.stdout
    assert 0 == ivr111(line, "recordings", "reconcile").returncode
    assert 0 == ivr111(line, "recordings", "verify", "--deep").returncode


async def test_the_callers_number_lies_on_no_disk_in_clear_but_in_the_channel_event_log(line, lab):
    call_id, one = await spoken(line, lab, 420, seconds=2)
    await sealed(line, call_id)
    digits = one.number[1:].encode()
    holding = [
        path
        for path in line.home.rglob("*")
        if path.is_file() and not path.is_symlink() and digits in path.read_bytes()
    ]
    assert {"cel.csv"} >= {path.name for path in holding}, holding


async def test_a_recording_that_vanishes_is_an_alarm_within_a_minute_and_a_line_of_reconcile(line, lab):
    call_id, _ = await spoken(line, lab, 430)
    row = await sealed(line, call_id)
    [file] = line.settings.sealed.rglob(f"{row.id}.sealed")
    kept = file.read_bytes()
    file.unlink()
    began = time.monotonic()
    log = line.home / "log" / "evidence" / "evidence.log"
    while not any(
        "alarm_raised" in text and "recording_file_missing" in text and row.id in text
        for text in log.read_text().splitlines()
    ):
        assert time.monotonic() - began < 60
        await asyncio.sleep(0.5)
    done = ivr111(line, "recordings", "reconcile")
    assert (1, True) == (done.returncode, f"file_missing  {row.id}" in done.stdout), done.stdout
    file.write_bytes(kept)
    shutil.chown(file, line.settings.evidence_user, line.settings.evidence_user)


async def test_the_evidence_process_killed_comes_back_and_calls_go_on(line, lab):
    for _ in range(2):
        before = line.pid("evidence")
        os.kill(before, signal.SIGKILL)
        call_id, _ = await spoken(line, lab, 440, seconds=2)
        await sealed(line, call_id, within=40)
        assert before != line.pid("evidence")


async def test_without_its_key_sealing_waits_says_why_and_goes_on(line, lab):
    key = line.settings.keys_dir / "master-1.key"
    key.rename(key.with_suffix(".away"))
    try:
        call_id, _ = await spoken(line, lab, 450, seconds=2)
        [row] = await line.recorded(call_id)
        end = time.monotonic() + 30
        while "master" not in (said := ivr111(line, "doctor").stdout):
            assert time.monotonic() < end, said
        assert list(line.settings.audio.rglob(f"{row.id}*.wav"))
    finally:
        key.with_suffix(".away").rename(key)
    await sealed(line, call_id, within=90)


async def test_with_the_first_volume_full_a_call_is_recorded_on_the_second_and_sealed(line, lab, volume):
    # Whether a volume is full is a matter of the setting: this line's own is read at its start.
    usage = shutil.disk_usage(line.home)
    share = usage.free / usage.total
    other = RunningLine(
        IVR111_RAW_KEPT_SECONDS="86400",
        IVR111_SECOND_AUDIO=str(volume / "other"),
        IVR111_LOW_SPACE=str(min(0.98, share + 0.01)),
        IVR111_NODE="n2",
        IVR111_SIP_PORT="5070",
        IVR111_AGI_PORT="4574",
        IVR111_AMI_PORT="5039",
        IVR111_HTTP_PORT="8089",
        IVR111_RTP_FIRST="30000",
        IVR111_RTP_LAST="30200",
        IVR111_TRUNK_ADDRESSES='["127.0.0.12"]',
        IVR111_UCC_ADDRESS="127.0.0.14",
        IVR111_DUTY_ADDRESS="127.0.0.15",
    ).start()
    try:
        await other.until(
            lambda: "volume_changed" in (other.home / "log" / "engine" / "engine.log").read_text()
        )
        async with other.lab() as phones:
            call_id, _ = await spoken(other, phones, 460)
            [row] = await other.recorded(call_id)
            assert row.stereo_file is not None
            assert row.stereo_file.startswith("v2/")
            assert list((volume / "other").rglob(f"{row.id}-stereo.wav"))
            end = time.monotonic() + 20
            while not list(other.settings.sealed.rglob(f"{row.id}.sealed")):
                assert time.monotonic() < end
                await asyncio.sleep(0.2)
    finally:
        assert other.stop() == 0
