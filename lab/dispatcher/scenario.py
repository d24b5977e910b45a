"""What a generated day is like: how many come, how long they talk, what goes wrong."""

import random
from dataclasses import dataclass, field

from routing.dispatch.assigner import Rules


@dataclass(frozen=True, slots=True)
class Day:
    """How a day goes; shares are probabilities, times seconds."""

    seed: int
    consultants: int = 5
    callers: int = 60
    length: float = 3600.0
    talk: float = 180.0
    patience: float = 600.0
    misses: float = 0.15
    refusals: float = 0.05
    unseen: float = 0.05  # answers that AMI never told
    pauses: float = 0.02  # a minute, per consultant
    shift_ends: float = 0.01  # the same
    diversions: float = 0.2  # of days
    flickers: float = 0.02  # the same, phone lost
    ucc: float = 0.2  # conversations that try 1414
    orders: float = 0.05  # of callers
    doubles: float = 0.1  # events told twice
    rules: Rules = field(default_factory=Rules)

    @classmethod
    def drawn(cls, seed: int) -> "Day":
        """A day of any kind: quiet or overrun, well or badly staffed, good or bad phones."""
        r = random.Random(seed)  # noqa: S311 - invented days, no secrets
        rules = Rules(
            ring_seconds=r.choice((5.0, 20.0)),
            wrap_up_seconds=r.choice((0.0, 0.0, 15.0, 30.0)),
            missed_ring_seconds=r.choice((0.0, 60.0, 300.0)),
            between_rings_seconds=r.choice((0.0, 2.0)),
        )
        return cls(
            seed=seed,
            consultants=r.choice((0, 1, 2, 3, 5, 8)),
            callers=r.choice((5, 15, 40)),
            length=r.choice((900.0, 3600.0)),
            patience=r.choice((30.0, 600.0, 5000.0)),
            misses=r.choice((0.0, 0.2, 0.8)),
            refusals=r.choice((0.0, 0.1, 0.5)),
            pauses=r.choice((0.0, 0.05, 0.3)),
            shift_ends=r.choice((0.0, 0.02, 0.1)),
            diversions=r.choice((0.0, 0.0, 1.0)),
            flickers=r.choice((0.0, 0.05, 0.3)),
            ucc=r.choice((0.0, 0.3)),
            orders=r.choice((0.0, 0.2)),
            rules=rules,
        )
