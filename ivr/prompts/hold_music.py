"""Music for those who wait: calm, synthesised, without a moment of silence; edge."""

from functools import cache
from pathlib import Path

import numpy as np

from ivr.prompts.loudness import Sound, loudness
from ivr.prompts.quality import RATE
from ivr.prompts.sound_files import write_sound

LEVEL = -26.0  # LUFS: below the voices, so that a prompt is heard as the nearer thing

_CHORD_SECONDS = 6
_ROUNDS = 4
# Frequencies by MIDI number. Four soft chords (Am7, Fmaj7, C, G6), all within what a telephone carries.
_CHORDS = ((57, 60, 64, 67), (53, 57, 60, 64), (55, 60, 64, 67), (55, 59, 62, 64))
_MELODIES = (
    (76, 72, 69, 72, 76, 79),
    (77, 72, 69, 72, 76, 72),
    (76, 72, 67, 72, 74, 76),
    (74, 71, 67, 71, 74, 71),
    (79, 76, 72, 76, 81, 79),
    (77, 76, 72, 69, 72, 76),
    (79, 76, 74, 72, 74, 76),
    (74, 71, 74, 76, 74, 71),
)


def _hertz(note: int) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


@cache
def _pad(note: int, seconds: float) -> Sound:
    """One held note that swells and fades by a cosine: two in a row overlap to an even whole."""
    time = np.arange(int(seconds * RATE)) / RATE
    tone = sum(
        np.sin(2 * np.pi * _hertz(note) * part * (1 + drift) * time + part) / part**1.6
        for part in (1, 2, 3)
        for drift in (-0.0008, 0.0008)
    )
    return np.asarray(tone * np.sin(np.pi * time / seconds), dtype=np.float64)


@cache
def _bell(note: int) -> Sound:
    """One plucked note, gone after two seconds."""
    time = np.arange(2 * RATE) / RATE
    attack = np.minimum(1, time / 0.02)
    tone = np.sin(2 * np.pi * _hertz(note) * time) + 0.25 * np.sin(4 * np.pi * _hertz(note) * time)
    return np.asarray(tone * attack * np.exp(-2.2 * time) * np.cos(np.pi * time / 4), dtype=np.float64)


def compose() -> Sound:
    """96 seconds at 8 kHz. Every note that outlasts the end goes on at the beginning: no seam."""
    length = len(_CHORDS) * _ROUNDS * _CHORD_SECONDS * RATE
    music = np.zeros(length)

    def put(sound: Sound, second: float, loud: float) -> None:
        places = (int(second * RATE) + np.arange(len(sound))) % length
        music[places] += loud * sound

    for bar in range(len(_CHORDS) * _ROUNDS):
        start = bar * _CHORD_SECONDS
        for note in _CHORDS[bar % len(_CHORDS)]:
            put(_pad(note, 2 * _CHORD_SECONDS), start - _CHORD_SECONDS / 2, 0.25)
        for beat, note in enumerate(_MELODIES[bar % len(_MELODIES)]):
            put(_bell(note), start + beat * _CHORD_SECONDS / 6, 0.35 if beat % 2 == 0 else 0.22)
    return music * 10 ** ((LEVEL - loudness(music)) / 20)


def make_music(into: Path) -> Path:
    """Write 111.wav (8 kHz, mono, 16 bits) into a folder, unless it is there; the file."""
    file = into / "111.wav"
    if not file.is_file():
        write_sound(file, compose())
    return file
