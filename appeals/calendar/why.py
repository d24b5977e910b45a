"""Why something leaves when it does, as a value that can be kept; its words are in words.py; pure (A16)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AtReceipt(StrEnum):
    """What the moment of receipt was for the body."""

    ROUND_THE_CLOCK = "round_the_clock"  # it never closes
    WORKING = "working"  # within its hours: at once
    HOLIDAY = "holiday"
    CLOSED = "closed"  # this body's closure
    DAY_OFF = "day_off"  # a weekday without hours
    BEFORE = "before"  # before its hours of that day
    BREAK = "break"  # between two stretches: lunch
    AFTER = "after"  # after its hours of that day


@dataclass(frozen=True, slots=True)
class PassedDay:
    """A holiday or a closure between receipt and the first working minute; names "" where it has none."""

    day: date
    reason: AtReceipt
    name_kk: str
    name_ru: str


@dataclass(frozen=True, slots=True)
class Why:
    """`received` and `first` aware, in the centre's zone. `moved`: `first` lies on a swapped working day."""

    received: datetime
    first: datetime
    reason: AtReceipt
    name_kk: str = ""  # of the holiday or closure of the day of receipt
    name_ru: str = ""
    passed: tuple[PassedDay, ...] = ()
    moved: bool = False
