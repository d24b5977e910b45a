"""Telephone audio in words and numbers, for who judges it without reading samples; pure."""

from dataclasses import dataclass

RATE = 8000  # samples a second of 16 bits

# A side whose RTP numbering restarts lower is lost to MixMonitor: exact zeros to the end, while a real
# line, however quiet, is never all zeros in A-law.
LOST_SECONDS = 2.0  # digital silence up to the end, as long as this
GAP_SECONDS = 30.0  # digital silence in the middle: the lost side came back


@dataclass(frozen=True, slots=True)
class Silence:
    """From where to where (seconds) the side that `fault` names was silent."""

    fault: str
    first: float
    last: float
