"""Silence of a side that held the conversation is no fault of the recorder; pure.

A phone whose owner presses hold sends nothing, or what the other side does not hear, until it takes the call
back; the recorder has nothing to write of it. Only silence beyond the hold is a fault (A5).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from recordings.model.call_record import Moment
from recordings.model.telephone_audio import GAP_SECONDS, LOST_SECONDS, Silence

ABOUT: Final = 0.7  # seconds by which a phone falls silent before its hold is seen, and speaks after its end


def without_holds(
    faults: Iterable[str], silences: Iterable[Silence], holds: Iterable[Moment], began: datetime
) -> tuple[str, ...]:
    """The `faults` that stand when what was silent during a hold of the same side is taken away.

    `silences` in seconds since `began`. A fault without a silence of its name stays.
    """
    told = list(silences)
    sides = {side: _spans(side, holds, began) for side in ("caller", "consultant")}
    known = {one.fault for one in told}
    stand = {one.fault for one in told if _unheld(one, sides[one.fault.split("_", 1)[0]]) >= _least(one)}
    return tuple(fault for fault in faults if fault not in known or fault in stand)


def _spans(side: str, holds: Iterable[Moment], began: datetime) -> list[tuple[float, float]]:
    mine = [one for one in holds if one.kind == "hold" and (one.party == "caller") == (side == "caller")]
    return [
        (
            (one.at - began - timedelta(seconds=ABOUT)).total_seconds(),
            ((one.until - began).total_seconds() + ABOUT) if one.until else float("inf"),
        )
        for one in mine
    ]


def _unheld(silence: Silence, spans: list[tuple[float, float]]) -> float:
    """Seconds of the longest stretch of it that no hold covers."""
    longest, at = 0.0, silence.first
    for first, last in sorted(spans):
        longest = max(longest, min(first, silence.last) - at)
        at = max(at, min(last, silence.last))
    return max(longest, silence.last - at)


def _least(silence: Silence) -> float:
    return GAP_SECONDS if silence.fault.endswith("_gap") else LOST_SECONDS
