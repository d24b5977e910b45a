"""What consultants do: come, go, pause, are released, wrap up; and what of it outlives the engine."""

from routing.dispatch.assigner import Assigner
from routing.dispatch.consultant import Activity, Consultant, SavedSeat, Seat
from routing.dispatch.decisions import Decision, WithdrawReason


class ConsultantEvents(Assigner):
    """The dispatcher's events about consultants."""

    __slots__ = ()

    def consultant_known(self, who: Consultant, now: float) -> list[Decision]:
        """A consultant exists (again, or with other languages); unreachable until told otherwise."""
        seat = self.floor.seats.setdefault(who.id, Seat(who))
        seat.who, seat.forgotten = who, False
        seat.passed_in &= frozenset(who.languages)
        self.settle(seat, now)
        return self.decided()

    def consultant_forgotten(self, consultant: str, now: float) -> list[Decision]:
        """No consultant any more: a ring is withdrawn, a conversation may end."""
        seat = self.floor.seats.get(consultant)
        if seat is None:
            return self.ignored("consultant_forgotten")
        seat.forgotten = True
        if seat.activity in {Activity.IDLE, Activity.WRAP_UP}:
            self.free(seat, now)
        else:
            self._gone(seat, "forgotten", now)
        return self.decided()

    def reachable(self, consultant: str, now: float) -> list[Decision]:
        """The phone is registered and answers."""
        seat = self.floor.seats.get(consultant)
        if seat is None or seat.reachable:
            return self.ignored("reachable")
        seat.reachable, seat.gone_since = True, None
        self.settle(seat, now)
        return self.decided()

    def unreachable(self, consultant: str, now: float) -> list[Decision]:
        """The phone is gone; a conversation in progress is believed until it ends."""
        seat = self.floor.seats.get(consultant)
        if seat is None or not seat.reachable:
            return self.ignored("unreachable")
        seat.reachable, seat.free_since, seat.gone_since = False, None, now
        self._gone(seat, "unreachable", now)
        return self.decided()

    def paused(self, consultant: str, reason: str, now: float) -> list[Decision]:
        """A human's order, always obeyed; while a call is at hand it holds from its end."""
        seat = self.floor.seats.get(consultant)
        if seat is None or seat.pause == reason:
            return self.ignored("paused")
        seat.pause, seat.paused_at, seat.free_since = reason, now, None
        self._gone(seat, "paused", now)
        return self.decided()

    def released(self, consultant: str, now: float) -> list[Decision]:
        """A human's order: ends the pause, and the machine's pass-over too."""
        seat = self.floor.seats.get(consultant)
        if seat is None or (seat.pause is None and not seat.missed):
            return self.ignored("released")
        seat.pause = None
        self.forgive(seat)
        self.settle(seat, now)
        return self.decided()

    def shift_ended(self, consultant: str, now: float) -> list[Decision]:
        """Home time: no more rings; a conversation and its wrap-up go on to their end."""
        seat = self.floor.seats.get(consultant)
        if seat is None or seat.off_since is not None:
            return self.ignored("shift_ended")
        seat.off_since, seat.free_since = now, None
        self._gone(seat, "off_shift", now)
        return self.decided()

    def shift_started(self, consultant: str, now: float) -> list[Decision]:
        """Ready for calls: ends a pause and the machine's pass-over, too."""
        seat = self.floor.seats.get(consultant)
        if seat is None or seat.off_since is None:
            return self.ignored("shift_started")
        seat.off_since, seat.pause = None, None
        self.forgive(seat)
        self.settle(seat, now)
        return self.decided()

    def wrap_up_ended(self, consultant: str, now: float) -> list[Decision]:
        """The consultant is ready before the time is up."""
        seat = self.seat(consultant, Activity.WRAP_UP)
        if seat is None:
            return self.ignored("wrap_up_ended")
        self.free(seat, now)
        return self.decided()

    def wrap_up_extended(self, consultant: str, seconds: float, now: float) -> list[Decision]:
        """The consultant needs this many seconds more."""
        seat = self.seat(consultant, Activity.WRAP_UP)
        if seat is None or seat.ends_at is None:
            return self.ignored("wrap_up_extended")
        seat.ends_at = max(now, seat.ends_at + seconds)
        self.timers.set("ends", consultant, seat.ends_at)
        return self.decided()

    def state(self, now: float) -> tuple[SavedSeat, ...]:
        """What must survive a restart of the engine."""
        return tuple(seat.saved(now) for _, seat in sorted(self.floor.seats.items()))

    def restore(self, kept: tuple[SavedSeat, ...], now: float, away: float = 0.0) -> list[Decision]:
        """Take over what another engine kept `away` seconds ago; call before the first `reachable`."""
        for one in kept:
            seat = self.seat(one.id, Activity.IDLE)
            if seat is None:
                self.stale["restore"] += 1
                continue
            seat.pause, seat.paused_at, seat.missed = one.pause, now - away - one.paused_for, one.missed
            if one.off_for is not None:
                seat.off_since = now - away - one.off_for
            if one.idle_for is not None:
                seat.free_since = now - away - one.idle_for
            if one.passed_over_left > away:
                seat.passed_until, seat.passed_in = (
                    now + one.passed_over_left - away,
                    frozenset(one.passed_over_in),
                )
                self.timers.set("passed", one.id, seat.passed_until)
            seat.fault, seat.faults, seat.fault_at = one.fault, one.faults, now - away - one.fault_for
            if one.wrap_up_left > away:
                seat.activity, seat.ends_at = Activity.WRAP_UP, now + one.wrap_up_left - away
                self.timers.set("ends", one.id, seat.ends_at)
            self.settle(seat, now)
        return self.decided()

    def _gone(self, seat: Seat, why: WithdrawReason, now: float) -> None:
        if seat.activity is Activity.RINGING:
            self.withdraw(seat, why)
        self.settle(seat, now)
