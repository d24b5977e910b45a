"""Drafts of all prompts, spoken by espeak-ng at set-up; edge."""

import hashlib
import io
import json
import multiprocessing
import subprocess
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from config.settings import Language
from config.told import told
from ivr.prompts.catalogue import LANGUAGES, Prompt
from ivr.prompts.loudness import Sound, level, to_line_rate, trim
from ivr.prompts.prompt_files import whole
from ivr.prompts.quality import RATE
from ivr.prompts.sound_files import write_sound

MANIFEST = "drafts.json"
VERSION = 1  # of the way a draft is made: a new one makes all drafts anew

_CALM, _BRISK = 160, 172  # words a minute; a bilingual prompt says everything twice
_FEW = 8  # drafts that two processes would not make sooner
_GAP = 0.12  # seconds between the two languages

Progress = Callable[[int, int], None]


class SpeechUnavailable(Exception):
    """espeak-ng is missing, or it refuses to speak; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One sound to make: the files it fills and what each voice says, in order."""

    files: tuple[Path, ...]
    parts: tuple[tuple[Language, str], ...]

    @property
    def mark(self) -> str:
        """Changes when text, voice or the way of making changes."""
        pace = _BRISK if len(self.parts) > 1 else _CALM
        return hashlib.sha256(repr((VERSION, pace, self.parts)).encode()).hexdigest()


def drafts(prompts: Iterable[Prompt], into: Path) -> list[Draft]:
    """What has to be spoken: one draft a language, or one for both."""
    found = []
    for prompt in prompts:
        if prompt.both:
            files = tuple(into / language / f"{prompt.name}.wav" for language in LANGUAGES)
            found.append(Draft(files, (("kk", prompt.kk), ("ru", prompt.ru))))
            continue
        for language in LANGUAGES:
            if prompt.spoken_in(language):
                file = into / language / f"{prompt.name}.wav"
                found.append(Draft((file,), ((language, prompt.text(language)),)))
    return found


def _voice(language: Language, text: str, pace: int) -> Sound:
    """One voice saying one text, trimmed, at 8 kHz."""
    order = ["espeak-ng", "-v", language, "-s", str(pace), "--stdin", "--stdout"]
    try:
        done = subprocess.run(order, input=text.encode(), capture_output=True, timeout=30, check=True)
        # espeak-ng writes a header that promises 2 GB when it cannot seek back.
        sound, rate = soundfile.read(io.BytesIO(_true_size(done.stdout)), dtype="float64")
    except FileNotFoundError:
        raise SpeechUnavailable(told("espeak-ng is not installed: apt-get install espeak-ng")) from None
    except (subprocess.SubprocessError, soundfile.SoundFileError) as error:
        raise SpeechUnavailable(
            told("espeak-ng does not speak {language}: {error}", language=language, error=error)
        ) from error
    return to_line_rate(trim(sound, rate), rate)


def _true_size(wav: bytes) -> bytes:
    """The same WAV with the sizes it really has (44-byte header)."""
    sizes = (len(wav) - 8).to_bytes(4, "little"), (len(wav) - 44).to_bytes(4, "little")
    return wav[:4] + sizes[0] + wav[8:40] + sizes[1] + wav[44:]


def _make(draft: Draft) -> None:
    pace = _BRISK if len(draft.parts) > 1 else _CALM
    # Each voice is levelled by itself, so that neither language is louder, then the whole.
    voices = [level(_voice(language, text, pace)) for language, text in draft.parts]
    sound = voices[0]
    for voice in voices[1:]:
        sound = np.concatenate([sound, np.zeros(int(_GAP * RATE)), voice])
    for file in draft.files:
        write_sound(file, level(sound) if len(voices) > 1 else sound)


def _made(due: list[Draft]) -> Iterator[Draft]:
    """Each draft as it is ready; many are made by two processes."""
    if len(due) <= _FEW:
        for draft in due:
            _make(draft)
            yield draft
        return
    # Spawned, not forked: whoever calls us may have threads.
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for draft, _ in zip(due, pool.map(_make, due, chunksize=8), strict=True):
            yield draft


def _known(manifest: Path) -> dict[str, str]:
    try:
        marks = json.loads(manifest.read_text())
    except (OSError, ValueError):
        return {}
    return marks if isinstance(marks, dict) else {}


def speak(prompts: Iterable[Prompt], into: Path, progress: Progress = lambda _done, _all: None) -> int:
    """Speak every prompt that is new or changed into {kk,ru}/NAME.wav; how many were made.

    `progress(done, of)` is called as the work goes on. Raises SpeechUnavailable.
    """
    wanted = drafts(prompts, into)
    names = {file: str(file.relative_to(into)) for draft in wanted for file in draft.files}
    known = _known(into / MANIFEST)
    due = [d for d in wanted if any(known.get(names[f]) != d.mark or not f.is_file() for f in d.files)]
    marks = {name: mark for name, mark in known.items() if name in names.values()}
    if not due and marks == known:
        return 0
    for count, draft in enumerate(_made(due), 1):
        marks |= {names[file]: draft.mark for file in draft.files}
        progress(count, len(due))
    for stale in known.keys() - marks.keys():
        (into / stale).unlink(missing_ok=True)
    with whole(into / MANIFEST) as unfinished:
        unfinished.write_text(json.dumps(marks, indent=0, sort_keys=True))
    return len(due)
