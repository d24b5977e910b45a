"""Segments lie at their true start: what two recorders heard at once is there once, and nothing is cut."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recordings.capture.placing import (
    NO_TRACK,
    PlacedSegment,
    Track,
    covered,
    gaps,
    place_segments,
    stereo_blocks,
)

SOURCE = np.random.default_rng(7)
CALLER, CONSULTANT = (SOURCE.integers(-3000, 3000, 40 * 8000).astype(np.int16) | 4 for _ in range(2))


def track(samples: np.ndarray, whole: bool = True) -> Track:
    return Track(len(samples), lambda first, count: samples[first : first + count], whole)


def heard(begin: float, end: float, clock: float = 0.0) -> PlacedSegment:
    """What a recorder wrote between two seconds of the conversation; `clock`: seconds it is wrong by."""
    first, last = round(begin * 8000), round(end * 8000)
    return PlacedSegment(
        round((begin + clock) * 8000), track(CALLER[first:last]), track(CONSULTANT[first:last])
    )


def sound(stretches) -> np.ndarray:
    blocks = list(stereo_blocks(stretches, 1 << 14))
    return np.concatenate(blocks) if blocks else np.zeros((0, 2), np.int16)


def whole(seconds: float) -> np.ndarray:
    end = round(seconds * 8000)
    return np.stack((CALLER[:end], CONSULTANT[:end]), axis=1)


@pytest.mark.parametrize("clock", [0.0, 0.013, -0.013, 0.3, -0.3, -0.9])
def test_what_two_recorders_heard_at_once_is_there_once(clock):
    found = place_segments([heard(0, 10), heard(9, 20, clock)])
    assert np.array_equal(whole(20), sound(found))
    assert (covered(found), gaps(found)) == (160_000, [])


def test_a_segment_that_overlaps_two_is_there_once():
    found = place_segments([heard(0, 10), heard(9.5, 12), heard(11.7, 20)])
    assert np.array_equal(whole(20), sound(found))


@pytest.mark.parametrize("clock", [0.0, 0.04])
def test_two_recorders_that_run_beside_each_other_for_long_are_there_once(clock):
    found = place_segments([heard(0, 40), heard(3, 30, clock), heard(12, 38, clock)])
    assert np.array_equal(whole(40), sound(found))


def test_a_segment_that_lies_within_the_one_before_adds_nothing():
    assert np.array_equal(whole(10), sound(place_segments([heard(0, 10), heard(4, 6)])))


def test_a_clock_set_back_costs_no_sound():
    found = place_segments([heard(0, 10), heard(10, 20, clock=-5)])
    assert np.array_equal(whole(20), sound(found))


def test_a_clock_set_back_by_an_hour_costs_no_sound():
    found = place_segments(
        [heard(0, 10), PlacedSegment(0, track(CALLER[80_000:]), track(CONSULTANT[80_000:]))]
    )
    assert np.array_equal(whole(40), sound(found))


def test_where_the_first_recorder_went_deaf_the_second_is_heard():
    deaf = CONSULTANT[:80_000].copy()
    deaf[60_000:] = 0
    first = PlacedSegment(0, track(CALLER[:80_000]), track(deaf))
    found = sound(place_segments([first, heard(8, 20)]))
    assert np.array_equal(CALLER[:160_000], found[:, 0])
    assert np.array_equal(CONSULTANT[64_000:160_000], found[64_000:, 1])
    assert not found[60_000:64_000, 1].any()


def test_silence_stands_where_nothing_was_recorded_and_is_no_part_of_the_sum():
    found = place_segments([heard(0, 10), heard(15, 20)])
    both = sound(found)
    assert len(both) == 160_000
    assert not both[80_000:120_000].any()
    assert (covered(found), gaps(found)) == (120_000, [(80_000, 120_000)])


def test_a_recorder_without_one_side_still_finds_its_place():
    one = PlacedSegment(round(9.2 * 8000), track(CALLER[72_000:160_000]), NO_TRACK)
    found = sound(place_segments([heard(0, 10), one]))
    assert np.array_equal(CALLER[:160_000], found[:, 0])


def test_a_tone_that_repeats_itself_is_not_cut_by_a_clock_that_is_right():
    tone = (np.sin(np.arange(80_000) * 2 * np.pi * 400 / 8000) * 9000).astype(np.int16)
    found = place_segments(
        [PlacedSegment(0, track(tone), track(tone)), PlacedSegment(80_900, track(tone), track(tone))]
    )
    assert [0, 80_900] == [one.start for one in found]


@example([(1.0, 0.0), (0.25, 0.0), (1.0, -0.5)], -0.125)  # the second lies wholly where the others overlap
@example([(1.0, 0.0), (0.2, 0.9), (1.0, -0.5)], -0.2)  # it begins in the gap before the one it shares
@example([(2.0, 0.0), (0.2, -0.4)], 0.2)  # it lies wholly within the one before
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.2, 5), st.floats(-0.5, 1.0)), min_size=1, max_size=6), st.floats(-0.2, 0.2)
)
def test_every_spoken_sample_is_there_once_however_the_segments_lie(parts, wrong):
    at, stretches, expected = 0.0, [], 0
    for length, apart in parts:
        begin = max(0.0, at + apart) if stretches else 0.0
        stretches.append(heard(begin, begin + length, wrong if stretches and apart < -0.25 else 0.0))
        at = max(at, begin + length)
    found = sound(place_segments(stretches))
    for one in stretches:
        wanted = one.side(0, one.start, one.samples)
        assert found[:, 0].tobytes().find(wanted.tobytes()) >= 0
        expected = max(expected, one.end)
    assert len(found) <= expected + 0.2 * 8000 * len(parts) + 8
