"""Recordings from a studio, made fit for the telephone; edge."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from config.settings import Language
from ivr.prompts.catalogue import CATALOGUE, LANGUAGES, PHRASES, Prompt
from ivr.prompts.loudness import Silent, Sound, high_pass, level, measure, to_line_rate, trim
from ivr.prompts.prompt_files import missing
from ivr.prompts.quality import RATE, PromptProblem, judge
from ivr.prompts.sound_files import write_sound

KINDS = (".wav", ".flac", ".aiff", ".aif", ".ogg", ".mp3")  # better ones first
LONGEST = 120.0  # seconds; no prompt is near it
UNEVEN = 0.4  # of the longer of the two languages


class UnusableMaster(Exception):
    """A master that cannot be imported; the text says why."""


@dataclass(frozen=True, slots=True)
class Master:
    """A studio file that was imported, and what it became."""

    file: str
    sha256: str
    name: str
    languages: tuple[Language, ...]
    seconds: float
    clipped: int  # moments where the master runs against full scale


@dataclass(frozen=True, slots=True)
class Import:
    """What came of a delivery. `problems` need the studio again; `remarks` need a person's eye."""

    masters: tuple[Master, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]


def _found(source: Path) -> Iterator[tuple[str, Path]]:
    """(folder, file) of everything delivered; `both` before `kk` and `ru`."""
    for folder in ("both", *LANGUAGES):
        files = [f for f in (source / folder).glob("*") if f.is_file() and not f.name.startswith(".")]
        order = {kind: place for place, kind in enumerate(KINDS)}
        yield from (
            (folder, f) for f in sorted(files, key=lambda f: (order.get(f.suffix.lower(), 99), f.name))
        )


def _read(file: Path) -> tuple[Sound, int, int]:
    """Mono sound, its rate, and how often it clips; raises Unusable."""
    try:
        kind = soundfile.info(file)
        if kind.frames == 0:
            raise UnusableMaster("empty")
        if kind.samplerate < RATE:
            raise UnusableMaster(f"recorded at {kind.samplerate} Hz, at least {RATE} Hz wanted")
        if kind.frames > LONGEST * kind.samplerate:
            raise UnusableMaster(f"longer than {LONGEST:.0f} s")
        channels, rate = soundfile.read(file, dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise UnusableMaster("not a sound file that can be read") from error
    if not np.isfinite(channels).all():
        raise UnusableMaster("damaged: holds values that are no numbers")
    # Three samples in a row at full scale are a flat top; one may be a fair peak.
    full = np.abs(channels) >= 0.999
    flat = full[:-2] & full[1:-1] & full[2:]
    clipped = int((np.diff(flat.astype(np.int8), axis=0, prepend=0) == 1).sum())
    mono = channels.mean(axis=1)
    best = channels[:, int(np.argmax((channels**2).mean(axis=0)))]
    # Channels recorded out of phase cancel each other: then the louder one alone is the voice.
    return (best if (mono**2).mean() < (best**2).mean() / 10 else mono), int(rate), clipped


def prepare(sound: Sound, rate: int) -> Sound:
    """High-passed, trimmed, at 8 kHz, levelled, limited; raises Unusable."""
    try:
        return level(to_line_rate(trim(high_pass(sound, rate), rate), rate))
    except Silent:
        raise UnusableMaster("silent") from None


def _places(folder: str, prompt: Prompt) -> tuple[Language, ...]:
    """The languages a delivered file serves; none when it is not wanted there."""
    if prompt.both:
        return LANGUAGES
    return tuple(one for one in LANGUAGES if one == folder and prompt.spoken_in(one))


def _take(folder: str, file: Path, into: Path) -> tuple[Master, list[str]]:
    """Import one file; raises Unusable when nothing can be made of it, KeyError when nobody asked for it."""
    prompt = CATALOGUE[file.stem.lower()]
    languages = _places(folder, prompt)
    if not languages:
        raise KeyError(prompt.name)
    sound, rate, clipped = _read(file)
    made = prepare(sound, rate)
    for language in languages:
        write_sound(into / language / f"{prompt.name}.wav", made)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    found = judge(prompt, languages[0], measure(made))
    lines = [problem.what for problem in found] + ([f"clips {clipped} times"] if clipped else [])
    return Master(f"{folder}/{file.name}", digest, prompt.name, languages, len(made) / RATE, clipped), lines


def _uneven(masters: list[Master]) -> Iterator[str]:
    """Phrases that are much longer in one language: perhaps a sentence is missing."""
    seconds = {(m.name, one): m.seconds for m in masters for one in m.languages}
    for prompt in PHRASES:
        kk, ru = seconds.get((prompt.name, "kk")), seconds.get((prompt.name, "ru"))
        if kk and ru and abs(kk - ru) > UNEVEN * max(kk, ru):
            yield f"{prompt.name}: {kk:.1f} s in kk, {ru:.1f} s in ru"


def import_studio(source: Path, into: Path) -> Import:
    """Import source/{kk,ru,both}/ID.wav into `into`/{kk,ru}/ID.wav; one bad file never stops the rest."""
    masters: list[Master] = []
    problems: list[str] = []
    remarks: list[str] = []
    taken: set[tuple[Language, str]] = set()
    for folder, file in _found(source):
        said = f"{folder}/{file.name}"
        prompt = CATALOGUE.get(file.stem.lower())
        if prompt and taken.intersection((one, prompt.name) for one in _places(folder, prompt)):
            remarks.append(f"{said}: left out, this sound was already delivered")
            continue
        try:
            master, lines = _take(folder, file, into)
        except KeyError:
            problems.append(f"{said}: unknown, nothing of this name is said here")
            continue
        except UnusableMaster as why:
            problems.append(f"{said}: {why}")
            continue
        masters.append(master)
        taken.update((one, master.name) for one in master.languages)
        problems += [f"{said}: {line}" for line in lines]
    if not masters and not problems:
        problems.append("nothing found: expected the folders kk, ru and both")
    remarks += _uneven(masters)
    remarks += [_still(problem) for problem in missing(into)]
    return Import(tuple(masters), tuple(problems), tuple(remarks))


def _still(problem: PromptProblem) -> str:
    return f"{problem.language}/{problem.name}: not recorded yet, the draft stays"
