"""Figures of calls, of the board and the reports; their formulas: recordings/journal/figures.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds and shares; None where there was nothing to divide by."""

    offered: int
    answered: int
    abandoned: int
    abandoned_short: int
    average_wait: float | None  # C1: mean(t4 - t0) over the answered
    queue_wait: float | None  # ASA: mean(t4 - t2)
    service_level: float | None  # answered within T of t2 ÷ (answered + abandoned - short)
    longest_wait: float | None  # from t0 to the answer or the hang-up
    average_talk: float | None
    transferred_1414: int = 0  # 1414 took them over (A14)


@dataclass(frozen=True, slots=True)
class Chart:
    """Counts by the quarter of an hour in which the calls arrived."""

    since: float
    step: int
    offered: tuple[int, ...]
    answered: tuple[int, ...]
    abandoned: tuple[int, ...]
