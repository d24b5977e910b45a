"""A leg that was opened on a full volume has no header: it is sound from its first byte."""

from pathlib import Path

import numpy as np
import pytest

from recordings.capture.join import work
from recordings.capture.join_job import JoinJob, JoinSegment
from recordings.capture.sound import repair, track
from recordings.capture.wave_header import new_header
from tests.unit.test_recordings_audio import RATE, nothing, quiet_line, read_wave, save, tone

HEADER = new_header(1, RATE, 24_000)


def speech(seconds: float = 2.0) -> np.ndarray:
    """As a telephone line gives it: voices on noise, A-law's steps."""
    noise = np.random.default_rng(111).normal(0, 300, round(seconds * RATE))
    return ((tone(seconds, 0.2) + noise).astype(np.int16) & ~7) | 4


def heard(path: Path) -> np.ndarray:
    opened = track(path)
    return opened.read(0, opened.samples)


@pytest.mark.slow
@pytest.mark.parametrize("sound", [speech(), tone(2)[1:], np.concatenate((quiet_line(1), tone(1)))])
@pytest.mark.parametrize("lost", range(45))
@pytest.mark.parametrize("part", ["first", "last", "middle"])
def test_whatever_of_a_header_is_lost_the_sound_is_heard(tmp_path, lost, part, sound):
    kept = {
        "first": HEADER[lost:],
        "last": HEADER[: 44 - lost],
        "middle": HEADER[: (44 - lost) // 2] + HEADER[44 - (44 - lost + 1) // 2 :],
    }[part]
    path = tmp_path / "x.wav"
    path.write_bytes(kept + sound.astype("<i2").tobytes())
    found = heard(path)
    assert -4 <= len(found) - len(sound) <= 22  # half a millisecond; what is left of a header, 3 ms
    shared = min(len(found), len(sound))
    assert np.array_equal(sound[-shared:], found[-shared:])
    assert track(path).samples == len(found)


@pytest.mark.parametrize("at", range(44))
def test_a_byte_of_a_header_that_is_another_one_costs_no_sound(tmp_path, at):
    path = save(tmp_path / "x.wav", speech())
    for byte in (0, 0x41, 0xFF):
        data = bytearray(path.read_bytes())
        data[at] = byte
        path.write_bytes(data)
        assert np.array_equal(speech(), heard(path))


@pytest.mark.parametrize(("first", "last"), [(0, 44), (0, 20), (12, 44), (30, 36), (8, 40)])
def test_a_header_of_which_a_stretch_is_zeros_is_made_anew(tmp_path, first, last):
    path = save(tmp_path / "x.wav", speech())
    data = bytearray(path.read_bytes())
    data[first:last] = bytes(last - first)
    path.write_bytes(data)
    assert repair(path) is True
    assert np.array_equal(speech(), read_wave(path)[1][:, 0])


def test_sizes_that_asterisk_writes_at_the_close_into_a_file_without_header_cost_four_samples(tmp_path):
    path = tmp_path / "x.wav"
    data = bytearray(speech().astype("<i2").tobytes())
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    data[40:44] = (len(data) - 44).to_bytes(4, "little")
    path.write_bytes(data)
    found = heard(path)
    assert (len(found), int((found != speech()).sum()) <= 4) == (len(speech()), True)


def test_a_file_without_header_is_left_as_it_is(tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(speech().astype("<i2").tobytes())
    assert repair(path) is False
    assert path.read_bytes() == speech().astype("<i2").tobytes()


def test_silence_of_the_line_before_the_first_word_does_not_shift_the_bytes(tmp_path):
    path = tmp_path / "x.wav"
    sound = np.concatenate((nothing(0.3), quiet_line(0.3), tone(1)))
    path.write_bytes(b"R" + sound.astype("<i2").tobytes())
    found = heard(path)
    assert np.array_equal(sound[-len(found) :], found)
    assert not sound[: -len(found)].any()


def test_a_leg_without_header_is_joined_and_named(tmp_path):
    (tmp_path / "a.wav").write_bytes(speech(6).astype("<i2").tobytes())
    save(tmp_path / "b.wav", speech(6))
    found = work(JoinJob(str(tmp_path), "x.wav", (JoinSegment(0.0, "a.wav", "b.wav"),)))
    assert (found.seconds, found.sound, found.faults) == (6.0, 6.0, ("header_lost",))
    assert np.array_equal(speech(6), read_wave(tmp_path / "x.wav")[1][:, 0])


def test_a_leg_that_lost_its_begin_lies_where_it_ended_with_the_other(tmp_path):
    (tmp_path / "a.wav").write_bytes(speech(4).astype("<i2").tobytes())
    save(tmp_path / "b.wav", speech(6))
    found = work(JoinJob(str(tmp_path), "x.wav", (JoinSegment(0.0, "a.wav", "b.wav"),)))
    assert (found.seconds, found.faults) == (6.0, ("header_lost", "caller_gap"))
    sound = read_wave(tmp_path / "x.wav")[1]
    assert not sound[: 2 * RATE, 0].any()
    assert np.array_equal(speech(4), sound[2 * RATE :, 0])
    assert np.array_equal(speech(6), sound[:, 1])


def test_sound_of_eight_bits_is_not_read_beside_its_place(tmp_path):
    path = tmp_path / "x.wav"
    sound = (tone(1) // 256) * 256
    path.write_bytes(sound.astype("<i2").tobytes())
    assert np.array_equal(sound, heard(path))


def test_a_file_of_another_kind_is_not_taken_for_a_leg(tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(new_header(2, 44_100, 400) + bytes(400))
    assert (track(path).samples, repair(path)) == (0, False)
