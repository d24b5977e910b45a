"""Prompts on disk: reading, writing whole files only, checking, and laying them out for Asterisk."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from config.settings import Language
from ivr.catalogue import CATALOGUE, LANGUAGES, Prompt
from ivr.loudness import RATE, Sound, measure
from ivr.prompt_check import Problem, judge

MUSIC_FILE = Path("music") / "111.wav"


def make_folder(folder: Path) -> None:
    """A folder that Asterisk's own user can read, whatever our umask is."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)


def put(file: Path, content: bytes) -> None:
    """Write a file as a whole: a reader meets the old one or the new one, never half of it."""
    make_folder(file.parent)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.chmod(0o644)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def write_sound(file: Path, sound: Sound) -> None:
    """As Asterisk plays it: WAV, 8 kHz, mono, 16 bits."""
    make_folder(file.parent)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    samples = np.clip(np.round(sound * 32767), -32768, 32767).astype(np.int16)
    try:
        soundfile.write(unfinished, samples, RATE, subtype="PCM_16", format="WAV")
        unfinished.chmod(0o644)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def effective(folders: Sequence[Path], language: Language, name: str) -> Path | None:
    """The file of a prompt: the first folder that has one wins (studio before drafts)."""
    return next((f for folder in folders if (f := folder / language / f"{name}.wav").is_file()), None)


def _wanted() -> Iterator[tuple[Language, Prompt]]:
    for prompt in CATALOGUE.values():
        for language in LANGUAGES:
            if prompt.spoken_in(language):
                yield language, prompt


def missing(*folders: Path) -> list[Problem]:
    """Prompts without a file in a language; a few milliseconds, for every start of the engine."""
    return [
        Problem(language, prompt.name, "missing")
        for language, prompt in _wanted()
        if effective(folders, language, prompt.name) is None
    ]


def check_file(file: Path, prompt: Prompt, language: Language) -> list[Problem]:
    """Format, length, level and peak of one file."""
    try:
        kind = soundfile.info(file)
        if (kind.format, kind.subtype, kind.samplerate, kind.channels) != ("WAV", "PCM_16", RATE, 1):
            found = f"{kind.format} {kind.subtype} {kind.samplerate} Hz, {kind.channels} channels"
            return [Problem(language, prompt.name, f"wrong format: {found}")]
        sound, _ = soundfile.read(file, dtype="float64")
    except (soundfile.SoundFileError, OSError) as error:
        return [Problem(language, prompt.name, f"not readable: {error}")]
    return judge(prompt, language, measure(sound))


def check(*folders: Path) -> list[Problem]:
    """Measure every effective prompt; each folder holds {kk,ru}/NAME.wav, earlier folders win."""
    problems = missing(*folders)
    for language, prompt in _wanted():
        file = effective(folders, language, prompt.name)
        if file is None:
            continue
        problems += check_file(file, prompt, language)
        other = effective(folders, "ru", prompt.name) if prompt.both and language == "kk" else None
        if other is not None and other.read_bytes() != file.read_bytes():
            problems.append(Problem(language, prompt.name, "bilingual, but kk and ru differ"))
    return problems


def _lay(source: Path, target: Path) -> int:
    """Copy when changed; 1 when copied. A copy and no link: owners and modes of the two stay apart."""
    was, is_now = source.stat(), target.stat() if target.is_file() else None
    if is_now and (is_now.st_size, is_now.st_mtime_ns) == (was.st_size, was.st_mtime_ns):
        return 0
    make_folder(target.parent)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, unfinished)
        unfinished.chmod(0o644)
        os.utime(unfinished, ns=(was.st_atime_ns, was.st_mtime_ns))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return 1


def install(*folders: Path, sounds: Path, moh: Path) -> int:
    """Lay the effective prompts out as sounds/{kk,ru}/111/NAME.wav and the music as moh/111.wav.

    Returns how many files were copied; what has not changed is left alone. A prompt that no folder has
    is left out: `missing` tells.
    """
    copied = 0
    for language, prompt in _wanted():
        file = effective(folders, language, prompt.name)
        if file is not None:
            copied += _lay(file, sounds / language / "111" / file.name)
    music = next((f for folder in folders if (f := folder / MUSIC_FILE).is_file()), None)
    return copied + (_lay(music, moh / "111.wav") if music else 0)
