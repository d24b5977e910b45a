"""Sealing never takes away sound that is not in the sealed file, whoever else is at work (A19)."""

import asyncio
import io
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, text

from recordings.capture.reconcile import Reconciler
from recordings.capture.sound import write_stereo
from recordings.capture.wave_header import new_header
from recordings.journal.journal import Journal
from recordings.model.entries import RecordingState
from recordings.model.evidence_tables import sealed as table
from recordings.model.tables import alarms
from recordings.sealing.files import no_step
from recordings.sealing.lock import SealerRunning
from recordings.sealing.sealed_sound import SoundUnreadable, frames_of
from recordings.sealing.service import SealedRecordings
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome, sound

pytestmark = pytest.mark.slow


@pytest.fixture
async def home(tmp_path):
    opened = await EvidenceHome(tmp_path / "home").open()
    yield opened
    await opened.close()


def sealer(home: EvidenceHome, step=no_step) -> Sealer:
    return Sealer(home.database, home.keys, home.settings, step)


def raw(home: EvidenceHome) -> list[str]:
    return sorted(path.name for path in home.settings.audio.rglob("*.wav"))


async def alarmed(home: EvidenceHome) -> list[str]:
    async with home.database.connect() as connection:
        return list((await connection.execute(select(alarms.c.kind))).scalars())


async def sealed_rows(home: EvidenceHome):
    async with home.database.connect() as connection:
        return (await connection.execute(select(table))).all()


def leg(path: Path, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = b"\1\2" * round(seconds * 8000)
    path.write_bytes(new_header(1, 8000, len(data)) + data)


async def made_older(home: EvidenceHome, seconds: float) -> None:
    async with home.database.begin() as connection:
        await connection.execute(
            table.update().values(sealed_at=datetime.now(UTC) - timedelta(seconds=seconds))
        )
    old = time.time() - 2 * seconds
    for path in home.settings.audio.rglob("*.wav"):
        os.utime(path, (old, old))


@pytest.mark.parametrize("cut", [4, 16000, 300000])
async def test_a_joined_file_shorter_than_what_was_joined_is_not_sealed_and_its_legs_stay(home, cut):
    talk = await home.talk(1, seconds=20)
    data = talk.stereo.read_bytes()
    talk.stereo.write_bytes(data[:-cut])
    report = await sealer(home).pass_once()
    assert (0, ["unreadable"]) == (report.sealed, [fault.kind for fault in report.faults])
    assert 4 == len(raw(home))
    assert ["recording_unreadable"] == await alarmed(home)


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-23", "v2/2026-11-22"])
async def test_a_segment_that_nobody_joined_is_waited_for(home, day):
    talk = await home.talk(1)
    segment = home.settings.audio / day / f"{talk.recording_id}-s2-caller.wav"
    leg(segment, 1)
    report = await sealer(home).pass_once()
    assert (0, ["grown"]) == (report.sealed, [fault.kind for fault in report.faults])
    assert 5 == len(raw(home))
    segment.unlink()
    assert 1 == (await sealer(home).pass_once()).sealed


async def test_a_leg_that_grew_since_the_joining_is_waited_for(home):
    talk = await home.talk(1)
    with talk.stereo.with_name(f"{talk.recording_id}-caller.wav").open("ab") as file:
        file.write(b"\1\2" * 800)
    good = await home.talk(2)
    report = await sealer(home).pass_once()
    assert (1, ["grown"]) == (report.sealed, [fault.kind for fault in report.faults])
    assert [talk.recording_id in name for name in raw(home)] == [True] * 4
    assert [good.recording_id] == [row.recording_id for row in await sealed_rows(home)]


async def test_a_leg_that_grows_while_it_is_sealed_stays(home):
    talk = await home.talk(1)

    def step(name: str) -> None:
        if name == "renamed":
            with talk.stereo.with_name(f"{talk.recording_id}-caller.wav").open("ab") as file:
                file.write(b"\1\2" * 800)

    report = await sealer(home, step).pass_once()
    assert (1, ["grown"]) == (report.sealed, [fault.kind for fault in report.faults])
    assert 4 == len(raw(home))
    assert ["recording_grew_after_seal"] == await alarmed(home)


async def test_raw_files_that_come_back_stay_however_old_the_sealed_one_is(home):
    talk = await home.talk(1)
    await sealer(home).pass_once()
    await made_older(home, 90 * 86400)
    leg(talk.stereo.with_name(f"{talk.recording_id}-s2-caller.wav"), 1)
    worker = sealer(home)
    report = await worker.pass_once()
    assert ["grown"] == [fault.kind for fault in report.faults]
    assert [f"{talk.recording_id}-s2-caller.wav"] == raw(home)
    assert ["recording_grew_after_seal"] == await alarmed(home)
    fault = (await worker.state()).fault
    assert fault is not None
    assert ("grown", talk.recording_id) == (fault.kind, fault.about)


async def test_raw_files_left_by_a_crash_long_ago_go(home):
    talk = await home.talk(1)
    left = {path: path.read_bytes() for path in home.settings.audio.rglob("*.wav")}
    await sealer(home).pass_once()
    for path, data in left.items():
        path.write_bytes(data)
    await made_older(home, 90 * 86400)
    assert 1 == (await sealer(home).pass_once()).removed
    assert [] == raw(home)
    assert [talk.recording_id] == [row.recording_id for row in await sealed_rows(home)]


async def test_whoever_is_cancelled_holds_the_lock_until_nothing_of_it_writes_any_more(home):
    await home.talk(1)
    writing, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def step(name: str) -> None:
        if name == "compressed":
            writing.set()
            go_on.wait(20)
        if name == "read back":
            over.set()

    first = asyncio.create_task(sealer(home, step).pass_once())
    await asyncio.to_thread(writing.wait, 20)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(SealerRunning):
        await sealer(home).pass_once()
    go_on.set()
    await asyncio.to_thread(over.wait, 20)
    async with asyncio.timeout(20):
        while True:
            try:
                report = await sealer(home).pass_once()
                break
            except SealerRunning:
                continue
    assert (1, ()) == (report.sealed, report.faults)
    [row] = (
        await SealedRecordings(home.database, home.keys, home.settings.sealed).of(
            [(await sealed_rows(home))[0].recording_id]
        )
    ).values()
    SealedRecordings(home.database, home.keys, home.settings.sealed).check(row)


async def test_a_master_key_exchanged_while_a_recording_is_sealed_loses_nothing(home):
    await home.talk(1)

    def step(name: str) -> None:
        if name == "about to enter":  # wrapped by the old one; the exchange sees no row yet
            home.keys.new_master()
        if name == "entered":
            home.keys.remove_master(1)

    await sealer(home, step).pass_once()
    reading = SealedRecordings(home.database, home.keys, home.settings.sealed)
    [stored] = await sealed_rows(home)
    row = (await reading.of([stored.recording_id]))[stored.recording_id]
    with reading.open(row) as opened:
        assert np.array_equal(sound(1, 3), np.concatenate(list(opened.blocks())))
    assert [] == raw(home)


async def test_why_one_recording_waits_is_told_until_it_is_sealed(home):
    bad = await home.talk(1)
    bad.stereo.write_bytes(b"RIFF")
    worker = sealer(home)
    await worker.pass_once()
    await home.talk(2)
    assert (1, ()) == ((report := await worker.pass_once()).sealed, report.faults)
    fault = (await worker.state()).fault
    assert fault is not None
    assert ("unreadable", bad.recording_id) == (fault.kind, fault.about)


def test_a_file_that_cannot_be_read_to_its_end_is_not_taken_for_a_shorter_one(tmp_path):
    write_stereo(tmp_path / "whole.wav", [sound(1, 60)])

    class Failing(io.FileIO):
        """A disk that gives nothing after the first half."""

        def readinto(self, buffer):
            return 0 if self.tell() > 1_000_000 else super().readinto(buffer)

    with pytest.raises(SoundUnreadable, match="frames before the end"):
        for _ in frames_of(Failing(tmp_path / "whole.wav")):
            pass


async def test_raw_files_half_removed_are_not_judged_as_a_loss(home):
    talk = await home.talk(1)
    journal = Journal(home.settings.database, home.settings.spool / "journal", home.keys.numbers)
    await journal.start()
    kept = home.settings.model_copy(update={"raw_kept_seconds": 3600.0})
    await Sealer(home.database, home.keys, kept).pass_once()
    for leg in ("caller", "consultant"):
        talk.stereo.with_name(f"{talk.recording_id}-{leg}.wav").unlink()
    reconciler = Reconciler(
        journal, home.settings.audio, now=lambda: datetime.now(UTC) + timedelta(minutes=5)
    )
    await reconciler.poll(wide=True)
    [row] = await journal.reader.recordings(talk.record.call_id)
    assert (RecordingState.FINISHED, []) == (row.state, await journal.reader.alarms(T0 - timedelta(days=1)))
    await reconciler.close()
    await journal.stop()


async def stored(home: EvidenceHome, recording_id: str) -> np.ndarray:
    reading = SealedRecordings(home.database, home.keys, home.settings.sealed)
    row = (await reading.of([recording_id]))[recording_id]
    with reading.open(row) as opened:
        return np.concatenate(list(opened.blocks()))


async def judged(home: EvidenceHome, ends: dict[str, datetime]) -> Reconciler:
    """Files' times set, and looked at by an engine that wakes up a minute later."""
    for path in home.settings.audio.rglob("*.wav"):
        stem = path.name.removesuffix(".wav").removesuffix("-caller").removesuffix("-consultant")
        if stem in ends:
            os.utime(path, (ends[stem].timestamp(), ends[stem].timestamp()))
    journal = Journal(home.settings.database, home.settings.spool / "journal", home.keys.numbers)
    await journal.start()
    looking = Reconciler(journal, home.settings.audio, now=lambda: T0 + timedelta(minutes=5))
    await looking.poll(wide=True)
    await looking.close()
    await journal.stop()
    return looking


async def test_speech_of_a_segment_opened_on_a_full_volume_is_sealed_and_only_then_its_raw_files_go(home):
    """Full at the ring, room again 2.2 s after the answer, one hold: the first segment has no header."""
    talk = await home.talk(1, seconds=30, audio=False)
    day = home.settings.audio / "2026-11-22"
    day.mkdir(parents=True)
    voices = sound(1, 30)
    for side, leg_ in ((0, "caller"), (1, "consultant")):
        first, second = (
            np.ascontiguousarray(voices[a:b, side]) for a, b in ((17_600, 184_000), (185_000, 240_000))
        )
        (day / f"{talk.recording_id}-{leg_}.wav").write_bytes(first.tobytes())
        (day / f"{talk.recording_id}-s2-{leg_}.wav").write_bytes(new_header(1, 8000, 0) + second.tobytes())
    answered = talk.record.answered_at
    assert answered is not None
    await judged(
        home,
        {
            talk.recording_id: answered + timedelta(seconds=23),
            f"{talk.recording_id}-s2": answered + timedelta(seconds=30),
        },
    )
    assert (1, ()) == ((report := await sealer(home).pass_once()).sealed, report.faults)
    kept = await stored(home, talk.recording_id)
    assert np.array_equal(voices[17_600:184_000], kept[22 : 22 + 166_400]) or np.array_equal(
        voices[17_600:184_000], kept[:166_400]
    )
    assert np.array_equal(voices[185_000:], kept[-55_000:])
    assert [] == raw(home)
    marks = (await sealed_rows(home))[0].marks.split()
    assert {"header_lost", "length_differs"} <= set(marks)
    assert "recording_length" in await alarmed(home)


@pytest.mark.parametrize("part", ["all", "a tenth of a second in the middle"])
async def test_a_leg_whose_sound_is_not_in_the_sealed_copy_stays_with_all_others(home, part):
    """Whatever the joining left out: here it was told that there were only zeros."""
    talk = await home.talk(1, seconds=20)
    silent = sound(1, 20)
    silent[: None if part == "all" else 80_800, 0][(0 if part == "all" else 80_000) :] = 0
    write_stereo(talk.stereo, [silent])
    report = await sealer(home).pass_once()
    assert (1, ["unheard"]) == (report.sealed, [fault.kind for fault in report.faults])
    assert 4 == len(raw(home))
    assert ["recording_sound_not_sealed"] == await alarmed(home)


async def test_a_mix_longer_than_both_legs_stays(home):
    talk = await home.talk(1, seconds=5)
    leg(talk.stereo.with_name(f"{talk.recording_id}.wav"), 8)
    report = await sealer(home).pass_once()
    assert (1, ["unheard"]) == (report.sealed, [fault.kind for fault in report.faults])
    assert 4 == len(raw(home))


async def test_a_segment_of_a_tone_that_lies_elsewhere_than_its_row_says_is_found(home):
    talk = await home.talk(1, seconds=5)
    voices = np.concatenate((np.zeros((24_000, 2), "<i2"), sound(1, 5)))
    write_stereo(talk.stereo, [voices])
    async with home.database.begin() as connection:
        await connection.execute(text("UPDATE recordings SET seconds = 8.0"))
    report = await sealer(home).pass_once()
    assert (1, ()) == (report.sealed, report.faults)
    assert [] == raw(home)


async def test_an_empty_recording_with_more_than_a_header_is_not_removed(home):
    """Whatever took its sound for none: what cannot be understood stays, and is told."""
    talk = await home.talk(1)
    day = talk.stereo.parent
    other = day / f"{talk.record.call_id}-c2-caller.wav"
    other.write_bytes(new_header(2, 44_100, 4000) + b"\1\2" * 2000)
    bare = day / f"{talk.record.call_id}-c2-consultant.wav"
    bare.write_bytes(new_header(1, 8000, 0))
    await judged(home, {f"{talk.record.call_id}-c2": T0 + timedelta(seconds=20)})
    assert [other.name] == [name for name in raw(home) if talk.recording_id not in name]
    assert "recording_unread" in await alarmed(home)
