"""The dispatcher's state as others may see it: consultants and the queue at one moment."""

from dataclasses import dataclass

from config.settings import Language
from routing.dispatch.decisions import Fault
from routing.dispatch.queue import Queue
from routing.dispatch.roster import Roster


@dataclass(frozen=True, slots=True)
class SeatView:
    """One consultant; `state` as Seat.state, `left` seconds of wrap-up or of the ring."""

    id: str
    languages: tuple[Language, ...]
    state: str
    reachable: bool
    call: str | None
    pause: str | None  # reason; may be set while the consultant still talks
    missed: int  # rings in a row
    passed_over: bool
    left: float | None
    since: float | None = None  # monotonic: when the state began, where the seat knows it
    ends_at: float | None = None  # monotonic: of wrap-up, ring or pass-over
    off: bool = False  # the shift has ended; may be set while the consultant still talks
    fault: Fault | None = None  # what the phone did in place of its person, and since when (monotonic)
    fault_at: float | None = None


@dataclass(frozen=True, slots=True)
class CallerView:
    """One caller; `place` from 1, 0 when not waiting; `phase` as waiting.Phase."""

    call: str
    language: Language
    phase: str
    place: int
    arrived: float
    priority: int
    consultant: str | None  # who rings, talks, is reserved, or was ordered
    nobody_on_shift: bool
    moved_up: bool = False
    doubtful: bool = False  # passed over: no sign of life from the leg


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All consultants by id, all callers: those served first, then the queue in order."""

    consultants: tuple[SeatView, ...]
    callers: tuple[CallerView, ...]


def view(floor: Roster, queue: Queue, now: float) -> Snapshot:
    """What `queue show` and `consultants list` print."""
    seats = tuple(
        SeatView(
            id=name,
            languages=seat.who.languages,
            state=seat.state,
            reachable=seat.reachable,
            call=seat.call,
            pause=seat.pause,
            missed=seat.missed,
            passed_over=seat.passed_until is not None,
            left=None if seat.ends_at is None else max(0.0, seat.ends_at - now),
            since=seat.since,
            ends_at=seat.passed_until if seat.state == "passed_over" else seat.ends_at,
            off=seat.off_since is not None,
            fault=seat.fault,
            fault_at=None if seat.fault is None else seat.fault_at,
        )
        for name, seat in sorted(floor.seats.items())
    )
    callers = tuple(
        CallerView(
            call=call,
            language=caller.waiting.language,
            phase=caller.phase.value,
            place=queue.place(caller),
            arrived=caller.waiting.arrived,
            priority=caller.waiting.priority,
            consultant=caller.consultant or caller.pinned,
            nobody_on_shift=caller.told,
            moved_up=caller.reason in ("moved_up", "ordered"),
            doubtful=caller.doubtful,
        )
        for call, caller in sorted(queue.callers.items(), key=lambda item: item[1].key)
    )
    return Snapshot(seats, tuple(sorted(callers, key=lambda caller: caller.phase == "waiting")))
