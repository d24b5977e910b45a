"""Sound files of prompts: writing them as Asterisk plays them, and measuring what is there; edge."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import soundfile

from config.settings import Language
from ivr.prompts.catalogue import CATALOGUE, Prompt
from ivr.prompts.loudness import Sound, measure
from ivr.prompts.prompt_files import effective, missing, wanted, whole
from ivr.prompts.quality import RATE, PromptProblem, judge


def write_sound(file: Path, sound: Sound) -> None:
    """As Asterisk plays it: WAV, 8 kHz, mono, 16 bits."""
    samples = np.clip(np.round(sound * 32767), -32768, 32767).astype(np.int16)
    with whole(file) as unfinished:
        soundfile.write(unfinished, samples, RATE, subtype="PCM_16", format="WAV")


def check_file(file: Path, prompt: Prompt, language: Language) -> list[PromptProblem]:
    """Format, length, level and peak of one file."""
    try:
        kind = soundfile.info(file)
        if (kind.format, kind.subtype, kind.samplerate, kind.channels) != ("WAV", "PCM_16", RATE, 1):
            found = f"{kind.format} {kind.subtype} {kind.samplerate} Hz, {kind.channels} channels"
            return [PromptProblem(language, prompt.name, f"wrong format: {found}")]
        sound, _ = soundfile.read(file, dtype="float64")
    except (soundfile.SoundFileError, OSError) as error:
        return [PromptProblem(language, prompt.name, f"not readable: {error}")]
    return judge(prompt, language, measure(sound))


def check(*folders: Path, prompts: Collection[Prompt] = CATALOGUE.values()) -> list[PromptProblem]:
    """Measure every effective prompt; each folder holds {kk,ru}/NAME.wav, earlier folders win."""
    problems = missing(*folders, prompts=prompts)
    for language, prompt in wanted(prompts):
        file = effective(folders, language, prompt.name)
        if file is None:
            continue
        problems += check_file(file, prompt, language)
        other = effective(folders, "ru", prompt.name) if prompt.both and language == "kk" else None
        if other is not None and other.read_bytes() != file.read_bytes():
            problems.append(PromptProblem(language, prompt.name, "bilingual, but kk and ru differ"))
    return problems
