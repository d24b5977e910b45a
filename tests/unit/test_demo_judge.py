"""The demo's judgement can fail: what is missing, on the wrong side, or not ours, is said."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from lab.judge import differences, listen
from lab.scenes import scenes
from lab.stage import Talk
from lab.story import Story, clock
from lab.voice import tone
from recordings.model.call_record import CallRecord, Outcome

T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
KAZAKH, _, _, LEFT, _, BUSY = scenes("kk")


def talk(seconds: float = 4.0) -> Talk:
    return Talk("c101", 1000, SimpleNamespace(answered_at=10.0, ended_at=10.0 + seconds))


def wav(folder: Path, left: int, right: int, seconds: float = 4.0) -> Path:
    sides = []
    for frequency in (left, right):
        second = np.frombuffer(tone(frequency).samples, np.int16) if frequency else np.zeros(8000, np.int16)
        sides.append(np.resize(second, int(8000 * seconds)))
    file = folder / "stereo.wav"
    soundfile.write(file, np.stack(sides, axis=1), 8000, subtype="PCM_16")
    return file


def test_a_recording_that_holds_both_voices_on_their_sides_has_no_fault(tmp_path):
    sounding = listen(wav(tmp_path, 400, 1000), 400, talk())
    assert () == sounding.faults
    assert 3.8 <= sounding.caller[1] <= 4.1


@pytest.mark.parametrize(
    ("left", "right", "seconds", "says"),
    [
        (1000, 400, 4.0, "left: 400 Hz for 0.0 s"),  # the sides are swapped
        (400, 0, 4.0, "right: 1000 Hz for 0.0 s"),  # a party is lost
        (400, 1000, 2.0, "left: 400 Hz for"),  # half of it is missing
        (450, 1000, 4.0, "left: 450 Hz for"),  # it is another caller's
        (400, 700, 4.0, "right: 700 Hz for"),  # 1414 is never recorded
    ],
)
def test_a_recording_that_holds_anything_else_is_a_fault(tmp_path, left, right, seconds, says):
    assert any(says in fault for fault in listen(wav(tmp_path, left, right, seconds), 400, talk()).faults)


def record(**other) -> CallRecord:
    known = {
        "language": "kk",
        "outcome": Outcome.SERVED,
        "rating": 5,
        "rating_asked": True,
        "served_by": "c101",
    }
    return CallRecord(call_id="n1-1-1", pii_caller="+77000000001", arrived_at=T0, **{**known, **other})


def test_a_journal_row_that_says_what_happened_has_no_difference():
    assert [] == list(differences(KAZAKH, record(), [talk()]))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"outcome": Outcome.ABANDONED_WAITING}, "outcome: the journal has abandoned_waiting"),
        ({"language": "ru"}, "language: the journal has ru"),
        ({"rating": None}, "rating: the journal has None"),
        ({"served_by": "c102"}, "consultant: the journal has c102"),
        ({"ucc_result": "busy"}, "1414: the journal has busy"),
        ({"survived": True}, "served without the engine"),
    ],
)
def test_a_journal_row_that_says_otherwise_is_a_difference(wrong, says):
    [found] = differences(KAZAKH, record(**wrong), [talk()])
    assert found.startswith(says)


def test_a_notice_that_was_played_must_be_stored_also_when_1414_is_busy():
    kept = {"language": "ru", "ucc_result": "busy"}
    assert [] == list(differences(BUSY, record(**kept, notice_at=T0), [talk()]))
    assert ["notice stored: the journal has False, where True happened"] == list(
        differences(BUSY, record(**kept), [talk()])
    )


def test_an_abandoned_call_has_neither_consultant_nor_rating():
    left = record(outcome=Outcome.ABANDONED_WAITING, rating=None, rating_asked=False, served_by=None)
    assert [] == list(differences(LEFT, left, []))


def test_the_timeline_begins_with_its_first_moment_and_tells_at_once():
    said: list[str] = []
    story = Story(said.append)
    story.tell("caller 1", "dials 111", 1)
    story.tell("journal", "is asked")
    assert "00:00.0  call 1  caller 1  dials 111" == said[0]
    assert said[1].endswith("          journal   is asked")


@pytest.mark.parametrize(("seconds", "shown"), [(0, "00:00.0"), (59.96, "01:00.0"), (75.26, "01:15.3")])
def test_the_clock_shows_minutes_seconds_and_tenths(seconds, shown):
    assert shown == clock(seconds)
