"""Where the dispatcher and the live channels disagree: pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from dialplan.words import CALL
from routing.dispatch.views import SeatView
from routing.live.live import Live

TIED = frozenset({"ringing", "talking", "reserved"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A seat tied to a call that is gone, or an idle seat whose phone talks with the caller of `linked`."""

    consultant: str
    call: str
    linked: str
    why: Literal["call_gone", "talks"]


def mismatches(seats: Iterable[SeatView], live: Live) -> Iterator[Mismatch]:
    """All of this moment; most are gone the next one."""
    alive = {call.word(CALL) for call in live.calls.values()}
    talks = {
        leg.device: (call.word(CALL), linked)
        for linked, call in live.calls.items()
        for leg in call.legs.talking()
    }
    for seat in seats:
        if seat.state in TIED and seat.call and seat.call not in alive:
            yield Mismatch(seat.id, seat.call, "", "call_gone")
        elif seat.call is None and seat.id in talks:
            yield Mismatch(seat.id, *talks[seat.id], "talks")
