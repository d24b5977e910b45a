"""Measuring sound: tones, silence, and whether a recording holds what was spoken; 8 kHz unless told; edge."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from lab.g711 import Samples

SILENT: Final = -50.0  # dBFS: below this nobody hears anything
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """A tone in a recording; times in seconds from its beginning, frequency in Hz."""

    channel: int
    frequency: float
    start: float
    end: float


def level(samples: NDArray[np.int16]) -> float:
    """RMS level in dBFS of the last axis as one block; -120 for digital silence."""
    return float(levels(samples.reshape(1, -1))[0]) if samples.size else -120.0


def levels(frames: NDArray[np.int16]) -> Reals:
    """RMS level in dBFS of each row."""
    power = np.mean(np.square(frames.astype(np.float64) / 32768), axis=1)
    decibels: Reals = 10 * np.log10(np.maximum(power, 1e-12))
    return decibels


def tone_levels(frames: NDArray[np.int16], frequencies: list[int], rate: int = 8000) -> Reals:
    """Goertzel: the level in dBFS of each frequency in each row, rows x frequencies."""
    turn = np.exp(-2j * np.pi * np.outer(np.arange(frames.shape[1]), frequencies) / rate)
    size = np.abs(frames.astype(np.float64) / 32768 @ turn) * np.sqrt(2) / frames.shape[1]
    decibels: Reals = 20 * np.log10(np.maximum(size, 1e-6))
    return decibels


def sounding(
    frames: NDArray[np.int16], frequency: int, rate: int = 8000, *, share: float = 0.05
) -> NDArray[np.bool_]:
    """In which rows the tone sounds: above -45 dBFS and at least `share` of the row's energy."""
    tones = tone_levels(frames, [frequency], rate)[:, 0]
    heard: NDArray[np.bool_] = (tones > -45) & (tones > levels(frames) + 10 * np.log10(share))
    return heard


def holds_tone(samples: Samples, frequency: int, threshold: float = 0.5, rate: int = 8000) -> bool:
    """Whether the tone sounds in at least `threshold` (0-1) of the 20 ms frames."""
    size = rate // 50
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    return bool(len(frames)) and float(np.mean(sounding(frames, frequency, rate))) >= threshold


def load(path: Path) -> tuple[NDArray[np.int16], int]:
    """A sound file as (channels x samples, rate). Raises soundfile.LibsndfileError."""
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    return samples.T, rate


def longest_silence(samples: Samples, rate: int = 8000) -> float:
    """Seconds of the longest stretch below -50 dBFS."""
    size = rate // 50
    loud = levels(samples[: len(samples) // size * size].reshape(-1, size)) >= SILENT
    edges = np.flatnonzero(np.concatenate(([True], loud, [True])))
    return float((np.diff(edges) - 1).max(initial=0)) * 0.02


def tones_in(wav: Path, *, shortest: float = 0.1) -> list[Heard]:
    """Every steady tone in each channel of a sound file, in order of start. No candidates are needed."""
    channels, rate = load(wav)
    found = [
        h
        for n, samples in enumerate(channels)
        for h in _tones(n, samples, rate)
        if h.end - h.start >= shortest
    ]
    return sorted(found, key=lambda heard: (heard.start, heard.channel))


def _tones(channel: int, samples: Samples, rate: int) -> list[Heard]:
    """Peaks of 100 ms windows, one each 20 ms, joined while they stay within 12 Hz."""
    size, hop = rate // 10, rate // 50
    if len(samples) < size:
        return []
    rows = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    open_tones: list[Heard] = []
    done: list[Heard] = []
    for n, row in enumerate(rows):
        middle = (n * hop + size / 2) / rate
        for frequency in _peaks(row, rate):
            tone = next((t for t in open_tones if abs(t.frequency - frequency) < 12), None)
            if tone:
                open_tones.remove(tone)
            start = tone.start if tone else middle - 0.01
            # A tone sounds from the middle of the first window that shows it to that of the last.
            open_tones.append(Heard(channel, tone.frequency if tone else frequency, start, middle + 0.01))
        done += [t for t in open_tones if t.end < middle - 0.05]
        open_tones = [t for t in open_tones if t.end >= middle - 0.05]
    return done + open_tones


def _peaks(row: Samples, rate: int) -> list[float]:
    """Frequencies (Hz, to about 1 Hz) that hold at least a fifth of a window's energy."""
    if level(row) < SILENT:
        return []
    spectrum = np.abs(np.fft.rfft(row * np.hanning(len(row)))) ** 2
    total = float(spectrum[2:].sum()) or 1.0
    peaks: list[float] = []
    for bin_ in np.argsort(spectrum[2:-2])[::-1][:12] + 2:
        near = spectrum[bin_ - 2 : bin_ + 3]
        if spectrum[bin_] < near.max() or near.sum() / total < 0.2:
            continue
        below, top, above = np.log(near[1:4] + 1e-9)
        peaks.append(
            round(float(bin_ + 0.5 * (below - above) / (below - 2 * top + above)) * rate / len(row), 1)
        )
    return peaks


def find(samples: Samples, part: Samples) -> tuple[float, float]:
    """Where `part` (a prompt, same rate) lies in `samples`: (start in s at 8 kHz, likeness 0-1)."""
    if len(part) == 0 or len(samples) < len(part):
        return 0.0, 0.0
    long, short = samples.astype(np.float64), part.astype(np.float64)
    size = 1 << (len(long) + len(short)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)
    cross = cross[: len(long) - len(short) + 1]
    sums = np.concatenate(([0.0], np.cumsum(long**2)))
    energy = sums[len(short) :] - sums[: -len(short)]
    likeness = cross / np.sqrt(np.maximum(energy, 1.0) * max(float((short**2).sum()), 1.0))
    best = int(np.argmax(likeness))
    return best / 8000, float(likeness[best])
