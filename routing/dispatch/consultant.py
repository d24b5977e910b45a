"""One consultant's state, as the engine holds it: reach, pause, missed rings, and the call at hand."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from config.settings import Language
from routing.dispatch.decisions import Fault

# Faults in a row after which a phone that rests is nobody's: callers go to others, or to the duty phone.
# Of one that drops the caller hears each try; of one that forwards nothing, and it is tried for a minute.
GIVEN_UP: Final[dict[Fault, int]] = {"drops": 3, "forwards": 6}


@dataclass(frozen=True, slots=True)
class Consultant:
    """Who can serve; `languages` in order of preference."""

    id: str
    languages: tuple[Language, ...]


class Activity(StrEnum):
    """What the consultant does; pause and reach are facts beside it."""

    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    RESERVED = "reserved"  # waits whether 1414 answers the caller
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class SavedSeat:
    """What of a consultant survives the engine's restart; seconds, relative to the moment of keeping."""

    id: str
    pause: str | None = None
    paused_for: float = 0.0
    wrap_up_left: float = 0.0
    passed_over_left: float = 0.0
    passed_over_in: tuple[Language, ...] = ()
    missed: int = 0
    idle_for: float | None = None
    off_for: float | None = None  # the shift has ended so long ago
    fault: Fault | None = None
    faults: int = 0
    fault_for: float = 0.0


@dataclass(slots=True)
class Seat:
    """A consultant's place at the line; changed by the dispatcher only."""

    who: Consultant
    activity: Activity = Activity.IDLE
    call: str | None = None  # rings, talks or is reserved for
    reachable: bool = False
    pause: str | None = None  # a human's reason; always obeyed
    paused_at: float = 0.0
    off_since: float | None = None  # the shift has ended; None while on it
    gone_since: float | None = None  # the phone is not reachable
    missed: int = 0  # rings in a row
    fault: Fault | None = None  # what the phone did last; until it is seen to answer as it should
    faults: int = 0  # in a row
    fault_at: float = 0.0  # the first of them
    passed_until: float | None = None  # the machine's pass-over after a missed ring
    passed_in: frozenset[Language] = frozenset()  # in these languages somebody else was available
    free_since: float | None = None
    rang_at: float = 0.0
    ring: int = 0  # number of the last ring
    rest_until: float | None = None  # a breath after a ring refused at once, longer each time
    ends_at: float | None = None  # ring presumed answered, or wrap-up over
    withdrawn: bool = False  # the ring is being stopped
    presumed: bool = False  # talking, though nobody saw the answer
    forgotten: bool = False  # dropped as soon as the call at hand is over
    listed: list[tuple[list[tuple[int, float, str]], tuple[int, float, str]]] = field(default_factory=list)
    counted: tuple[Language, ...] = ()

    @property
    def on_shift(self) -> bool:
        """Takes calls; who talks is there whatever the network says of the phone."""
        present = self.reachable or self.activity is Activity.TALKING
        return (
            present
            and self.pause is None
            and self.off_since is None
            and not self.forgotten
            and not self.given_up
        )

    @property
    def given_up(self) -> bool:
        """The phone has failed again and again and rests: callers are not kept waiting for it."""
        resting = self.rest_until is not None
        return resting and self.fault is not None and self.faults >= GIVEN_UP[self.fault]

    @property
    def available(self) -> bool:
        """Can be rung now, if need be in spite of a missed ring."""
        return self.activity is Activity.IDLE and self.on_shift and self.rest_until is None

    @property
    def state(self) -> str:
        """One word for lists: the activity, else what keeps the consultant from calls, else available."""
        if self.activity is not Activity.IDLE:
            return self.activity.value
        if self.off_since is not None:
            return "off_shift"
        if not self.reachable:
            return "unreachable"
        if self.pause is not None:
            return "paused"
        return "passed_over" if self.passed_until is not None else "available"

    @property
    def since(self) -> float | None:
        """When that state began, where the seat itself knows it."""
        match self.state:
            case "ringing":
                return self.rang_at
            case "off_shift":
                return self.off_since
            case "unreachable":
                return self.gone_since
            case "paused":
                return self.paused_at
            case "available" | "passed_over":
                return self.free_since
            case _:
                return None

    def saved(self, now: float) -> SavedSeat:
        """What must survive a restart."""
        wrap_up = self.ends_at - now if self.activity is Activity.WRAP_UP and self.ends_at else 0.0
        return SavedSeat(
            id=self.who.id,
            pause=self.pause,
            paused_for=now - self.paused_at if self.pause is not None else 0.0,
            wrap_up_left=max(0.0, wrap_up),
            passed_over_left=max(0.0, self.passed_until - now) if self.passed_until is not None else 0.0,
            passed_over_in=tuple(sorted(self.passed_in)),
            missed=self.missed,
            idle_for=now - self.free_since if self.free_since is not None else None,
            off_for=now - self.off_since if self.off_since is not None else None,
            fault=self.fault,
            faults=self.faults,
            fault_for=now - self.fault_at if self.fault is not None else 0.0,
        )
