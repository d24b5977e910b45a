"""Days that are out of the ordinary, for everybody or for one body; pure (A16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

EVERYBODY = ""  # body of a day that holds for all


class DayKind(StrEnum):
    """What is different on a day."""

    HOLIDAY = "holiday"  # a holiday, or a day off moved here: who has hours does not work
    WORKING = "working"  # worked though its weekday is free: a swapped day
    SHORT = "short"  # ends earlier
    CLOSED = "closed"  # one body's closure, whatever its hours
    ORDINARY = "ordinary"  # as its weekday, whatever the library of holidays says


@dataclass(frozen=True, slots=True)
class Day:
    """One entry of the calendar; `body` "" for everybody.

    `like`: the weekday (1 Monday … 7 Sunday) whose hours a WORKING day has; `shorter`: minutes by which a
    SHORT day ends earlier. `estimated`: the library could not know the day (Eid, by the moon).
    """

    day: date
    kind: DayKind
    body: str = EVERYBODY
    like: int = 1
    shorter: int = 0
    name_kk: str = ""
    name_ru: str = ""
    source: str = ""
    estimated: bool = False

    def name(self, language: str) -> str:
        """In Kazakh or Russian; "" where nobody named it."""
        return self.name_ru if language == "ru" else self.name_kk


def for_body(days: Iterable[Day], body: str) -> dict[date, Day]:
    """The days as one body has them: an entry of its own wins over everybody's."""
    known = sorted((one for one in days if one.body in (EVERYBODY, body)), key=lambda one: one.body)
    return {one.day: one for one in known}
