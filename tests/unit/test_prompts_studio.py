"""A studio's delivery becomes telephone prompts, and whatever is wrong with it is said in a line."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from engine.cli.prompts import prompts as app
from ivr.prompts.catalogue import CATALOGUE
from ivr.prompts.loudness import RATE, high_pass, level, limit, measure, rms, true_peak
from ivr.prompts.sound_files import check_file
from ivr.prompts.studio_import import import_studio


def voice(seconds: float, rate: int = 48000, loud: float = 0.2, silence: float = 0.5) -> np.ndarray:
    """Something like speech: a buzz in syllables, with silence before and after."""
    time = np.arange(int(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * 140 * part * time) / part for part in range(1, 20))
    syllables = np.maximum(0, np.sin(2 * np.pi * 4 * time)) ** 0.5
    quiet = np.zeros(int(silence * rate))
    return np.concatenate([quiet, loud * buzz * syllables, quiet])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for folder in ("kk", "ru", "both"):
        (tmp_path / "in" / folder).mkdir(parents=True)
    return tmp_path / "in"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "subtype", "rate", "channels"),
    [
        ("wav", "PCM_24", 48000, 1),
        ("wav", "PCM_U8", 8000, 1),
        ("wav", "FLOAT", 96000, 2),
        ("wav", "ALAW", 8000, 1),
        ("flac", "PCM_16", 44100, 2),
        ("mp3", None, 44100, 1),
        ("ogg", "VORBIS", 22050, 2),
    ],
)
def test_any_rate_width_and_channels_become_a_levelled_telephone_prompt(
    source: Path, tmp_path: Path, kind: str, subtype: str | None, rate: int, channels: int
) -> None:
    sound = np.stack([voice(3, rate)] * channels, axis=1)
    master = source / "kk" / f"rate.{kind}"
    soundfile.write(master, sound, rate, subtype=subtype)
    done = import_studio(source, tmp_path / "out")
    assert done.problems == ()
    assert check_file(tmp_path / "out" / "kk" / "rate.wav", CATALOGUE["rate"], "kk") == []
    assert [(m.name, m.languages, m.sha256) for m in done.masters] == [
        ("rate", ("kk",), hashlib.sha256(master.read_bytes()).hexdigest())
    ]
    # Half a second of silence at both ends is gone.
    assert done.masters[0].seconds < 3.2


def test_rumble_below_100_hertz_is_taken_away_and_speech_is_not() -> None:
    time = np.arange(48000) / 48000
    rumble, speech = np.sin(2 * np.pi * 30 * time), np.sin(2 * np.pi * 300 * time)
    assert rms(high_pass(rumble, 48000)) < rms(rumble) - 30
    assert abs(rms(high_pass(speech, 48000)) - rms(speech)) < 0.2


def test_a_voice_on_one_channel_or_out_of_phase_is_not_lost(source: Path, tmp_path: Path) -> None:
    one = voice(3)
    soundfile.write(source / "kk" / "rate.wav", np.stack([one, -one], axis=1), 48000)
    soundfile.write(source / "ru" / "rate.wav", np.stack([one, 0 * one], axis=1), 48000)
    done = import_studio(source, tmp_path / "out")
    assert (len(done.masters), done.problems) == (2, ())


@pytest.mark.slow
def test_bad_files_are_named_and_never_stop_the_rest(source: Path, tmp_path: Path) -> None:
    good = voice(3)
    soundfile.write(source / "kk" / "rate.wav", good, 48000)
    soundfile.write(source / "kk" / "goodbye.wav", np.zeros(48000), 48000)
    soundfile.write(source / "kk" / "comfort.wav", np.zeros(0), 48000)
    soundfile.write(source / "kk" / "welcome.wav", good, 48000)
    soundfile.write(source / "kk" / "number_1_f.wav", good, 48000)
    soundfile.write(source / "kk" / "advice.wav", voice(30), 48000)
    soundfile.write(source / "kk" / "ucc_busy.wav", good, 4000)
    broken = good.copy()
    broken[1000] = np.nan
    soundfile.write(source / "ru" / "goodbye.wav", broken, 48000, subtype="FLOAT")
    (source / "ru" / "rate.wav").write_text("a letter to the editor")
    (source / "ru" / "comfort.wav").write_bytes((source / "kk" / "rate.wav").read_bytes()[:30])
    (source / "ru" / "notes.txt").write_text("take 3 is best")
    done = import_studio(source, tmp_path / "out")
    assert sorted(line.split(",")[0] for line in done.problems) == [
        "kk/advice.wav: lasts 30.0 s",
        "kk/comfort.wav: empty",
        "kk/goodbye.wav: silent",
        "kk/number_1_f.wav: unknown",
        "kk/ucc_busy.wav: recorded at 4000 Hz",
        "kk/welcome.wav: unknown",
        "ru/comfort.wav: not a sound file that can be read",
        "ru/goodbye.wav: damaged: holds values that are no numbers",
        "ru/notes.txt: unknown",
        "ru/rate.wav: not a sound file that can be read",
    ]
    made = sorted(f.name for f in (tmp_path / "out").rglob("*") if f.is_file())
    assert made == ["advice.wav", "rate.wav"]


def test_clipping_is_told(source: Path, tmp_path: Path) -> None:
    soundfile.write(source / "kk" / "rate.wav", np.clip(voice(3, loud=3), -1, 1), 48000)
    done = import_studio(source, tmp_path / "out")
    assert done.masters[0].clipped > 100
    assert done.problems == (f"kk/rate.wav: clips {done.masters[0].clipped} times",)


def test_what_is_still_missing_and_unequal_lengths_are_remarks(source: Path, tmp_path: Path) -> None:
    soundfile.write(source / "kk" / "rate.wav", voice(6), 48000)
    soundfile.write(source / "ru" / "rate.wav", voice(3), 48000)
    soundfile.write(source / "kk" / "goodbye.wav", voice(3), 48000)
    soundfile.write(source / "ru" / "goodbye.wav", voice(2), 48000)
    done = import_studio(source, tmp_path / "out")
    assert done.problems == ()
    assert [line for line in done.remarks if "not recorded yet" not in line] == [
        "rate: 6.0 s in kk, 3.0 s in ru"
    ]
    assert "ru/comfort: not recorded yet, the draft stays" in done.remarks
    assert not any(line.startswith(("kk/rate:", "ru/rate:", "kk/number_1_f:")) for line in done.remarks)


@pytest.mark.parametrize("folder", ["both", "kk", "ru"])
def test_one_bilingual_master_serves_both_languages(source: Path, tmp_path: Path, folder: str) -> None:
    soundfile.write(source / folder / "choose_again.wav", voice(2), 48000)
    done = import_studio(source, tmp_path / "out")
    assert (done.masters[0].languages, done.problems) == (("kk", "ru"), ())
    kk, ru = ((tmp_path / "out" / one / "choose_again.wav").read_bytes() for one in ("kk", "ru"))
    assert kk == ru


def test_of_two_masters_for_one_sound_the_better_kind_is_taken(source: Path, tmp_path: Path) -> None:
    soundfile.write(source / "kk" / "rate.mp3", voice(3), 48000)
    soundfile.write(source / "kk" / "rate.wav", voice(3), 48000)
    done = import_studio(source, tmp_path / "out")
    assert [m.file for m in done.masters] == ["kk/rate.wav"]
    assert "kk/rate.mp3: left out, this sound was already delivered" in done.remarks


@given(
    seed=st.integers(0, 1000),
    seconds=st.floats(0.15, 1.5),
    loud=st.floats(0.05, 1.0),
    crest=st.floats(1, 40),
)
@settings(max_examples=40, deadline=None)
def test_level_and_peak_hold_together_for_any_voice(
    seed: int, seconds: float, loud: float, crest: float
) -> None:
    chance = np.random.default_rng(seed)
    sound = chance.standard_normal(int(seconds * RATE))
    sound[:: RATE // 20] *= crest
    sound *= loud / np.abs(sound).max()
    made = measure(level(sound))
    assert made.peak <= -3.0
    assert made.loudness == pytest.approx(-20, abs=1)


def test_the_limiter_leaves_alone_what_is_below_the_ceiling() -> None:
    quiet = 0.2 * np.sin(np.arange(8000) / 5)
    assert np.allclose(limit(quiet, -3.3), quiet)
    loud = quiet.copy()
    loud[4000:4003] = 1.0
    limited = limit(loud, -3.3)
    assert true_peak(limited) <= -3.2
    assert np.allclose(limited[:3900], quiet[:3900])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IVR111_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IVR111_SETUP", str(tmp_path / "setup"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").touch()  # settings are enough, no line need have run
    return tmp_path / "home"


def test_the_command_imports_reports_and_keeps_the_report(source: Path, home: Path) -> None:
    soundfile.write(source / "kk" / "rate.wav", voice(3), 48000)
    done = CliRunner().invoke(app, ["import", str(source), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.output)["masters"][0]["file"] == "kk/rate.wav"
    assert json.loads((home / "prompts" / "import.json").read_text()) == json.loads(done.output)
    plain = CliRunner().invoke(app, ["import", str(source)])
    assert plain.output.splitlines()[-1] == "1 imported, 0 problems"


def test_the_command_ends_with_1_on_problems_and_never_with_a_traceback(source: Path, home: Path) -> None:
    (source / "kk" / "rate.wav").write_text("no sound")
    bad = CliRunner().invoke(app, ["import", str(source)])
    assert (bad.exit_code, bad.output.splitlines()[-1]) == (1, "0 imported, 1 problems")
    nowhere = CliRunner().invoke(app, ["import", str(source / "nowhere")])
    assert (nowhere.exit_code, "no such folder" in nowhere.output) == (1, True)
    nothing = CliRunner().invoke(app, ["check"])
    assert (nothing.exit_code, "ru/rate: missing" in nothing.output) == (1, True)
    as_json = CliRunner().invoke(app, ["check", "--json"])
    assert {"language": "kk", "name": "rate", "what": "missing"} in json.loads(as_json.output)["problems"]
