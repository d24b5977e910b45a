"""What is on the two legs of a conversation: who can be heard, and where a side went silent for good."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log10
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recordings.model.telephone_audio import GAP_SECONDS, LOST_SECONDS, RATE, Silence

WINDOW = RATE // 10  # what is judged at once: 0.1 s
SPEAKS = -50.0  # dBFS; louder than this somebody is heard
CURED_SECONDS = 1.0  # up to the end of a segment, when the next one hears that side at once
HEARD_SECONDS = 0.5  # and the other side heard at least this long meanwhile

Samples: TypeAlias = NDArray[np.int16]
Marks: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LegLevels:
    """One leg in windows of 0.1 s: mean square of the samples, and whether all of them are zero."""

    samples: int
    power: NDArray[np.float64]
    silent: Marks

    @property
    def seconds(self) -> float:
        """Length."""
        return self.samples / RATE

    @property
    def level(self) -> float | None:
        """RMS over the whole leg in dBFS; None without a single sample that is not zero."""
        mean = float(self.power.mean()) if len(self.power) else 0.0
        return round(10 * log10(mean / 32768.0**2), 1) if mean else None

    @property
    def silence(self) -> float:
        """Share of windows that are digital silence, 0 to 1; 1 for a leg without audio."""
        return float(self.silent.mean()) if len(self.silent) else 1.0

    @property
    def longest_silence(self) -> float:
        """Seconds of the longest run of digital silence."""
        return max((last - first for first, last in _runs(self.silent)), default=0) * WINDOW / RATE

    @property
    def speaks(self) -> Marks:
        """Windows in which somebody is heard."""
        return self.power > 32768.0**2 * 10 ** (SPEAKS / 10)


@dataclass(frozen=True, slots=True)
class LegReport:
    """Both legs beside each other; `faults` are words for the recording's checks, empty when all is well.

    caller_silent, consultant_silent: never heard, though the other (or nobody) was;
    caller_lost, consultant_lost: digital silence from some moment (`lost_at`, seconds) to the end;
    caller_gap, consultant_gap: a long stretch of it in the middle; lengths_differ: by over a second.
    `silences` say where, of these kinds.
    """

    caller: LegLevels
    consultant: LegLevels
    faults: tuple[str, ...]
    lost_at: float | None
    silences: tuple[Silence, ...] = ()


def measure(blocks: Iterable[Samples]) -> LegLevels:
    """A leg from its samples, block by block; only a few bytes per window are kept."""
    powers: list[NDArray[np.float64]] = []
    silences: list[Marks] = []
    rest = np.zeros(0, np.int16)
    samples = 0
    for block in blocks:
        samples += len(block)
        rest = np.concatenate((rest, block))
        whole = len(rest) - len(rest) % WINDOW
        _judge(rest[:whole].reshape(-1, WINDOW), powers, silences)
        rest = rest[whole:]
    if len(rest):
        _judge(rest.reshape(1, -1), powers, silences)
    power = np.concatenate(powers) if powers else np.zeros(0)
    return LegLevels(samples, power, np.concatenate(silences) if silences else np.zeros(0, np.bool_))


def _judge(windows: Samples, powers: list[NDArray[np.float64]], silences: list[Marks]) -> None:
    powers.append((windows.astype(np.float64) ** 2).mean(axis=1))
    silences.append(np.asarray(~windows.any(axis=1)))


def compare_legs(caller: LegLevels, consultant: LegLevels) -> LegReport:
    """Find a side that the recorder lost; each leg is held against what the other side said."""
    faults: list[str] = []
    silences: list[Silence] = []
    for name, leg, other in (("caller", caller, consultant), ("consultant", consultant, caller)):
        if leg.silence == 1.0:
            longer = max(leg.seconds, other.seconds)
            if longer >= LOST_SECONDS:
                silences.append(Silence(f"{name}_silent", 0.0, longer))
            continue
        for first, last in _runs(_padded(leg.silent, len(other.silent))):
            heard = other.speaks[first:last].sum() * WINDOW / RATE
            seconds = (last - first) * WINDOW / RATE
            to_the_end = last == max(len(leg.silent), len(other.silent))
            if heard < HEARD_SECONDS or seconds < (LOST_SECONDS if to_the_end else GAP_SECONDS):
                continue
            fault = f"{name}_lost" if to_the_end else f"{name}_gap"
            silences.append(Silence(fault, first * WINDOW / RATE, last * WINDOW / RATE))
    faults += [one.fault for one in silences]
    if abs(caller.seconds - consultant.seconds) > 1.0:
        faults.append("lengths_differ")
    lost_at = min((one.first for one in silences), default=None)
    return LegReport(caller, consultant, tuple(dict.fromkeys(faults)), lost_at, tuple(silences))


def cured(before: LegReport, after: LegReport) -> tuple[str, ...]:
    """Sides lost for a moment at the end of a segment, which the next one hears at once: it cured that.

    Shorter than what is called lost without this sign: a phone that sends nothing while its owner listens
    is still silent in the next segment.
    """
    found = []
    pairs = (
        ("caller", before.caller, before.consultant, after.caller),
        ("consultant", before.consultant, before.caller, after.consultant),
    )
    for name, leg, other, next_ in pairs:
        silent = _padded(leg.silent, len(other.silent))
        first, last = next(((a, b) for a, b in _runs(silent) if b == len(silent)), (0, 0))
        heard = other.speaks[first:last].sum() * WINDOW / RATE
        long = (last - first) * WINDOW / RATE >= CURED_SECONDS
        at_once = len(next_.silent) >= 3 and not next_.silent[:3].all()
        if first and long and heard >= HEARD_SECONDS and at_once:
            found.append(f"{name}_lost")
    return tuple(found)


def _padded(marks: Marks, length: int) -> Marks:
    """A leg that ends earlier is silent from there on."""
    return np.concatenate((marks, np.ones(max(0, length - len(marks)), np.bool_)))


def _runs(marks: Marks) -> Iterator[tuple[int, int]]:
    """First and one past the last of every run of true marks."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marks, [False])).astype(np.int8)))
    for first, last in edges.reshape(-1, 2):
        yield int(first), int(last)
