"""What each consultant did from when to when, and the sums of a day: pure (field.md 5.2, occupancy)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from routing.views import SeatView

TALKED: Final = frozenset({"talking", "reserved"})
MOMENT: Final = 0.001
RECENT: Final = 1.0  # seconds: five looks
AGAIN: Final = 0.5  # seconds: clocks compared may differ by less
AWAY: Final = frozenset({"off_shift", "unreachable"})


@dataclass(frozen=True, slots=True)
class Stint:
    """One state of one consultant; epoch seconds. `missed`: a ring that ended without an answer."""

    consultant: str
    state: str  # Seat.state
    reason: str | None
    call: str | None
    began: float
    ended: float | None = None
    missed: bool = False

    def within(self, since: float, until: float) -> float:
        """Seconds of it between two moments."""
        return max(0.0, min(self.ended or until, until) - max(self.began, since))


@dataclass(frozen=True, slots=True)
class Sum:
    """Seconds of all stints that are over, and since when one of this kind goes on."""

    seconds: float = 0.0
    since: float | None = None

    def by(self, at: float) -> float:
        """Seconds at a moment."""
        return self.seconds + (at - self.since if self.since is not None else 0.0)


@dataclass(frozen=True, slots=True)
class Sums:
    """One consultant's day. `occupancy`: (talk + wrap-up) ÷ time on shift without pauses; None before any."""

    talked: Sum
    paused: Sum
    missed: int
    occupancy: float | None


@dataclass(slots=True)
class Timesheet:
    """The stints of today; `look` tells which have begun or ended since it looked last."""

    today: dict[str, list[Stint]] = field(default_factory=dict)
    open: dict[str, Stint] = field(default_factory=dict)
    _missed: dict[str, int] = field(default_factory=dict)

    def look(self, seats: Iterable[SeatView], at: float, offset: float) -> list[Stint]:
        """Compare with the seats at `at`; `offset` is wall clock minus the seats' own clock."""
        told: list[Stint] = []
        for seat in seats:
            before, missed = self.open.get(seat.id), self._missed.get(seat.id, seat.missed)
            self._missed[seat.id] = seat.missed
            began = at if seat.since is None else min(at, seat.since + offset)
            if before is not None and _same(before, seat, began):
                continue
            if before is not None and began < at - RECENT:
                began = at  # ordered in the middle of a call, and true only from its end
            if before is not None:
                began = max(began, before.began + MOMENT)  # no two begin at once: their begin is their key
                over = replace(before, ended=began, missed=before.state == "ringing" and seat.missed > missed)
                self.today.setdefault(seat.id, []).append(over)
                told.append(over)
            self.open[seat.id] = Stint(seat.id, seat.state, seat.pause, seat.call, began)
            told.append(self.open[seat.id])
        return told

    def restore(self, stints: Iterable[Stint]) -> None:
        """What an earlier engine kept, in order of begin; the last may go on if `look` finds the same state.

        One that a crash left open ended at the latest when the next began.
        """
        for one in stints:
            kept = self.today.setdefault(one.consultant, [])
            if kept and kept[-1].ended is None:
                kept[-1] = replace(kept[-1], ended=one.began)
            kept.append(one)
        for name, kept in self.today.items():
            if kept and kept[-1].ended is None:
                last, now = kept.pop(), self.open.get(name)
                if now is None:
                    self.open[name] = last
                else:
                    kept.append(replace(last, ended=now.began))

    def turn(self, midnight: float) -> None:
        """A new day: what ended before is no longer summed."""
        for name, stints in self.today.items():
            self.today[name] = [one for one in stints if (one.ended or 0.0) > midnight]

    def sums(self, consultant: str, since: float, at: float, shares_at: float | None = None) -> Sums:
        """From `since` to `at`; shares to `shares_at` where that is another moment."""
        over, now = self.today.get(consultant, []), self.open.get(consultant)
        every = [*over, *([now] if now is not None else [])]
        end = at if shares_at is None else shares_at
        talked = sum(one.within(since, end) for one in every if one.state in TALKED | {"wrap_up"})
        present = sum(one.within(since, end) for one in every if one.state not in AWAY | {"paused"})
        return Sums(
            talked=_sum(over, now, TALKED, since, at),
            paused=_sum(over, now, frozenset({"paused"}), since, at),
            missed=sum(one.missed for one in over if since < (one.ended or 0.0) <= at),
            occupancy=talked / present if present >= 60 else None,
        )


def _same(before: Stint, seat: SeatView, began: float) -> bool:
    """The same phone may ring again for the same call: that is another ring."""
    again = seat.state == "ringing" and seat.since is not None and began > before.began + AGAIN
    same = (before.state, before.reason, before.call) == (seat.state, seat.pause, seat.call)
    return same and not again


def _sum(over: Iterable[Stint], now: Stint | None, states: frozenset[str], since: float, at: float) -> Sum:
    seconds = sum(one.within(since, at) for one in over if one.state in states)
    goes_on = now is not None and now.state in states
    return Sum(seconds, max(now.began, since) if now is not None and goes_on else None)
