"""Who serves whom: callers, consultants and time go in as events, decisions come out."""

from routing.consultants import Activity, Consultant, Kept, Seat
from routing.decisions import Alarm, Decision, Withdraw, WithdrawReason
from routing.serving import Rules, Serving
from routing.views import Snapshot, view
from routing.waiting import Caller, Phase, Waiting

__all__ = ["Consultant", "Dispatcher", "Kept", "Rules", "Waiting"]


class Dispatcher(Serving):
    """Pure and synchronous: `now` is monotonic seconds, each event returns what follows from it, in order.

    An event that is late, doubled or for somebody unknown changes nothing and is counted in `stale`.
    """

    __slots__ = ()

    # Consultants.

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
        seat.reachable = True
        self.settle(seat, now)
        return self.decided()

    def unreachable(self, consultant: str, now: float) -> list[Decision]:
        """The phone is gone; a conversation in progress is believed until it ends."""
        seat = self.floor.seats.get(consultant)
        if seat is None or not seat.reachable:
            return self.ignored("unreachable")
        seat.reachable, seat.free_since = False, None
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

    def wrap_up_ended(self, consultant: str, now: float) -> list[Decision]:
        """The consultant is ready before the time is up."""
        seat = self._seat(consultant, Activity.WRAP_UP)
        if seat is None:
            return self.ignored("wrap_up_ended")
        self.free(seat, now)
        return self.decided()

    def wrap_up_extended(self, consultant: str, seconds: float, now: float) -> list[Decision]:
        """The consultant needs this many seconds more."""
        seat = self._seat(consultant, Activity.WRAP_UP)
        if seat is None or seat.ends_at is None:
            return self.ignored("wrap_up_extended")
        seat.ends_at = max(now, seat.ends_at + seconds)
        self.timers.set("ends", consultant, seat.ends_at)
        return self.decided()

    # Callers.

    def caller_waits(self, waiting: Waiting, now: float) -> list[Decision]:
        """A caller wants a consultant; who comes back with the same `arrived` has the same place."""
        if waiting.call in self.queue.callers:
            return self.ignored("caller_waits")
        self.wait(self.queue.new(waiting))
        self.match((waiting.language,), now)
        return self.decided()

    def caller_left(self, call: str, now: float) -> list[Decision]:
        """The caller hung up, or needs nobody any more; whoever was tied to the call is free again."""
        caller = self.queue.callers.pop(call, None)
        if caller is None:
            return self.ignored("caller_left")
        if caller.phase is Phase.WAITING:
            self.queue.leave(caller)
        elif (seat := self.floor.seats.get(caller.consultant or "")) is not None and seat.call == call:
            if caller.phase is Phase.RINGING:
                self.free(seat, now)
            else:
                self.over(seat, now)
        return self.decided()

    # The ring and the conversation.

    def ring_missed(self, call: str, consultant: str, why: str, now: float) -> list[Decision]:
        """The ring has ended without an answer (`why`: no answer, busy, rejected, gone, withdrawn)."""
        pair = self._pair(call, consultant, Activity.RINGING, Activity.TALKING)
        if pair is None or (pair[0].activity is Activity.TALKING and not pair[0].presumed):
            return self.ignored("ring_missed")
        seat, caller = pair
        if not seat.withdrawn:
            self.missed(seat, caller, now)
        self.wait(caller)
        self.free(seat, now)
        if caller.phase is Phase.WAITING:
            self._serve_caller(caller, now)
        return self.decided()

    def answered(self, call: str, consultant: str, now: float) -> list[Decision]:
        """Caller and consultant hear each other."""
        pair = self._pair(call, consultant, Activity.RINGING, Activity.TALKING)
        if pair is None or (pair[0].activity is Activity.TALKING and not pair[0].presumed):
            return self.ignored("answered")
        seat, caller = pair
        caller.phase, caller.pinned = Phase.TALKING, None
        self.talk(seat, now)
        return self.decided()

    def found_talking(self, waiting: Waiting, consultant: str, now: float) -> list[Decision]:
        """A conversation that this engine did not begin: it outlived another engine, or began in survival."""
        seat = self.floor.seats.get(consultant)
        caller = self.queue.callers.get(waiting.call)
        if seat is not None and seat.call == waiting.call and seat.activity is Activity.RINGING:
            return self.answered(waiting.call, consultant, now)
        if (
            seat is None
            or seat.activity not in {Activity.IDLE, Activity.WRAP_UP}
            or (caller is not None and caller.phase is not Phase.WAITING)
        ):
            return self.ignored("found_talking")
        if caller is not None:
            self.queue.leave(caller)
        caller = caller or self.queue.new(waiting)
        caller.phase, caller.consultant, caller.told, caller.pinned = Phase.TALKING, consultant, False, None
        seat.call = waiting.call
        self.talk(seat, now)
        return self.decided()

    def conversation_ended(self, call: str, consultant: str, now: float) -> list[Decision]:
        """Wrap-up begins; accepted also when the answer was never seen."""
        pair = self._pair(call, consultant, Activity.TALKING, Activity.RINGING, Activity.RESERVED)
        if pair is None:
            return self.ignored("conversation_ended")
        del self.queue.callers[call]
        self.forgive(pair[0])
        self.over(pair[0], now)
        return self.decided()

    def reserved(self, call: str, consultant: str, now: float) -> list[Decision]:
        """1414 is being tried: the consultant stays for this caller (A14)."""
        pair = self._pair(call, consultant, Activity.TALKING, Activity.RINGING)
        if pair is None:
            return self.ignored("reserved")
        seat, caller = pair
        self.talk(seat, now)
        seat.activity, caller.phase = Activity.RESERVED, Phase.RESERVED
        self.settle(seat, now)
        return self.decided()

    def reservation_ended(self, call: str, consultant: str, back: bool, now: float) -> list[Decision]:
        """1414 answered, or the caller is `back`: with the same consultant, else at the head of the queue."""
        pair = self._pair(call, consultant, Activity.RESERVED)
        if pair is None:
            return self.ignored("reservation_ended")
        seat, caller = pair
        if not back:
            del self.queue.callers[call]
            self.over(seat, now)
            return self.decided()
        self.queue.to_front(caller, "returned")
        if seat.on_shift:
            self.ring(caller, seat, "stayed", now)
        else:
            self.over(seat, now)
            self.wait(caller)
            self._serve_caller(caller, now)
        return self.decided()

    # A supervisor's orders.

    def move_up(self, call: str, now: float) -> list[Decision]:
        """This caller is the next one, before all others; the last such order wins."""
        caller = self.queue.callers.get(call)
        if caller is None or caller.phase in {Phase.TALKING, Phase.RESERVED}:
            return self.ignored("move_up")
        waits = caller.phase is Phase.WAITING
        if waits:
            self.queue.leave(caller)
        self.queue.to_front(caller, "moved_up")
        if waits:
            self.wait(caller)
            self._serve_caller(caller, now)
        return self.decided()

    def assign_to(self, call: str, consultant: str, now: float) -> list[Decision]:
        """This caller to this consultant, as soon as the consultant is free; language does not matter.

        Holds while the consultant is on shift; when that ends the caller is first for the others.
        """
        caller, seat = self.queue.callers.get(call), self.floor.seats.get(consultant)
        if (
            caller is None
            or seat is None
            or not seat.on_shift
            or caller.phase in {Phase.TALKING, Phase.RESERVED}
            or consultant in {caller.pinned, caller.consultant}
        ):
            return self.ignored("assign_to")
        if caller.phase is Phase.WAITING:
            self.queue.leave(caller)
        self.queue.to_front(caller, "ordered")
        caller.pinned = consultant
        if caller.phase is Phase.WAITING:
            self.wait(caller)
            self.serve(seat, now)
        else:
            self._withdraw(self.floor.seats[caller.consultant or ""], "ordered")
        return self.decided()

    # Time, and what others may see.

    def due(self, now: float) -> list[Decision]:
        """All deadlines that have come: wrap-up over, pass-over over, a ring of which nobody saw the end."""
        while (timer := self.timers.take(now)) is not None:
            kind, consultant = timer
            seat = self.floor.seats[consultant]
            if kind == "passed":
                seat.passed_until, seat.passed_in = None, frozenset()
                self.settle(seat, now)
            elif kind == "rest":
                seat.rest_until = None
                self.settle(seat, now)
            elif seat.activity is Activity.WRAP_UP:
                self.free(seat, now)
            else:
                self._presume_answered(seat, now)
        return self.decided()

    def next_due(self) -> float | None:
        """When `due` wants to be called next."""
        return self.timers.next()

    def positions(self, language: str) -> tuple[str, ...]:
        """Calls waiting for this language, next first."""
        return self.queue.order("kk" if language == "kk" else "ru")

    def position(self, call: str) -> int:
        """Place in the queue from 1; 0 when not waiting."""
        caller = self.queue.callers.get(call)
        return self.queue.place(caller) if caller is not None else 0

    def snapshot(self, now: float) -> Snapshot:
        """All consultants and callers."""
        return view(self.floor, self.queue, now)

    def state(self, now: float) -> tuple[Kept, ...]:
        """What must survive a restart of the engine."""
        return tuple(seat.kept(now) for _, seat in sorted(self.floor.seats.items()))

    def restore(self, kept: tuple[Kept, ...], now: float, away: float = 0.0) -> list[Decision]:
        """Take over what another engine kept `away` seconds ago; call before the first `reachable`."""
        for one in kept:
            seat = self._seat(one.id, Activity.IDLE)
            if seat is None:
                self.stale["restore"] += 1
                continue
            seat.pause, seat.paused_at, seat.missed = one.pause, now - away - one.paused_for, one.missed
            if one.idle_for is not None:
                seat.free_since = now - away - one.idle_for
            if one.passed_over_left > away:
                seat.passed_until, seat.passed_in = (
                    now + one.passed_over_left - away,
                    frozenset(one.passed_over_in),
                )
                self.timers.set("passed", one.id, seat.passed_until)
            if one.wrap_up_left > away:
                seat.activity, seat.ends_at = Activity.WRAP_UP, now + one.wrap_up_left - away
                self.timers.set("ends", one.id, seat.ends_at)
            self.settle(seat, now)
        return self.decided()

    # Inside.

    def _seat(self, consultant: str, activity: Activity) -> Seat | None:
        seat = self.floor.seats.get(consultant)
        return seat if seat is not None and seat.activity is activity else None

    def _pair(self, call: str, consultant: str, *activities: Activity) -> tuple[Seat, Caller] | None:
        seat, caller = self.floor.seats.get(consultant), self.queue.callers.get(call)
        if seat is None or caller is None or seat.call != call or seat.activity not in activities:
            return None
        return seat, caller

    def _gone(self, seat: Seat, why: WithdrawReason, now: float) -> None:
        if seat.activity is Activity.RINGING:
            self._withdraw(seat, why)
        self.settle(seat, now)

    def _withdraw(self, seat: Seat, why: WithdrawReason) -> None:
        if not seat.withdrawn:
            seat.withdrawn = True
            self.out.append(Withdraw(seat.call or "", seat.who.id, why))

    def _serve_caller(self, caller: Caller, now: float) -> None:
        seat = self.floor.seats.get(caller.pinned) if caller.pinned is not None else None
        if seat is not None:
            self.serve(seat, now)
        else:
            self.match((caller.waiting.language,), now)

    def _presume_answered(self, seat: Seat, now: float) -> None:
        """The Dial ends by itself: with no word of it they must be talking (AMI was away).

        To call it missed would ring the consultant in the middle of a conversation.
        """
        caller = self.queue.callers[seat.call or ""]
        caller.phase = Phase.TALKING
        self.talk(seat, now, presumed=True)
        self.out.append(Alarm("answer_unseen", caller.waiting.language, seat.who.id, seat.call))
