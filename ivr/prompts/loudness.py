"""The sound of a prompt, as arrays: trim, resample, level, limit, measure. No files."""

from functools import cache
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from ivr.prompts.quality import CEILING, RATE, SHORT, TARGET, Measure

Sound = NDArray[np.float64]  # mono, full scale 1.0

_SILENCE = -120.0
_LOOK = RATE // 200  # the limiter looks 5 ms each way
_EDGE = RATE // 100  # 10 ms fades, so that no prompt begins or ends with a click


class Silent(Exception):
    """There is nothing to hear."""


def decibels(amplitude: float) -> float:
    """dB relative to full scale, -120 for silence."""
    return max(_SILENCE, 20 * float(np.log10(max(amplitude, 1e-12))))


def rms(sound: Sound) -> float:
    """Root mean square in dBFS."""
    return decibels(float(np.sqrt(np.mean(sound**2)))) if len(sound) else _SILENCE


@cache
def _meter(rate: int) -> Any:
    # Half a second of scipy: only those who measure pay it, not every command.
    import pyloudnorm  # noqa: PLC0415

    return pyloudnorm.Meter(rate)


def loudness(sound: Sound, rate: int = RATE) -> float:
    """LUFS (ITU-R BS.1770), or RMS for what is shorter than one block of it."""
    if len(sound) < SHORT * rate:
        return rms(sound)
    # The meter answers -inf when no block passes its gate.
    return max(_SILENCE, float(_meter(rate).integrated_loudness(sound)))


def true_peak(sound: Sound, rate: int = RATE) -> float:
    """Highest point between the samples too, in dBTP, by fourfold oversampling."""
    if not len(sound):
        return _SILENCE
    finer = soxr.resample(sound, rate, rate * 4)
    return decibels(max(float(np.max(np.abs(sound))), float(np.max(np.abs(finer), initial=0.0))))


def measure(sound: Sound) -> Measure:
    """Length, loudness and peak of a mono sound at 8 kHz."""
    return Measure(len(sound) / RATE, loudness(sound), true_peak(sound))


def trim(sound: Sound, rate: int, head: float = 0.02, tail: float = 0.06) -> Sound:
    """Cut the silence at both ends, leaving `head` and `tail` seconds; raises Silent."""
    window = max(1, rate // 100)
    count = len(sound) // window
    if not count:
        raise Silent
    energy = np.sqrt(np.mean(sound[: count * window].reshape(count, window) ** 2, axis=1))
    # Speech is what comes within 40 dB of the loudest moment; a file below -60 dBFS holds none.
    loud = np.nonzero(energy > max(float(energy.max()) / 100, 1e-3))[0]
    if not len(loud):
        raise Silent
    first = max(0, int(loud[0]) * window - int(head * rate))
    last = min(len(sound), (int(loud[-1]) + 1) * window + int(tail * rate))
    return sound[first:last]


def to_line_rate(sound: Sound, rate: int) -> Sound:
    """Resample to the 8 kHz of the telephone."""
    return np.asarray(soxr.resample(sound, rate, RATE, quality="VHQ"), dtype=np.float64)


def high_pass(sound: Sound, rate: int, hertz: float = 100.0) -> Sound:
    """Take away rumble and breath below `hertz`: a smooth edge in the spectrum, no shift in time."""
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / rate)
    spectrum *= np.sqrt(1 / (1 + (hertz / np.maximum(frequency, 1e-6)) ** 8))
    return np.fft.irfft(spectrum, len(sound))


def limit(sound: Sound, ceiling: float) -> Sound:
    """Turn down the moments above `ceiling` (dBTP), smoothly, 5 ms before and after each."""
    finer = np.abs(soxr.resample(sound, RATE, RATE * 4))
    finer = np.pad(finer, (0, max(0, 4 * len(sound) - len(finer))))[: 4 * len(sound)]
    peaks = np.maximum(finer.reshape(-1, 4).max(axis=1), np.abs(sound))
    wanted = np.minimum(1.0, 10 ** (ceiling / 20) / np.maximum(peaks, 1e-9))
    around = np.lib.stride_tricks.sliding_window_view(np.pad(wanted, 2 * _LOOK, mode="edge"), 2 * _LOOK + 1)
    lowest = around.min(axis=1)
    weights = np.hanning(2 * _LOOK + 3)[1:-1]
    # A mean over the same width never rises above the gain that the peak in its middle needs.
    return sound * np.convolve(lowest, weights / weights.sum(), mode="valid")


def level(sound: Sound) -> Sound:
    """To -20 LUFS (RMS when short) and at most -3 dBTP, faded at both ends; raises Silent.

    Level and peak conflict in lively speech: gain and limiter take turns until both hold.
    """
    if rms(sound) <= -80:
        raise Silent
    fade = min(_EDGE, len(sound) // 2)
    envelope = np.ones(len(sound))
    envelope[:fade] = np.linspace(0, 1, fade)
    envelope[len(sound) - fade :] = np.linspace(1, 0, fade)
    source = sound * envelope
    gain = TARGET - loudness(source)
    levelled = source
    for _ in range(12):
        levelled = limit(source * 10 ** (gain / 20), CEILING - 0.3)
        miss = TARGET - loudness(levelled)
        if abs(miss) < 0.2:
            break
        gain += miss
    return levelled
