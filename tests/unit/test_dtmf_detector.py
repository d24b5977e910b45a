"""Keys as two tones in sound: each is heard once, and voices and music are none (ITU-T Q.23, Q.24)."""

import random
import struct
from functools import cache

import numpy as np
import pytest

from engine.wire.dtmf_detector import COLUMNS, NAMES, ROWS, DtmfDetector
from engine.wire.dtmf_stream import DtmfStream
from engine.wire.dtmf_watch import LONGEST, MOST, DtmfWatch
from engine.wire.packets import Datagram
from lab.g711 import Samples, encode
from lab.sdp import ALAW, ULAW
from lab.voice import key, speech_like

KEYS = "0123456789*#"
NAMED = ("192.0.2.1", 4000)
STEP = 160


def pressed(
    digit: str, ms: float, level: float = -10, twist: float = 0, off: float = 0, noise: float = 60
) -> Samples:
    """Silence, a key, silence; `level` of the row in dBFS, `off` of both tones, `noise` below (dB)."""
    row, column = divmod(NAMES.index(digit), 4)
    at = np.arange(int(8 * ms)) / 8000
    loud = 32767 * 10 ** (level / 20)
    tones = np.sin(2 * np.pi * ROWS[row] * (1 + off) * at)
    tones += 10 ** (twist / 20) * np.sin(2 * np.pi * COLUMNS[column] * (1 + off) * at + 1)
    sound = np.zeros(4000 + len(at))
    first = 1600 + random.Random(f"{digit}{ms}{off}").randrange(400)
    sound[first : first + len(at)] = loud * tones
    sound += loud * 10 ** (-noise / 20) * np.random.default_rng(7).standard_normal(len(sound))
    return np.clip(sound, -32767, 32767).astype(np.int16)


def packets(sound: Samples, codec: int = ALAW, *, number: int = 65530, ssrc: int = 7) -> list[bytes]:
    """As a caller's phone sends it; the numbers pass their end."""
    body = encode(sound[: len(sound) // STEP * STEP], codec)
    return [
        struct.pack("!BBHII", 0x80, codec, (number + i) & 0xFFFF, (i * STEP - 900) & 0xFFFFFFFF, ssrc)
        + body[i * STEP : (i + 1) * STEP]
        for i in range(len(body) // STEP)
    ]


def heard(sent: list[bytes], looks: int = 12) -> str:
    """What a stream tells of these packets, looked at every so many."""
    stream, told = DtmfStream(NAMED, 60.0), ""
    for i in range(0, len(sent), looks):
        for one in sent[i : i + looks]:
            stream.take(NAMED, one)
        told += stream.pressed()
    return told


@pytest.mark.parametrize("codec", [ALAW, ULAW])
@pytest.mark.parametrize(
    "how",
    [
        {"ms": 40}, {"ms": 100}, {"ms": 1000}, {"ms": 60, "off": 0.015}, {"ms": 60, "off": -0.015},
        {"ms": 60, "twist": 6, "level": -14}, {"ms": 60, "twist": -6}, {"ms": 60, "noise": 15},
        {"ms": 60, "level": -30},
    ],
)  # fmt: skip
def test_each_key_is_heard_once(codec: int, how: dict[str, float]) -> None:
    assert list(KEYS) == [heard(packets(pressed(digit, **how), codec)) for digit in KEYS]


@pytest.mark.parametrize(
    "how",
    [
        {"ms": 20}, {"ms": 100, "off": 0.035}, {"ms": 100, "level": -50},
        {"ms": 100, "twist": 14, "level": -20}, {"ms": 100, "noise": 3},
    ],
)  # fmt: skip
def test_what_is_no_key_by_the_standard_is_none(how: dict[str, float]) -> None:
    assert "" == "".join(heard(packets(pressed(digit, **how))) for digit in KEYS)


def test_letters_are_on_no_callers_phone() -> None:
    assert "" == "".join(heard(packets(pressed(digit, 100))) for digit in "ABCD")


def test_keys_one_after_the_other_are_as_many() -> None:
    digits = "1122*55#9"
    assert digits == heard(packets(np.concatenate([pressed(one, 70) for one in digits])))
    pause = np.zeros(480, np.int16)
    frame = np.frombuffer(key("3").samples, np.int16)[:640]
    assert "33" == heard(packets(np.concatenate([pause, frame, pause, frame, pause])))


def test_a_lost_a_late_and_a_doubled_packet_make_no_second_key() -> None:
    whole = packets(pressed("7", 200))
    lost = [*whole[:16], *whole[17:]]
    late = [*whole[:15], whole[16], whole[15], *whole[17:]]
    doubled = [one for one in whole for _ in range(2)]
    assert ["7", "7", "7"] == [heard(lost), heard(late), heard(doubled)]


def test_a_stream_that_begins_anew_is_heard() -> None:
    assert "28" == heard(packets(pressed("2", 90)) + packets(pressed("8", 90), number=3, ssrc=9))


def test_a_header_with_more_in_it_is_read() -> None:
    longer = [
        bytes([0xB1]) + one[1:12] + bytes(4) + b"\xbe\xde\0\1" + bytes(4) + one[12:] + b"\0\0\0\4"
        for one in packets(pressed("5", 90))
    ]
    assert "5" == heard(longer)


def test_telephone_events_are_told_and_other_packets_and_senders_are_not_looked_at() -> None:
    sent = packets(pressed("1", 100))
    stream = DtmfStream(NAMED, 60.0)
    for number, one in enumerate(sent):
        stream.take(("192.0.2.1", 4002), one)
        stream.take(NAMED, b"\x80\xc8" + bytes(30))  # RTCP
        stream.take(NAMED, one[:1])
        stream.take(NAMED, struct.pack("!BBHII", 0x80, 9, number, number * 160, 7) + one[12:])  # G.722
    assert ("", False) == (stream.pressed(), stream.events)
    stream.take(NAMED, struct.pack("!BBHII", 0x80, 101, 500, 9, 7) + b"\1\x0a\0\xa0")
    assert ("", True) == (stream.pressed(), stream.events)


@cache
def voices() -> Samples:
    """Five minutes: single voices of many pitches, two at once."""
    one = [np.frombuffer(speech_like(pitch, -6).samples, np.int16) for pitch in range(90, 960, 37)]
    two = [
        (a.astype(np.int32) + b).clip(-32767, 32767).astype(np.int16)
        for a, b in zip(one, one[7:], strict=False)
    ]
    return np.concatenate([*one, *two])


def test_voices_are_no_keys() -> None:
    assert "" == heard(packets(voices()))


def test_single_tones_and_noise_are_no_keys() -> None:
    at = np.arange(4000) / 8000
    tones = [10000 * np.sin(2 * np.pi * f * at) for f in (*ROWS, *COLUMNS, 425, 440, 1000)]
    noise = 9000 * np.random.default_rng(3).standard_normal(80000)
    sound = np.concatenate([*tones, noise]).clip(-32767, 32767).astype(np.int16)
    assert "" == heard(packets(sound))


def test_the_detector_needs_no_whole_blocks() -> None:
    sound, told, detector = pressed("6", 80), "", DtmfDetector()
    for place in range(0, len(sound), 33):
        told += detector.take(sound[place : place + 33])
    assert "6" == told


def test_the_listening_ends_by_itself_and_is_bounded() -> None:
    listening = DtmfWatch()
    for port in range(MOST + 5):
        listening.begin(port, NAMED, 0.0)
    assert list(range(5, MOST + 5)) == list(listening.streams)
    for one in packets(pressed("4", 100)):
        listening.take(Datagram(NAMED, ("192.0.2.9", 50), one, carried=False))
        listening.take(Datagram(NAMED, ("192.0.2.9", 51), one, carried=True))
    assert [{"tone": "4", "to": 50, "events": False}] == list(listening.look(1.0))
    event = struct.pack("!BBHII", 0x80, 101, 500, 9, 7) + b"\1\x0a\0\xa0"
    listening.take(Datagram(NAMED, ("192.0.2.9", 50), event, carried=False))
    assert [{"tone": "", "to": 50, "events": True}] == list(listening.look(1.25))
    assert [] == list(listening.look(LONGEST))
    assert {} == listening.streams
