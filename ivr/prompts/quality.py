"""What a finished prompt must be, and what is wrong with one, said in a line."""

from dataclasses import dataclass

from config.settings import Language
from ivr.prompts.prompt import Prompt

RATE = 8000  # samples a second, of every file that is played
TARGET = -20.0  # LUFS, beside Asterisk's own prompts; dBFS RMS for files below SHORT
TOLERANCE = 1.0
CEILING = -3.0  # dBTP
SHORT = 0.4  # seconds: the loudness meter's block
SHORTEST = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Measure:
    """What a finished prompt is like: seconds, loudness (LUFS, or RMS dBFS when short), peak (dBTP)."""

    seconds: float
    loudness: float
    peak: float


@dataclass(frozen=True, slots=True)
class PromptProblem:
    """One thing wrong with one prompt in one language."""

    language: Language
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.language}/{self.name}: {self.what}"


def judge(prompt: Prompt, language: Language, sound: Measure) -> list[PromptProblem]:
    """What a measured prompt lacks: length, level, peak."""
    problems = []
    if sound.seconds < SHORTEST:
        problems.append(f"empty or too short: {sound.seconds:.2f} s")
    elif abs(sound.loudness - TARGET) > TOLERANCE:
        problems.append(f"level {sound.loudness:.1f} instead of {TARGET:.0f} +-{TOLERANCE:.0f}")
    if sound.seconds > prompt.most:
        problems.append(f"lasts {sound.seconds:.1f} s, at most {prompt.most:.1f} s")
    # 16 bits round a peak by far less than 0.05 dB.
    if sound.peak > CEILING + 0.05:
        problems.append(f"peak {sound.peak:.1f} dBTP, at most {CEILING:.0f}")
    return [PromptProblem(language, prompt.name, what) for what in problems]
