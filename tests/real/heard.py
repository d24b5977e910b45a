"""Which prompts a caller heard, and when: their sound is found again in what came over the line."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from lab.call import Call
from tests.real.line import RunningLine

RATE = 8000
SAMPLE = 1.2  # seconds of a prompt that are looked for
ALIKE = 0.6  # of 1: correlation from which on it is the prompt

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """A prompt's name, as kk/rate, and when it began (time.monotonic)."""

    prompt: str
    at: float


def heard(line: RunningLine, call: Call, *prompts: str, since: float = 0.0) -> list[Heard]:
    """Where each of `prompts` (kk/rate, ru/goodbye) began in what the call heard, in order of time."""
    times, _ = call.ear.frames(since)
    if not len(times):
        return []
    sound = call.ear.samples(since).astype(np.float64)
    found = [
        Heard(prompt, float(times[0]) + place / RATE)
        for prompt in prompts
        for place in _places(sound, _beginning(line.settings.sounds, prompt))
    ]
    return sorted(found, key=lambda one: one.at)


def names(line: RunningLine, call: Call, *prompts: str, since: float = 0.0) -> list[str]:
    """The prompts heard, in order."""
    return [one.prompt for one in heard(line, call, *prompts, since=since)]


async def hears(line: RunningLine, call: Call, prompt: str, within: float) -> None:
    """Wait until the call has heard the prompt's beginning. Raises TimeoutError."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while not heard(line, call, prompt, since=max(began - 5, time.monotonic() - 5)):
            await asyncio.sleep(0.5)


def _beginning(sounds: Path, prompt: str) -> Reals:
    language, _, name = prompt.partition("/")
    samples, rate = soundfile.read(sounds / language / "111" / f"{name}.wav", dtype="float64")
    assert rate == RATE
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    start = int(loud[0]) if len(loud) else 0
    return np.asarray(samples[start : start + int(SAMPLE * RATE)])


def _places(sound: Reals, piece: Reals) -> list[int]:
    if len(sound) < len(piece):
        return []
    size = 1 << int(np.ceil(np.log2(len(sound) + len(piece))))
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)
    sums = np.concatenate(([0.0], np.cumsum(sound**2)))
    energy = sums[len(piece) :] - sums[: -len(piece)]
    alike = product[: len(energy)] / (np.sqrt(np.maximum(energy, 1.0)) * np.sqrt(np.sum(piece**2)))
    places: list[int] = []
    for place in np.flatnonzero(alike > ALIKE):
        if not places or place - places[-1] > RATE // 2:
            places.append(int(place))
        elif alike[place] > alike[places[-1]]:
            places[-1] = int(place)
    return places
