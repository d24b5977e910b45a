"""`python -m recordings.join`: repairs, compares and joins recordings, in a process of its own.

One job a line of JSON on standard input, one report a line on standard output, until the input ends.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from recordings.audio import Leg, LegReport, compare_legs, joined, measure
from recordings.files import BLOCK, blocks, repair, sound_length, write_stereo


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment: `start` in seconds from the first one's start; files relative to the audio folder."""

    start: float
    caller: str | None
    consultant: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A recording to look at; the stereo file is written to `into` when there is any sound."""

    audio: str
    into: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LegFigures:
    """As entries.RecordingChecked has them."""

    level: float | None
    silence: float
    longest: float


@dataclass(frozen=True, slots=True)
class Report:
    """`seconds` of the stereo file and of each piece; `faults` as audio.LegReport, `error` when it failed."""

    seconds: float = 0.0
    pieces: tuple[float, ...] = ()
    repaired: bool = False
    faults: tuple[str, ...] = ()
    lost_at: float | None = None
    caller: LegFigures | None = None
    consultant: LegFigures | None = None
    error: str | None = None


JOB: TypeAdapter[Job] = TypeAdapter(Job)
REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def join_stereo(audio: Path, pieces: Sequence[Piece], into: Path) -> int:
    """Segments at their places with silence between, caller left and consultant right; samples written."""
    ordered = sorted(pieces, key=lambda piece: piece.start)
    return write_stereo(
        into,
        joined(
            (
                (piece.start, blocks(_path(audio, piece.caller)), blocks(_path(audio, piece.consultant)))
                for piece in ordered
            ),
            BLOCK,
        ),
    )


def work(job: Job) -> Report:
    """Repair each leg, compare the legs of each piece, join all that has sound."""
    audio = Path(job.audio)
    files = [
        path
        for piece in job.pieces
        for name in (piece.caller, piece.consultant)
        if (path := _path(audio, name))
    ]
    repaired, faults = False, []
    for path in files:
        try:
            repaired |= repair(path)
        except PermissionError:
            faults.append("header_wrong")  # still read by its length; only other players cannot
    lengths = [
        max(_samples(audio, piece.caller), _samples(audio, piece.consultant)) / 8000 for piece in job.pieces
    ]
    heard = [piece for piece, seconds in zip(job.pieces, lengths, strict=True) if seconds]
    if not heard:
        return Report(pieces=tuple(lengths), repaired=repaired)
    reports = [(piece, _compared(audio, piece)) for piece in heard]
    lost = [piece.start + report.lost_at for piece, report in reports if report.lost_at is not None]
    faults += [fault for _, report in reports for fault in report.faults]
    written = join_stereo(audio, heard, audio / job.into)
    return Report(
        seconds=written / 8000,
        pieces=tuple(lengths),
        repaired=repaired,
        faults=tuple(dict.fromkeys(faults)),
        lost_at=min(lost, default=None),
        caller=_figures([report.caller for _, report in reports]),
        consultant=_figures([report.consultant for _, report in reports]),
    )


def _path(audio: Path, name: str | None) -> Path | None:
    return audio / name if name else None


def _samples(audio: Path, name: str | None) -> int:
    path = _path(audio, name)
    return sound_length(path) if path else 0


def _compared(audio: Path, piece: Piece) -> LegReport:
    return compare_legs(
        measure(blocks(_path(audio, piece.caller))), measure(blocks(_path(audio, piece.consultant)))
    )


def _figures(legs: list[Leg]) -> LegFigures:
    samples = sum(leg.samples for leg in legs)
    power = np.concatenate([leg.power for leg in legs])
    whole = Leg(samples, power, np.concatenate([leg.silent for leg in legs]))
    return LegFigures(whole.level, round(whole.silence, 4), round(whole.longest_silence, 1))


def main() -> None:
    """Answer jobs until the engine closes our input."""
    os.nice(10)  # calls come first
    for line in sys.stdin.buffer:
        try:
            report = work(JOB.validate_json(line))
        except Exception as error:  # one bad file must not end the work on all others
            report = Report(error=f"{type(error).__name__}")
        sys.stdout.buffer.write(REPORT.dump_json(report) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
