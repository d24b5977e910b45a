"""The two legs: who is heard, which side the recorder lost, and one stereo file of it all."""

import os
import struct
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.capture.files import scan
from recordings.capture.join import work
from recordings.capture.join_job import JoinJob, JoinSegment
from recordings.capture.sound import repair, track, write_stereo
from recordings.capture.wave_header import new_header, read_header
from recordings.model.leg_levels import compare_legs, cured, measure
from recordings.model.telephone_audio import RATE

CALL = "n1-1763815501123-42"


def tone(seconds: float, level: float = 0.3, pitch: float = 440.0) -> np.ndarray:
    moments = np.arange(round(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * pitch * moments) * level * 32767).astype(np.int16)


def nothing(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.int16)


def quiet_line(seconds: float) -> np.ndarray:
    """A-law's silence: never all zeros."""
    return np.tile(np.array([8, -8], np.int16), round(seconds * RATE / 2))


def report(caller, consultant):
    return compare_legs(measure([caller]), measure([consultant]))


def save(path: Path, samples: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(new_header(1, RATE, len(samples) * 2) + samples.astype("<i2").tobytes())
    return path


def read_wave(path: Path) -> tuple[int, np.ndarray]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (8000, 2)
        channels = file.getnchannels()
        return channels, np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels)


def test_two_people_who_take_turns_are_well():
    talk, listen = tone(5), quiet_line(5)
    found = report(np.concatenate((talk, listen)), np.concatenate((listen, talk)))
    assert (found.faults, found.lost_at) == ((), None)


def test_levels_are_rms_in_dbfs():
    assert measure([tone(1, level=1.0)]).level == pytest.approx(-3.0, abs=0.1)
    assert measure([nothing(1)]).level is None


def test_a_side_that_is_digital_silence_while_the_other_speaks_is_named():
    assert report(tone(6), nothing(6)).faults == ("consultant_silent",)
    assert report(nothing(6), tone(6)).faults == ("caller_silent",)


def test_a_side_lost_from_some_moment_to_the_end_is_named_with_the_moment():
    lost = np.concatenate((tone(4), nothing(3)))
    found = report(tone(7), lost)
    assert (found.faults, found.lost_at) == (("consultant_lost",), 4.0)


def test_a_side_whose_file_ends_early_is_lost_too():
    assert report(tone(7), tone(4)).faults == ("consultant_lost", "lengths_differ")


def test_a_quiet_line_is_not_digital_silence():
    assert report(tone(10), quiet_line(10)).faults == ()


def test_silence_of_a_phone_that_sends_nothing_between_words_is_no_alarm():
    words = np.concatenate((tone(2), nothing(12), tone(2)))
    assert report(tone(16), words).faults == ()


def test_digital_silence_at_the_end_while_nobody_speaks_is_no_alarm():
    assert (
        report(np.concatenate((tone(3), quiet_line(5))), np.concatenate((tone(3), nothing(5)))).faults == ()
    )


def test_a_side_missing_for_long_in_the_middle_is_named():
    words = np.concatenate((tone(2), nothing(60), tone(2)))
    assert report(tone(64), words).faults == ("consultant_gap",)


def test_both_sides_silent_is_named_and_a_second_of_it_is_not():
    assert report(nothing(5), nothing(5)).faults == ("caller_silent", "consultant_silent")
    assert report(nothing(1), nothing(1)).faults == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=12))
def test_blocks_of_any_length_measure_the_same(cuts):
    whole = np.concatenate((tone(1), nothing(0.5), tone(0.77)))
    pieces = np.split(whole, sorted(min(cut * 6, len(whole)) for cut in cuts))
    one, many = measure([whole]), measure(pieces)
    assert (many.samples, list(many.silent)) == (one.samples, list(one.silent))
    assert many.power == pytest.approx(one.power)


@pytest.mark.parametrize("length", [44, 45, 46, 47, 144, 1045, 44 + 16000, 44 + 16001])
def test_a_header_left_empty_by_a_crash_tells_the_true_length_afterwards(tmp_path, length):
    path = tmp_path / "x.wav"
    sound = tone(2).astype("<i2").tobytes()
    path.write_bytes((new_header(1, RATE, 0) + sound)[:length])
    os.utime(path, (1e9, 1e9))
    needed = length >= 46
    assert repair(path) is needed
    once = path.read_bytes()
    assert repair(path) is False
    assert (path.read_bytes(), path.stat().st_size, path.stat().st_mtime) == (once, length, 1e9)
    assert len(read_wave(path)[1]) == (length - 44) // 2
    assert once[44:] == sound[: length - 44]


def test_a_header_that_claims_too_little_or_too_much_is_put_right(tmp_path):
    for stated in (100, 10**6, 0xFFFFFFFF):
        path = save(tmp_path / "x.wav", tone(1))
        data = bytearray(path.read_bytes())
        struct.pack_into("<I", data, 40, stated)
        path.write_bytes(data)
        assert repair(path) is True
        assert len(read_wave(path)[1]) == RATE


def test_a_header_lost_with_the_power_is_made_anew(tmp_path):
    path = save(tmp_path / "x.wav", tone(1))
    path.write_bytes(bytes(44) + path.read_bytes()[44:])
    assert repair(path) is True
    assert len(read_wave(path)[1]) == RATE


@pytest.mark.parametrize("content", [b"", b"RIFF", bytes(43)])
def test_what_is_no_recording_is_left_alone_and_holds_no_sound(tmp_path, content):
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    assert repair(path) is False
    assert (path.read_bytes(), track(path).samples) == (content, 0)


def test_a_true_header_is_left_alone(tmp_path):
    path = save(tmp_path / "x.wav", tone(1))
    assert repair(path) is False


def test_extra_chunks_before_the_sound_are_passed_over():
    extra = new_header(1, RATE, 8)
    head = extra[:36] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + extra[36:]
    assert read_header(head).start == 56


def test_the_stereo_file_has_the_caller_left_and_segments_in_their_places(tmp_path):
    save(tmp_path / "a.wav", tone(1, pitch=400))
    save(tmp_path / "b.wav", tone(0.5, pitch=900))
    save(tmp_path / "c.wav", tone(1, pitch=300))
    pieces = (JoinSegment(0.0, "a.wav", "b.wav"), JoinSegment(2.5, "c.wav", None))
    assert 3.5 == work(JoinJob(str(tmp_path), "x.wav", pieces)).seconds
    channels, sound = read_wave(tmp_path / "x.wav")
    assert channels == 2
    assert np.array_equal(sound[:RATE, 0], tone(1, pitch=400))
    assert np.array_equal(sound[: RATE // 2, 1], tone(0.5, pitch=900))
    assert not sound[RATE : round(2.5 * RATE)].any()
    assert np.array_equal(sound[round(2.5 * RATE) :, 0], tone(1, pitch=300))


def test_a_stereo_file_is_flushed_before_it_gets_its_name(tmp_path, monkeypatch):
    deeds = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (deeds.append("flush"), fsync(handle)))
    monkeypatch.setattr(Path, "replace", lambda old, new: (deeds.append("name"), replace(old, new)))
    write_stereo(tmp_path / "x.wav", [])
    assert deeds == ["flush", "name", "flush"]


@pytest.mark.slow
def test_ten_minutes_are_joined_in_little_memory(tmp_path):
    save(tmp_path / "a.wav", tone(600))
    save(tmp_path / "b.wav", tone(600))
    tracemalloc.start()
    found = work(JoinJob(str(tmp_path), "x.wav", (JoinSegment(0.0, "a.wav", "b.wav"),)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.seconds, found.faults, found.error) == (600.0, (), None)
    assert peak < 5_000_000  # one leg alone is 9.6 MB


def test_work_repairs_compares_and_joins(tmp_path):
    save(tmp_path / "a.wav", tone(6))
    save(tmp_path / "b.wav", nothing(6))
    (tmp_path / "a.wav").write_bytes(new_header(1, RATE, 0) + (tmp_path / "a.wav").read_bytes()[44:])
    found = work(JoinJob(str(tmp_path), "x.wav", (JoinSegment(0.0, "a.wav", "b.wav"),)))
    assert (found.repaired, found.faults, found.seconds) == (True, ("consultant_silent",), 6.0)
    assert found.consultant.silence == 1.0


def test_a_scan_reads_names_back_and_passes_over_what_is_not_ours(tmp_path):
    day = tmp_path / "2026-11-22"
    names = ["", "-caller", "-consultant", "-stereo"]
    for name in names:
        save(day / f"{CALL}-c1{name}.wav", nothing(0))
    save(day / f"{CALL}-c1-s2-caller.wav", nothing(0))
    save(day / f"{CALL}-s3-consultant.wav", nothing(0))
    save(day / "readme-caller.wav", nothing(0))
    save(tmp_path / "2026-11-20" / f"{CALL}-c9.wav", nothing(0))
    found = scan(tmp_path, "2026-11-21")
    assert [(file.stem.recording, file.stem.segment, file.stem.offer, file.leg) for file in found] == [
        (f"{CALL}-c1", 1, None, "caller"),
        (f"{CALL}-c1", 1, None, "consultant"),
        (f"{CALL}-c1", 2, None, "caller"),
        (f"{CALL}-c1", 1, None, "stereo"),
        (f"{CALL}-c1", 1, None, "mixed"),
        (f"{CALL}-s3", 1, 3, "consultant"),
    ]
    assert scan(tmp_path / "absent") == []


def test_a_side_lost_for_a_moment_and_heard_at_once_in_the_next_segment_was_lost():
    """A deaf recorder is found after a second, and the next one begins before what is called lost."""
    before = report(np.concatenate((tone(4), nothing(1.4))), tone(5.4))
    assert () == before.faults
    assert ("caller_lost",) == cured(before, report(tone(5), tone(5)))
    # A phone that sends nothing while its owner listens does not speak at once, when the other one holds.
    assert () == cured(before, report(np.concatenate((nothing(0.6), tone(5))), tone(5.6)))
    # Nobody spoke meanwhile, as far as is known; and less than a second may be the network's.
    assert () == cured(report(np.concatenate((tone(4), nothing(1.4))), tone(4)), report(tone(5), tone(5)))
    assert () == cured(report(np.concatenate((tone(4), nothing(0.9))), tone(4.9)), report(tone(5), tone(5)))


def test_a_moment_lost_before_the_next_segment_is_a_check_of_the_recording(tmp_path):
    save(tmp_path / "a-caller.wav", np.concatenate((tone(4), nothing(1.4))))
    for name, seconds in (("a-consultant", 5.4), ("b-caller", 3), ("b-consultant", 3)):
        save(tmp_path / f"{name}.wav", tone(seconds))
    pieces = (
        JoinSegment(0.0, "a-caller.wav", "a-consultant.wav"),
        JoinSegment(5.4, "b-caller.wav", "b-consultant.wav"),
    )
    assert ("caller_lost",) == work(JoinJob(str(tmp_path), "out.wav", pieces)).faults
