"""What each consultant did from when to when, and the sums of a day: pure (decision 0051)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from routing.dispatch.views import SeatView

TALKED: Final = frozenset({"talking", "reserved"})
RUNG: Final = frozenset({"ringing", "talking"})  # a phone that answers and drops has answered nobody
BUSY: Final = TALKED | {"wrap_up"}
PAUSED: Final = frozenset({"paused"})
MOMENT: Final = 0.001
STANDSTILL: Final = 300.0  # seconds: a restart takes less
RECENT: Final = 1.0  # seconds: five looks
AGAIN: Final = 0.5  # seconds: clocks compared may differ by less
AWAY: Final = frozenset({"off_shift", "unreachable"})
NOT_PRESENT: Final = AWAY | PAUSED


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

    @property
    def key(self) -> tuple[str, float, str]:
        """As the journal knows it."""
        return self.consultant, round(self.began, 3), self.state

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
    _last_sign: float | None = None
    _closed: dict[str, tuple[tuple[float, float, int], tuple[float, float, int, float, float]]] = field(
        default_factory=dict
    )  # sums of what is over, until there is more of it

    def look(self, seats: Iterable[SeatView], at: float, offset: float) -> list[Stint]:
        """Compare with the seats at `at`; `offset` is wall clock minus the seats' own clock."""
        told: list[Stint] = []
        if self._last_sign is not None:
            told += self._stood_still(at)
        seen = set()
        for seat in seats:
            seen.add(seat.id)
            before, missed = self.open.get(seat.id), self._missed.get(seat.id, seat.missed)
            self._missed[seat.id] = seat.missed
            began = at if seat.since is None else min(at, seat.since + offset)
            if before is not None and _same(before, seat, began):
                continue
            if before is not None and began < at - RECENT:
                began = at  # ordered in the middle of a call, and true only from its end
            if before is not None:
                began = max(began, before.began + MOMENT)  # no two begin at once: their begin is their key
                over = replace(before, ended=began, missed=before.state in RUNG and seat.missed > missed)
                self.today.setdefault(seat.id, []).append(over)
                told.append(over)
            self.open[seat.id] = Stint(seat.id, seat.state, seat.pause, seat.call, began)
            told.append(self.open[seat.id])
        for name in self.open.keys() - seen:  # no consultant any more
            told.append(self._end(name, at))
        return told

    def left(self, over: Stint) -> str | None:
        """The call whose consultant is free again with the end of `over`, its wrap-up included; else None."""
        if over.state not in BUSY:
            return None
        before = next(
            (one for one in reversed(self.today.get(over.consultant, ())) if one.state in TALKED), None
        )
        call = over.call or (before.call if before is not None else None)
        now = self.open.get(over.consultant)
        goes_on = now is not None and now.state in BUSY and now.call in (None, call)
        return None if goes_on else call

    def _stood_still(self, at: float) -> list[Stint]:
        """Open stints of an earlier engine end with its last sign of life, if that was long ago."""
        sign, self._last_sign = self._last_sign or at, None
        if at - sign < STANDSTILL:
            return []
        return [self._end(name, max(one.began, sign)) for name, one in tuple(self.open.items())]

    def _end(self, name: str, at: float) -> Stint:
        over = replace(self.open.pop(name), ended=at)
        self.today.setdefault(name, []).append(over)
        self._missed.pop(name, None)
        return over

    def restore(self, stints: Iterable[Stint]) -> None:
        """What the journal has, in order of begin; the last may go on if `look` finds the same state.

        One that a crash left open ended when the next began, or soon after the last sign of life that
        anybody gave: a line that stood still is nobody's work. What is known here already is left out.
        """
        every = tuple(stints)
        mine = {one.key for kept in self.today.values() for one in kept} | {o.key for o in self.open.values()}
        told = [one for one in every if one.key not in mine]
        last_sign = max((max(one.began, one.ended or 0.0) for one in every), default=0.0)
        grouped: dict[str, list[Stint]] = {}
        for one in told:
            kept = grouped.setdefault(one.consultant, [])
            if kept and kept[-1].ended is None:
                kept[-1] = replace(kept[-1], ended=one.began)
            kept.append(one)
        for name, kept in grouped.items():
            if kept[-1].ended is None:
                last, now = kept.pop(), self.open.get(name)
                if now is None:
                    self.open[name] = last
                    self._last_sign = last_sign
                else:
                    later = min([now.began, *(one.began for one in self.today.get(name, ()))])
                    kept.append(replace(last, ended=max(last.began, later)))
            self.today[name] = sorted([*kept, *self.today.get(name, ())], key=lambda one: one.began)
        self._closed.clear()

    def turn(self, midnight: float) -> None:
        """A new day: what ended before is no longer summed."""
        for name, stints in self.today.items():
            self.today[name] = [one for one in stints if (one.ended or 0.0) > midnight]
        self._closed.clear()

    def sums(self, consultant: str, since: float, at: float, shares_at: float | None = None) -> Sums:
        """From `since` to `at`; shares to `shares_at` where that is another moment."""
        over, now = self.today.get(consultant, []), self.open.get(consultant)
        end = at if shares_at is None else shares_at
        key = (since, end, len(over))
        if (kept := self._closed.get(consultant)) is None or kept[0] != key or shares_at is None:
            kept = self._closed[consultant] = (key, _closed(over, since, at, end))
        talked, paused, missed, busy, present = kept[1]
        if now is not None:
            busy += now.within(since, end) if now.state in BUSY else 0.0
            present += now.within(since, end) if now.state not in NOT_PRESENT else 0.0
        return Sums(
            talked=Sum(talked, _goes_on(now, TALKED, since)),
            paused=Sum(paused, _goes_on(now, PAUSED, since)),
            missed=missed,
            occupancy=busy / present if present >= 60 else None,
        )


def _closed(
    over: Iterable[Stint], since: float, at: float, end: float
) -> tuple[float, float, int, float, float]:
    """Talked, paused, missed until `at`; busy and present until `end`."""
    talked = paused = busy = present = 0.0
    missed = 0
    for one in over:
        if one.state in TALKED:
            talked += one.within(since, at)
        elif one.state in PAUSED:
            paused += one.within(since, at)
        if one.state in BUSY:
            busy += one.within(since, end)
        if one.state not in NOT_PRESENT:
            present += one.within(since, end)
        missed += one.missed and since < (one.ended or 0.0) <= at
    return talked, paused, missed, busy, present


def _goes_on(now: Stint | None, states: frozenset[str], since: float) -> float | None:
    return max(now.began, since) if now is not None and now.state in states else None


def _same(before: Stint, seat: SeatView, began: float) -> bool:
    """The same phone may ring again for the same call: that is another ring."""
    again = seat.state == "ringing" and seat.since is not None and began > before.began + AGAIN
    same = (before.state, before.reason, before.call) == (seat.state, seat.pause, seat.call)
    return same and not again
