"""`python -m recordings.capture.join`: repairs, compares and joins recordings, in a process of its own; edge.

One job a line of JSON on standard input, one report a line on standard output, until the input ends.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from recordings.capture.join_job import JOB, REPORT, JoinJob, JoinReport, JoinSegment, LegFigures
from recordings.capture.placing import HOLE, PlacedSegment, covered, gaps, place_segments, stereo_blocks
from recordings.capture.sound import BLOCK, repair, track, write_stereo
from recordings.model.leg_levels import LegLevels, LegReport, Samples, compare_legs, cured, measure
from recordings.model.telephone_audio import RATE


def work(job: JoinJob) -> JoinReport:
    """Repair each leg, compare the legs of each piece, join all that has sound."""
    audio = Path(job.audio)
    files = [audio / name for piece in job.pieces for name in (piece.caller, piece.consultant) if name]
    repaired, faults = False, []
    for path in files:
        try:
            repaired |= repair(path)
        except PermissionError:
            faults.append("header_wrong")  # still read by its length; only other players cannot
    every = [_stretch(audio, piece) for piece in job.pieces]
    lengths = tuple(one.samples / RATE for one in every)
    heard = place_segments([one for one in every if one.samples])
    if not heard:
        return JoinReport(pieces=lengths, starts=tuple(one.start for one in job.pieces), repaired=repaired)
    reports = [(one, _compared(one)) for one in heard]
    lost = [one.start / RATE + report.lost_at for one, report in reports if report.lost_at is not None]
    faults += [fault for one, report in reports for fault in (*report.faults, *_headless(one))]
    for (_, before), (_, after) in pairwise(reports):
        faults += cured(before, after)
    if any(last - first > HOLE for first, last in gaps(heard)):
        faults.append("hole")
    written = write_stereo(audio / job.into, stereo_blocks(heard, BLOCK))
    starts = iter(heard)
    return JoinReport(
        seconds=written / RATE,
        sound=covered(heard) / RATE,
        pieces=lengths,
        starts=tuple(next(starts).start / RATE if one.samples else one.start / RATE for one in every),
        repaired=repaired,
        faults=tuple(dict.fromkeys(faults)),
        lost_at=min(lost, default=None),
        silences=tuple(
            replace(silence, first=silence.first + one.start / RATE, last=silence.last + one.start / RATE)
            for one, report in reports
            for silence in report.silences
        ),
        caller=_figures([report.caller for _, report in reports]),
        consultant=_figures([report.consultant for _, report in reports]),
    )


def _stretch(audio: Path, piece: JoinSegment) -> PlacedSegment:
    caller, consultant = (track(audio / name if name else None) for name in (piece.caller, piece.consultant))
    return PlacedSegment(max(0, round(piece.start * RATE)), caller, consultant)


def _compared(one: PlacedSegment) -> LegReport:
    (before, caller), (before_too, consultant) = one.legs
    return compare_legs(
        measure(_blocks(before, caller.blocks(BLOCK))), measure(_blocks(before_too, consultant.blocks(BLOCK)))
    )


def _blocks(before: int, sound: Iterator[Samples]) -> Iterator[Samples]:
    """With the silence in which a leg that lost its begin was not written."""
    for first in range(0, before, BLOCK):
        yield np.zeros(min(BLOCK, before - first), np.int16)
    yield from sound


def _headless(one: PlacedSegment) -> Iterator[str]:
    for name, (before, track_) in zip(("caller", "consultant"), one.legs, strict=True):
        if not track_.whole and track_.samples:
            yield "header_lost"
            if before > HOLE:
                yield f"{name}_gap"


def _figures(legs: list[LegLevels]) -> LegFigures:
    samples = sum(leg.samples for leg in legs)
    power = np.concatenate([leg.power for leg in legs])
    whole = LegLevels(samples, power, np.concatenate([leg.silent for leg in legs]))
    return LegFigures(whole.level, round(whole.silence, 4), round(whole.longest_silence, 1))


def main() -> None:
    """Answer jobs until the engine closes our input."""
    os.nice(10)  # calls come first
    for line in sys.stdin.buffer:
        try:
            report = work(JOB.validate_json(line))
        except Exception as error:  # one bad file must not end the work on all others
            report = JoinReport(error=f"{type(error).__name__}")
        sys.stdout.buffer.write(REPORT.dump_json(report) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
