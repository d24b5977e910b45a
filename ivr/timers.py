"""How long things take in a call; seconds, all from settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """None of these ends a conversation or a wait: they bound rings and space messages."""

    ring: int
    comfort: float
    ucc_ring: int
    duty_ring: int
    advice: float
