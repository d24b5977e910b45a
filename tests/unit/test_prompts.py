"""The catalogue is whole, and the drafts spoken from it are fit for the telephone."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.prompts import speech_synthesis
from ivr.prompts.catalogue import CATALOGUE, LANGUAGES, PHRASES, Prompt
from ivr.prompts.loudness import true_peak
from ivr.prompts.prompt_files import effective, install, missing
from ivr.prompts.reading_list import script
from ivr.prompts.sound_files import check, write_sound

FEW = (*PHRASES, *(CATALOGUE[name] for name in ("number_2", "number_1_f", "ordinal_3", "minute_few")))
LATIN = re.compile("[A-Za-z]")


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All phrases and a few number words, really spoken, once for this file."""
    into = tmp_path_factory.mktemp("drafts")
    speech_synthesis.speak(FEW, into)
    return into


def tone(seconds: float, loud: float = 0.1, hertz: float = 1000) -> np.ndarray:
    return loud * np.sin(2 * np.pi * hertz * np.arange(int(seconds * 8000)) / 8000)


def test_every_name_is_used_once_and_is_a_plain_file_name() -> None:
    names = list(CATALOGUE)
    assert [name for name in names if not re.fullmatch("[a-z0-9_]{2,40}", name)] == []
    assert len(names) == len({*names}) == len({*(p.name for p in PHRASES)}) + len(names) - len(PHRASES)


def test_every_phrase_is_said_in_both_languages() -> None:
    assert [p.name for p in PHRASES if not (p.kk and p.ru)] == []


def test_every_phrase_is_played_somewhere() -> None:
    top = Path(__file__).resolve().parents[2]
    folders = ("ivr/flow", "ivr/spoken", "agi_handlers", "asterisk/templates")
    files = [file for folder in folders for kind in ("*.py", "*.conf") for file in (top / folder).glob(kind)]
    files.append(top / "ivr/ucc_result.py")
    played = {word for file in files for word in re.findall(r"\w+", file.read_text())}
    assert [p.name for p in PHRASES if p.name not in played] == []


def test_no_text_holds_latin_letters_or_figures_that_a_voice_would_stumble_over() -> None:
    said = [text for p in CATALOGUE.values() for text in (p.kk, p.ru)]
    assert [text for text in said if LATIN.search(text) or re.search(r"\d", text)] == []


def test_kazakh_is_written_with_kazakh_letters_and_russian_without() -> None:
    kazakh = set("әғқңөұүһі")
    assert [p.name for p in PHRASES if not kazakh & set(p.kk.lower())] == []
    assert [p.name for p in CATALOGUE.values() if kazakh & set(p.ru.lower())] == []


def test_from_answer_to_queue_the_words_leave_time_for_the_keys() -> None:
    most = {p.name: p.most for p in PHRASES}
    first_choice = most["welcome_choose"] + most["recorded_notice"]
    no_key = first_choice + most["choose_again"]
    assert most["recorded_notice"] <= 5
    assert first_choice <= 12 - 2
    assert no_key <= 20 - 6


@pytest.mark.slow
@pytest.mark.slow
def test_drafts_have_the_right_format_level_peak_and_length(drafts: Path) -> None:
    assert check(drafts, prompts=FEW) == []


@pytest.mark.slow
def test_a_word_is_spoken_only_in_the_language_that_has_it(drafts: Path) -> None:
    assert effective([drafts], "kk", "number_1_f") is None
    assert effective([drafts], "ru", "number_1_f") == drafts / "ru" / "number_1_f.wav"


@pytest.mark.slow
def test_a_bilingual_draft_is_the_same_in_both_folders_and_holds_both_voices(drafts: Path) -> None:
    kk, ru = ((drafts / one / "choose_again.wav").read_bytes() for one in LANGUAGES)
    assert kk == ru
    # Kazakh alone is about a second: two voices and the gap are longer than either.
    assert soundfile.info(drafts / "kk" / "choose_again.wav").duration > 1.6


@pytest.mark.slow
def test_speaking_again_makes_nothing(drafts: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in drafts.rglob("*.wav")}
    assert speech_synthesis.speak(FEW, drafts) == 0
    assert {file: file.stat().st_mtime_ns for file in drafts.rglob("*.wav")} == before


def test_only_what_changed_is_spoken_anew(tmp_path: Path) -> None:
    one, two = CATALOGUE["number_2"], CATALOGUE["number_3"]
    speech_synthesis.speak([one, two], tmp_path)
    (tmp_path / "ru" / "number_3.wav").unlink()
    seen: list[tuple[int, int]] = []
    made = speech_synthesis.speak(
        [dataclasses.replace(one, ru="две"), two], tmp_path, lambda done, of: seen.append((done, of))
    )
    assert (made, seen) == (2, [(1, 2), (2, 2)])


def test_a_prompt_taken_from_the_catalogue_loses_its_draft(tmp_path: Path) -> None:
    speech_synthesis.speak([CATALOGUE["number_2"], CATALOGUE["number_3"]], tmp_path)
    speech_synthesis.speak([CATALOGUE["number_2"]], tmp_path)
    assert sorted(f.name for f in tmp_path.rglob("*.wav")) == ["number_2.wav", "number_2.wav"]
    speech_synthesis.speak([CATALOGUE["number_2"], CATALOGUE["number_3"]], tmp_path)
    assert (tmp_path / "kk" / "number_3.wav").is_file()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"kk/number_2.wav": 7}'])
def test_a_damaged_manifest_only_costs_time(tmp_path: Path, content: str) -> None:
    (tmp_path / speech_synthesis.MANIFEST).write_text(content)
    assert speech_synthesis.speak([CATALOGUE["number_2"]], tmp_path) == 2
    assert len(json.loads((tmp_path / speech_synthesis.MANIFEST).read_text())) == 2


def test_without_espeak_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(speech_synthesis.SpeechUnavailable, match="apt-get install espeak-ng"):
        speech_synthesis.speak([CATALOGUE["number_2"]], tmp_path)


def spoil(drafts: Path, into: Path, prompts: tuple[Prompt, ...]) -> Path:
    """A copy of some drafts, to be damaged."""
    for prompt in prompts:
        for language in LANGUAGES:
            target = into / language / f"{prompt.name}.wav"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes((drafts / language / target.name).read_bytes())
    return into


SOME = tuple(CATALOGUE[name] for name in ("choose_again", "rate", "comfort"))


def found(folder: Path) -> list[str]:
    return [str(problem).split(" (")[0] for problem in check(folder, prompts=SOME)]


@pytest.mark.slow
def test_a_prompt_missing_in_one_language_is_found(drafts: Path, tmp_path: Path) -> None:
    folder = spoil(drafts, tmp_path, SOME)
    (folder / "kk" / "rate.wav").unlink()
    assert found(folder) == ["kk/rate: missing"]
    assert [str(p) for p in missing(folder, prompts=SOME)] == ["kk/rate: missing"]


@pytest.mark.slow
def test_a_new_prompt_without_a_file_is_found(drafts: Path) -> None:
    new = Prompt("press_three", "Үшті басыңыз.", "Нажмите три.", "")
    problems = missing(drafts, prompts=[*FEW, new])
    assert [str(p) for p in problems] == ["kk/press_three: missing", "ru/press_three: missing"]


@pytest.mark.slow
def test_wrong_level_peak_length_and_format_are_found(drafts: Path, tmp_path: Path) -> None:
    folder = spoil(drafts, tmp_path, SOME)
    write_sound(folder / "kk" / "rate.wav", tone(2, 0.05))
    assert found(folder) == ["kk/rate: level -29.2 instead of -20 +-1"]
    click = tone(2, 0.131)
    click[100:104] = 0.99
    write_sound(folder / "kk" / "rate.wav", click)
    assert [line.split(" ")[1] for line in found(folder)] == ["peak"]
    write_sound(folder / "kk" / "rate.wav", tone(11, 0.1415))
    assert found(folder) == ["kk/rate: lasts 11.0 s, at most 10.0 s"]
    write_sound(folder / "kk" / "rate.wav", tone(0.05))
    assert found(folder) == ["kk/rate: empty or too short: 0.05 s"]
    write_sound(folder / "kk" / "rate.wav", np.zeros(0))
    assert found(folder) == ["kk/rate: empty or too short: 0.00 s"]
    soundfile.write(folder / "kk" / "rate.wav", tone(2), 16000)
    assert found(folder) == ["kk/rate: wrong format: WAV PCM_16 16000 Hz, 1 channels"]
    (folder / "kk" / "rate.wav").write_text("not a sound")
    assert found(folder)[0].startswith("kk/rate: not readable")


def test_a_peak_between_the_samples_is_found() -> None:
    # At a quarter of the rate, 45 degrees off: every sample is 3 dB below the crest.
    wave = 0.7 * np.sin(np.pi / 2 * np.arange(8000) + np.pi / 4)
    assert float(np.abs(wave).max()) < 0.5
    assert true_peak(wave) > -3.3


@pytest.mark.slow
def test_bilingual_files_that_differ_are_found(drafts: Path, tmp_path: Path) -> None:
    folder = spoil(drafts, tmp_path, SOME)
    write_sound(folder / "ru" / "choose_again.wav", tone(2, 0.1415))
    assert found(folder) == ["kk/choose_again: bilingual, but kk and ru differ"]


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "kk" / "rate.wav"
    write_sound(file, tone(1))
    before = file.read_bytes()
    with pytest.raises(TypeError):
        write_sound(file, "no sound")  # type: ignore[arg-type]
    assert file.read_bytes() == before
    assert [f.name for f in file.parent.iterdir()] == ["rate.wav"]
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.slow
def test_install_takes_the_studio_before_the_draft_and_copies_only_changes(
    drafts: Path, tmp_path: Path
) -> None:
    studio, sounds, moh = tmp_path / "prompts", tmp_path / "sounds", tmp_path / "moh"
    write_sound(studio / "ru" / "rate.wav", tone(1))
    write_sound(studio / "music" / "111.wav", tone(3))
    first = install(studio, drafts, sounds=sounds, moh=moh)
    again = install(studio, drafts, sounds=sounds, moh=moh)
    assert (first, again) == (len(list(drafts.rglob("*.wav"))) + 1, 0)
    laid = sounds / "ru" / "111" / "rate.wav"
    assert laid.read_bytes() == (studio / "ru" / "rate.wav").read_bytes()
    assert (moh / "111.wav").is_file()
    laid.unlink()
    (studio / "ru" / "rate.wav").unlink()
    assert install(studio, drafts, sounds=sounds, moh=moh) == 1
    assert laid.read_bytes() == (drafts / "ru" / "rate.wav").read_bytes()


@pytest.mark.parametrize("language", ["both", *LANGUAGES])
def test_the_reading_list_names_every_sound_once(language: str) -> None:
    rows = [line for line in script(language).splitlines() if line.startswith("| ") and "| id |" not in line]
    names = [row.split("|")[1].strip().split(" ")[0] for row in rows if not row.startswith("| id")]
    wanted = [p.name for p in CATALOGUE.values() if language == "both" or p.spoken_in(language)]
    assert sorted(names) == sorted(wanted)
    columns = {"both": 5}.get(language, 4)
    assert {row.count("|") for row in rows} == {columns + 1}
