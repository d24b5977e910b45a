"""What `calls show` says of legs, and of a recording in which a side was not heard."""

from datetime import UTC, datetime, timedelta

from engine.cli.leg_timeline import WORDS, leg_moments, unheard_in
from engine.media.rtp_sources import KINDS
from recordings.model.entries import ENDED, Alarm

BEGAN = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def told(kind: str, seconds: float) -> Alarm:
    return Alarm(kind, "n1-1-1", BEGAN + timedelta(seconds=seconds))


def test_every_moment_of_a_leg_has_words():
    for kind in KINDS.values():
        assert kind in WORDS
    kind = "caller_unanswered"
    assert [(BEGAN + timedelta(seconds=3), WORDS[kind])] == list(leg_moments([told(kind, 3)]))
    assert [] == list(leg_moments([told("recording_hole", 3)]))


def test_a_recording_says_what_of_a_side_it_cannot_hold():
    legs = [told("sound_unheard_caller", 6.8), told("sound_unheard_caller" + ENDED, 10.4)]
    [line] = unheard_in(BEGAN, 30.0, legs)
    assert "nothing of the caller from 6.8 to 10.4 s" in line


def test_what_never_ended_lasts_to_the_recordings_end():
    [line] = unheard_in(BEGAN, 30.0, [told("sound_unheard_consultant", 12.0)])
    assert "nothing of the consultant from 12.0 to 30.0 s" in line


def test_another_conversations_silence_is_not_this_recordings():
    legs = [told("sound_unheard_caller", -20.0), told("sound_unheard_caller" + ENDED, -10.0)]
    assert [] == list(unheard_in(BEGAN, 30.0, legs))
    assert [] == list(unheard_in(BEGAN, None, [told("sound_unheard_caller", 1.0)]))
