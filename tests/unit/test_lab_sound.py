"""The lab's ears: G.711, RTP, tones, silence, and what a recording holds."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import g711, rtp, sound
from lab.ear import Ear
from lab.voice import SILENCE, Voice, recording, speech_like, tone


def heard(*parts: tuple[Voice, int], start: float = 100.0, gap_after: int = 0, gap: float = 0.0) -> Ear:
    """An ear that got these voices, so many 20 ms frames each, exactly in time."""
    ear, at, sequence = Ear(), start, 0
    for voice, count in parts:
        for n in range(count):
            payload = voice.frames(8)[n % len(voice.frames(8))]
            ear.hear(rtp.Packet(at, 8, sequence, sequence * 160, 1, payload), 101)
            sequence += 1
            at += 0.02 + (gap if sequence == gap_after else 0.0)
    return ear


@pytest.mark.parametrize(("codec", "subtype"), [(8, "ALAW"), (0, "ULAW")])
def test_g711_decodes_every_byte_as_libsndfile_does(codec: int, subtype: str) -> None:
    raw = bytes(range(256))
    theirs, _ = soundfile.read(io.BytesIO(raw), 256, 0, None, "int16", samplerate=8000, channels=1,
                               format="RAW", subtype=subtype)  # fmt: skip
    assert g711.decode(raw, codec).tolist() == theirs.tolist()


@pytest.mark.parametrize("codec", [8, 0])
def test_g711_encodes_what_it_decoded_to_the_same_sound(codec: int) -> None:
    values = g711.decode(bytes(range(256)), codec)
    assert g711.decode(g711.encode(values, codec), codec).tolist() == values.tolist()


def test_a_packet_is_read_as_it_was_sent_and_numbers_go_on() -> None:
    numbers = rtp.Numbering(0xFFFF, 5, 9)
    packets = [rtp.read(numbers.packet(8, b"x" * 160), 1.0) for _ in range(2)]
    assert [p.sequence for p in packets if p] == [0xFFFF, 0]


def test_rtcp_is_not_taken_for_sound() -> None:
    assert rtp.read(bytes([0x80, 200]) + bytes(26), 1.0) is None


@given(st.integers(2, 65535))
@settings(deadline=None)
def test_renumbering_lower_goes_lower_as_sixteen_bit_numbers_are_compared(sequence: int) -> None:
    numbers = rtp.Numbering(sequence, 0, 1)
    numbers.renumber(lower=True)
    assert 0 < (sequence - numbers.sequence) & 0xFFFF < 0x8000
    assert numbers.sequence < sequence


def test_one_event_of_many_packets_is_one_digit() -> None:
    ear = Ear()
    numbers = rtp.Numbering(1, 1000, 1)
    for n in range(6):
        packet = rtp.read(numbers.packet(101, rtp.event("D", 160 * n, end=n > 3)), 1.0 + n / 50)
        assert packet
        ear.hear(packet, 101)
    assert [(digit.digit, digit.at) for digit in ear.digits] == [("D", 1.0)]


def test_the_same_digit_pressed_twice_is_two_digits() -> None:
    ear = Ear()
    for timestamp in (1000, 3000):
        packet = rtp.read(rtp.Numbering(1, timestamp, 1).packet(101, rtp.event("5", 160, end=True)), 1.0)
        assert packet
        ear.hear(packet, 101)
    assert ear.tell() == "55"


def test_tones_fifty_hertz_apart_are_told_apart_in_one_frame() -> None:
    frame = g711.decode(tone(450).frames(8)[7]).reshape(1, -1)
    assert [bool(sound.sounding(frame, f)[0]) for f in (400, 450, 500)] == [False, True, False]


def test_both_of_two_mixed_tones_are_heard() -> None:
    mixed = g711.decode(b"".join(tone(400).frames(8))) // 2 + g711.decode(b"".join(tone(1100).frames(8))) // 2
    ear = heard((recording(mixed), 50))
    assert ear.tones([400, 700, 1100]) == {400, 1100}


def test_when_a_tone_was_heard_is_known_to_a_frame() -> None:
    ear = heard((SILENCE, 10), (tone(600), 20), (SILENCE, 10))
    [(start, end)] = ear.tone_times(600)
    assert (round(start, 3), round(end, 3)) == (100.2, 100.6)


def test_the_longest_silence_counts_quiet_frames() -> None:
    ear = heard((tone(600), 10), (SILENCE, 50), (tone(600), 10))
    assert round(ear.longest_silence(100.0, 101.4), 3) == 1.0


def test_the_longest_silence_counts_packets_that_never_came() -> None:
    ear = heard((tone(600), 20), gap_after=10, gap=2.0)
    assert round(ear.longest_silence(100.0, 102.4), 3) == 2.0


def test_silence_at_the_edges_counts() -> None:
    ear = heard((tone(600), 10))
    assert (round(ear.longest_silence(97.0, 100.2), 2), round(ear.longest_silence(100.0, 105.2), 2)) == (
        3.0,
        5.0,
    )


def test_nothing_heard_is_silence_from_beginning_to_end() -> None:
    assert Ear().longest_silence(10.0, 14.0) == 4.0


def test_a_gap_in_the_packets_is_silence_in_the_samples() -> None:
    samples = heard((tone(600), 20), gap_after=10, gap=1.0).samples()
    assert (round(len(samples) / 8000, 2), round(sound.longest_silence(samples), 2)) == (1.4, 1.0)


def test_speech_has_pauses_yet_holds_its_pitch() -> None:
    samples = np.frombuffer(speech_like(300).samples, np.int16)
    assert sound.holds_tone(samples, 300, 0.6)
    assert 0.15 < sound.longest_silence(samples) < 1.0


def test_tones_in_a_stereo_file_are_found_without_being_named(tmp_path: Path) -> None:
    left, right = (np.frombuffer(tone(f).samples, np.int16).copy() for f in (437, 1000))
    left[6000:] = 0
    right[:4000] = 0
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 8000)
    found = [
        (h.channel, round(h.frequency), round(h.start, 1), round(h.end, 1))
        for h in sound.tones_in(tmp_path / "a.wav")
    ]
    assert found == [(0, 437, 0.0, 0.8), (1, 1000, 0.5, 1.0)]


def test_silence_holds_no_tone() -> None:
    assert not sound.holds_tone(np.zeros(8000, np.int16), 440)


def test_a_prompt_is_found_where_it_was_played() -> None:
    prompt = np.frombuffer(speech_like(310).samples, np.int16)[:12000]
    line = np.concatenate([np.frombuffer(tone(440).samples, np.int16), prompt // 2, np.zeros(4000, np.int16)])
    start, likeness = sound.find(line, prompt)
    assert (round(start, 3), likeness > 0.99) == (1.0, True)


def test_another_prompt_is_not_found() -> None:
    line, other = (np.frombuffer(speech_like(f).samples, np.int16)[:24000] for f in (310, 370))
    assert sound.find(line, other[:12000])[1] < 0.5
