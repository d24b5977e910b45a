"""Which part of a recording is asked for: never nothing without a word (A19); edge."""

from config.problem import Problem
from config.told import told
from engine.cli.output import say
from recordings.finding.wav_piece import frame_of, place


def stretch(begin: float, end: float | None, frames: int, recording: str) -> tuple[int, int]:
    """The frames from and to; an end beyond the recording's is told. Raises Problem where nothing lies."""
    first, last = frame_of(begin), frames if end is None else frame_of(end)
    if first >= frames:
        raise Problem(
            told(
                "{recording} is {length} long, nothing lies at {begin}: --from is to be before {length}",
                recording=recording,
                length=place(frames),
                begin=place(first),
            )
        )
    if last <= first:
        raise Problem(
            told(
                "--to {end} is not after --from {begin}: nothing lies between; {recording} is {length} long",
                end=place(last),
                begin=place(first),
                recording=recording,
                length=place(frames),
            )
        )
    if last > frames:
        say(
            "{recording} ends at {length}: played to there",
            recording=recording,
            length=place(frames),
            err=True,
        )
    return first, min(last, frames)
