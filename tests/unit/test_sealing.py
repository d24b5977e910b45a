"""Sealing: every checked recording once, whatever dies in between; raw audio goes last (A19)."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, text

from recordings.chain.entry import START
from recordings.chain.store import links
from recordings.key_rotation.service import rotate
from recordings.model.evidence_tables import sealed as table
from recordings.model.tables import alarms
from recordings.sealing.service import RecordingAltered, SealedRecordings
from recordings.sealing.worker import Sealer
from tests.chains import verify
from tests.evidence_home import EvidenceHome, sound

STEPS = (
    "compressed",
    "encrypted",
    "flushed",
    "renamed",
    "read back",
    "about to enter",
    "entered",
    "one raw file removed",
    "raw removed",
)


@pytest.fixture
async def home(tmp_path):
    opened = await EvidenceHome(tmp_path / "home").open()
    yield opened
    await opened.close()


def sealer(home: EvidenceHome) -> Sealer:
    return Sealer(home.database, home.keys, home.settings)


def reading(home: EvidenceHome) -> SealedRecordings:
    return SealedRecordings(home.database, home.keys, home.settings.sealed)


async def row_of(home: EvidenceHome, recording_id: str):
    return (await reading(home).of([recording_id]))[recording_id]


async def audio(home: EvidenceHome, recording_id: str, first: int = 0) -> np.ndarray:
    with reading(home).open(await row_of(home, recording_id)) as opened:
        return np.concatenate(list(opened.blocks(first)))


def raw(home: EvidenceHome) -> list[str]:
    return sorted(path.name for path in home.settings.audio.rglob("*.wav"))


async def test_a_sealed_recording_sounds_as_the_raw_one_did_and_the_raw_files_are_gone(home):
    talk = await home.talk(1, seconds=70)
    report = await sealer(home).pass_once()
    assert (1, ()) == (report.sealed, report.faults)
    assert [] == raw(home)
    assert np.array_equal(sound(1, 70), await audio(home, talk.recording_id))
    row = await row_of(home, talk.recording_id)
    reading(home).check(row)
    plain = talk.recording_id.encode()
    stored = (home.settings.sealed / row.path).read_bytes()
    assert stored.count(plain) == 1  # its name in the header; no sound in clear
    assert b"fLaC" not in stored


async def test_sealing_again_seals_nothing_twice(home):
    await home.talk(1)
    await sealer(home).pass_once()
    report = await sealer(home).pass_once()
    assert 0 == report.sealed
    assert 1 == len([link async for link in links(home.database)])


async def test_raw_files_stay_as_long_as_is_set(tmp_path):
    home = await EvidenceHome(tmp_path / "home", raw_kept_seconds=3600).open()
    await home.talk(1)
    await sealer(home).pass_once()
    assert 4 == len(raw(home))
    async with home.database.begin() as connection:
        await connection.execute(table.update().values(sealed_at=datetime.now(UTC) - timedelta(seconds=3599)))
    await sealer(home).pass_once()
    assert 4 == len(raw(home))
    async with home.database.begin() as connection:
        await connection.execute(table.update().values(sealed_at=datetime.now(UTC) - timedelta(seconds=3601)))
    old = time.time() - 7200
    for path in home.settings.audio.rglob("*.wav"):
        os.utime(path, (old, old))
    await sealer(home).pass_once()
    assert [] == raw(home)
    await home.close()


async def test_raw_files_stay_where_the_sealed_one_was_altered_meanwhile(tmp_path):
    home = await EvidenceHome(tmp_path / "home", raw_kept_seconds=1).open()
    talk = await home.talk(1)
    await sealer(home).pass_once()
    row = await row_of(home, talk.recording_id)
    file = home.settings.sealed / row.path
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)
    async with home.database.begin() as connection:
        await connection.execute(table.update().values(sealed_at=datetime.now(UTC) - timedelta(seconds=5)))
    old = time.time() - 60
    for path in home.settings.audio.rglob("*.wav"):
        os.utime(path, (old, old))
    await sealer(home).pass_once()
    assert 4 == len(raw(home))
    async with home.database.connect() as connection:
        kinds = (await connection.execute(select(alarms.c.kind))).scalars().all()
    assert ["recording_sealed_altered"] == kinds
    with pytest.raises(RecordingAltered, match=f"sealed file {talk.recording_id}: chunk 0 altered"):
        reading(home).check(row)
    await home.close()


async def test_an_unreadable_recording_keeps_no_other_waiting(home):
    bad = await home.talk(1)
    bad.stereo.write_bytes(b"RIFF")
    good = await home.talk(2)
    report = await sealer(home).pass_once()
    assert (1, ["unreadable"]) == (report.sealed, [fault.kind for fault in report.faults])
    assert [bad.recording_id in name for name in raw(home)] == [True] * 4
    assert good.recording_id in await reading(home).of([good.recording_id])


async def test_without_the_master_key_nothing_is_lost_and_it_goes_on_by_itself(home):
    await home.talk(1)
    key = home.settings.keys_dir / "master-1.key"
    shutil.move(key, key.with_suffix(".away"))
    report = await sealer(home).pass_once()
    assert ["key_missing"] == [fault.kind for fault in report.faults]
    assert 4 == len(raw(home))
    assert [] == list(home.settings.sealed.rglob("*.sealed"))
    shutil.move(key.with_suffix(".away"), key)
    assert 1 == (await sealer(home).pass_once()).sealed


async def test_a_locked_database_loses_nothing_and_seals_nothing_twice(home):
    await home.talk(1)
    waiting = await EvidenceHome(home.settings.home).open(patience=0.1)
    async with home.database.connect() as connection:
        await connection.execute(text("SELECT 1"))  # BEGIN IMMEDIATE: nobody else writes
        with pytest.raises(Exception, match="locked"):
            await sealer(waiting).pass_once()
        assert 4 == len(raw(home))
    await waiting.close()
    assert 1 == (await sealer(home).pass_once()).sealed
    assert 1 == len([link async for link in links(home.database)])


async def test_the_new_master_key_opens_everything_and_the_old_one_nothing(home):
    talks = [await home.talk(number) for number in range(1, 6)]
    await sealer(home).pass_once()
    new = home.keys.new_master()
    assert 5 == await rotate(home.database, home.keys, new)
    home.keys.remove_master(1)
    for number, talk in enumerate(talks, 1):
        assert np.array_equal(sound(number, 3), await audio(home, talk.recording_id))
    assert 0 == await rotate(home.database, home.keys, new)


async def test_minute_fifty_of_an_hour_plays_at_once(home):
    await home.talk(1, seconds=3600)
    await sealer(home).pass_once()
    async with home.database.connect() as connection:
        recording_id = (await connection.execute(select(table.c.recording_id))).scalar_one()
    row = await row_of(home, recording_id)
    began = time.perf_counter()
    with reading(home).open(row) as opened:
        first = next(opened.blocks(50 * 60 * 8000))
    seconds = time.perf_counter() - began
    print(f"minute 50 of an hour: {seconds * 1000:.0f} ms")
    assert np.array_equal(sound(1, 3600)[50 * 60 * 8000 :][: len(first)], first)
    assert seconds < 10  # target 1 s


CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from config.settings import Settings
from config.database import open_database
from recordings.privacy.keyring import Keyring
from recordings.sealing.worker import Sealer

async def main():
    settings = Settings(home=Path(sys.argv[1]))
    database = open_database(settings.database)
    left = int(sys.argv[3])
    def step(name):
        nonlocal left
        if name == sys.argv[2]:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    await Sealer(database, Keyring(settings.keys_dir), settings, step).pass_once()
    await database.dispose()

asyncio.run(main())
"""


def killed_at(home: EvidenceHome, step: str, nth: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(home.settings.home), step, str(nth)], check=False, timeout=120
    )
    return done.returncode


async def whole(home: EvidenceHome, talks) -> None:
    """Each recording sealed once, its audio as it was, one entry each, no raw file left."""
    assert [] == raw(home)
    entries = [link async for link in links(home.database)]
    assert sorted(talk.recording_id for talk in talks) == sorted(link.entry.subject for link in entries)
    assert [] == list(verify(START, entries))
    for number, talk in enumerate(talks, 1):
        reading(home).check(await row_of(home, talk.recording_id))
        if number % 10 == 1:
            assert np.array_equal(sound(number, 3), await audio(home, talk.recording_id))
    left = [path for path in home.settings.sealed.rglob("*") if path.is_file()]
    assert len(talks) == sum(path.suffix == ".sealed" for path in left)
    assert [] == [path for path in left if path.suffix in (".part", ".flac")]


async def test_killed_at_every_step_nothing_is_lost_and_nothing_sealed_twice(home):
    talks = [await home.talk(number) for number in range(1, 13)]
    for nth, step in enumerate(STEPS, 1):
        assert -signal.SIGKILL == killed_at(home, step, 1 + nth % 2), step
    await sealer(home).pass_once()
    await whole(home, talks)


@pytest.mark.drill
async def test_two_hundred_recordings_and_a_kill_after_every_few_steps(home):
    talks = [await home.talk(number) for number in range(1, 201)]
    kills = 0
    for round_ in range(12):
        for step in STEPS:
            kills += killed_at(home, step, 1 + round_ % 3) == -signal.SIGKILL
    await sealer(home).pass_once()
    await whole(home, talks)
    print(f"{kills} kills, 200 recordings, each sealed once")
    assert kills >= 100


async def test_a_full_disk_loses_nothing_and_sealing_goes_on_once_there_is_room(tmp_path):
    if os.geteuid() != 0:
        pytest.fail("a full disk needs root: a small tmpfs is mounted")
    home = await EvidenceHome(tmp_path / "home").open()
    await home.talk(1, seconds=60)
    home.settings.sealed.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", home.settings.sealed], check=True)
    try:
        report = await sealer(home).pass_once()
        assert ["disk_full"] == [fault.kind for fault in report.faults]
        assert 4 == len(raw(home))
        assert [] == [path for path in home.settings.sealed.rglob("*") if path.suffix in (".part", ".flac")]
        subprocess.run(["mount", "-o", "remount,size=64m", home.settings.sealed], check=True)
        report = await sealer(home).pass_once()
        assert (1, ()) == (report.sealed, report.faults)
        assert [] == raw(home)
    finally:
        await home.close()
        subprocess.run(["umount", home.settings.sealed], check=True)


async def test_a_trace_shows_the_flushes_before_the_rename_and_raw_files_going_last(home, tmp_path):
    tool = shutil.which("strace")
    if tool is None:
        pytest.fail("strace is missing: run `make test`, which installs it")
    talk = await home.talk(1)
    trace = tmp_path / "trace"
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat"
    subprocess.run(
        [
            tool,
            "-f",
            "-y",
            "-e",
            calls,
            "-o",
            trace,
            sys.executable,
            "-c",
            CHILD,
            str(home.settings.home),
            "-",
            "0",
        ],
        check=True,
        timeout=120,
    )
    lines = [
        line
        for line in trace.read_text().splitlines()
        if talk.recording_id in line or "recordings/2026" in line
    ]
    name = talk.recording_id

    def first(*words: str) -> int:
        return next(at for at, line in enumerate(lines) if all(word in line for word in words))

    renamed = first("rename", f"{name}.part", f"{name}.sealed")
    file_flushed = first("fsync(", f"{name}.part")
    folder = str(Path("recordings", "2026", "11", "22"))
    folders = [at for at, line in enumerate(lines) if "fsync(" in line and f"{folder}>" in line]
    unlinked = [at for at, line in enumerate(lines) if "unlink" in line and ".wav" in line]
    assert file_flushed < folders[0] < renamed
    assert any(renamed < at < unlinked[0] for at in folders)
    assert 4 == len(unlinked)
