"""Secrets between Asterisk, the engine and the lab's caller, as values; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets of one copy of the line, each 24+ random characters."""

    agi_token: str
    ami_engine: str
    ami_probe: str
    test_caller: str
    ami_steer: str = ""
