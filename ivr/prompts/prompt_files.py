"""Prompts on disk: which file is played, what is missing, and laying them out for Asterisk; edge."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.settings import Language
from ivr.prompts.catalogue import CATALOGUE, LANGUAGES, Prompt
from ivr.prompts.quality import PromptProblem

MUSIC_FILE = Path("music") / "111.wav"


def make_folder(folder: Path) -> None:
    """A folder that Asterisk's own user can read, whatever our umask is."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A place to write to, moved to `file` at the end: readers meet the old file or the new, never half."""
    make_folder(file.parent)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        yield unfinished
        unfinished.chmod(0o644)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def effective(folders: Sequence[Path], language: Language, name: str) -> Path | None:
    """The file of a prompt: the first folder that has one wins (studio before drafts)."""
    return next((f for folder in folders if (f := folder / language / f"{name}.wav").is_file()), None)


def wanted(prompts: Iterable[Prompt] = CATALOGUE.values()) -> Iterator[tuple[Language, Prompt]]:
    """Each sound there must be."""
    for prompt in prompts:
        for language in LANGUAGES:
            if prompt.spoken_in(language):
                yield language, prompt


def missing(*folders: Path, prompts: Iterable[Prompt] = CATALOGUE.values()) -> list[PromptProblem]:
    """Prompts without a file in a language; a few milliseconds, for every start of the engine."""
    return [
        PromptProblem(language, prompt.name, "missing")
        for language, prompt in wanted(prompts)
        if effective(folders, language, prompt.name) is None
    ]


def _lay(source: Path, target: Path) -> int:
    """Copy when changed; 1 when copied. A copy and no link: owners and modes of the two stay apart."""
    was, is_now = source.stat(), target.stat() if target.is_file() else None
    if is_now and (is_now.st_size, is_now.st_mtime_ns) == (was.st_size, was.st_mtime_ns):
        return 0
    with whole(target) as unfinished:
        shutil.copyfile(source, unfinished)
        os.utime(unfinished, ns=(was.st_atime_ns, was.st_mtime_ns))
    return 1


def install(*folders: Path, sounds: Path, moh: Path) -> int:
    """Lay the effective prompts out as sounds/{kk,ru}/111/NAME.wav and the music as moh/111.wav.

    Returns how many files were copied; what has not changed is left alone. A prompt that no folder has
    is left out: `missing` tells.
    """
    copied = 0
    for language, prompt in wanted():
        file = effective(folders, language, prompt.name)
        if file is not None:
            copied += _lay(file, sounds / language / "111" / file.name)
    music = next((f for folder in folders if (f := folder / MUSIC_FILE).is_file()), None)
    return copied + (_lay(music, moh / "111.wav") if music else 0)
