"""The consultants by language: who is on shift, who is available, and who of them comes first."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from config.settings import Language
from routing.dispatch.consultant import Seat

Row = list[tuple[int, float, str]]  # (0 first language or 1 further, idle since, id), best first


@dataclass(slots=True)
class Roster:
    """All seats, with one ordered row per language, so that no event scans callers x consultants."""

    seats: dict[str, Seat] = field(default_factory=dict)
    free: defaultdict[Language, Row] = field(default_factory=lambda: defaultdict(list))
    passed: defaultdict[Language, Row] = field(default_factory=lambda: defaultdict(list))
    on_shift: Counter[Language] = field(default_factory=Counter)

    def best(self, language: Language) -> Seat | None:
        """Who is rung next; one passed over only when nobody else is available."""
        row = self.free[language] or self.passed[language]
        return self.seats[row[0][2]] if row else None

    def settle(self, seat: Seat, now: float) -> tuple[Language, ...]:
        """Bring the rows in line with the seat; returns the languages whose shift opened or emptied."""
        for row, key in seat.listed:
            del row[bisect_left(row, key)]
        seat.listed.clear()
        if seat.available:
            if seat.free_since is None:
                seat.free_since = now
            for place, language in enumerate(seat.who.languages):
                row = (self.passed if language in seat.passed_in else self.free)[language]
                key = (min(place, 1), seat.free_since, seat.who.id)
                insort(row, key)
                seat.listed.append((row, key))
        return self._count(seat)

    def _count(self, seat: Seat) -> tuple[Language, ...]:
        before, seat.counted = seat.counted, seat.who.languages if seat.on_shift else ()
        if before == seat.counted:
            return ()
        was = {language: self.on_shift[language] for language in (*before, *seat.counted)}
        self.on_shift.subtract(before)
        self.on_shift.update(seat.counted)
        return tuple(name for name, count in was.items() if (count == 0) != (self.on_shift[name] == 0))
