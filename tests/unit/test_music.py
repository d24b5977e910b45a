"""Who waits always hears music: no silence, no seam, quieter than the voices."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.prompts.hold_music import compose, make_music
from ivr.prompts.loudness import loudness, true_peak

pytestmark = pytest.mark.slow  # a minute and a half of music is made first


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_music(tmp_path_factory.mktemp("moh"))


@pytest.fixture(scope="module")
def sound(file: Path) -> np.ndarray:
    return soundfile.read(file)[0]


def test_it_is_one_telephone_file_of_at_least_90_seconds(file: Path) -> None:
    kind = soundfile.info(file)
    assert file.name == "111.wav"
    assert (kind.format, kind.subtype, kind.samplerate, kind.channels) == ("WAV", "PCM_16", 8000, 1)
    assert kind.duration >= 90


def levels(sound: np.ndarray) -> np.ndarray:
    """dBFS of every tenth of a second, also across the seam."""
    around = np.concatenate([sound, sound[:800]])
    windows = np.lib.stride_tricks.sliding_window_view(around, 800)[::80]
    return 10 * np.log10((windows**2).mean(axis=1) + 1e-12)


def test_no_tenth_of_a_second_is_silent_also_across_the_seam(sound: np.ndarray) -> None:
    assert levels(sound).min() > -45


def test_it_flows_evenly_and_no_one_hears_where_the_loop_begins(sound: np.ndarray) -> None:
    assert np.ptp(levels(sound)) < 6


def test_it_is_quieter_than_the_voices_and_never_loud(sound: np.ndarray) -> None:
    assert loudness(sound) == pytest.approx(-26, abs=0.5)
    assert true_peak(sound) < -6


def test_the_end_runs_into_the_beginning_without_a_click(sound: np.ndarray) -> None:
    step = np.abs(np.diff(sound)).max()
    assert abs(sound[0] - sound[-1]) <= step


def test_it_is_the_same_every_time_and_made_once(file: Path, sound: np.ndarray) -> None:
    before = file.stat().st_mtime_ns
    make_music(file.parent)
    assert file.stat().st_mtime_ns == before
    assert np.allclose(compose(), sound, atol=1e-4)
