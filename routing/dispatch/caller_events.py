"""What happens to callers: they wait, are rung for, talk, try 1414, leave."""

from routing.dispatch.assigner import Assigner
from routing.dispatch.consultant import Activity, Seat
from routing.dispatch.decisions import Decision, Fault
from routing.dispatch.queue import Caller, Phase, Waiting


class CallerEvents(Assigner):
    """The dispatcher's events about calls."""

    __slots__ = ()

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

    def doubted(self, call: str, now: float) -> list[Decision]:
        """Nothing comes from the caller's leg, and it does not answer: others first; the place is kept.

        A ring under way is withdrawn: whoever answers would hear dead air. A supervisor's order to a
        consultant holds.
        """
        caller = self.queue.callers.get(call)
        if caller is None or caller.doubtful or caller.phase not in {Phase.WAITING, Phase.RINGING}:
            return self.ignored("doubted")
        caller.doubtful = True
        if caller.phase is Phase.RINGING:
            self.withdraw(self.floor.seats[caller.consultant or ""], "caller_unanswered")
        return self.decided()

    def trusted(self, call: str, now: float) -> list[Decision]:
        """The leg gave a sign of life: served by its old place."""
        caller = self.queue.callers.get(call)
        if caller is None or not caller.doubtful:
            return self.ignored("trusted")
        caller.doubtful = False
        if caller.phase is Phase.WAITING:
            self.serve_caller(caller, now)
        return self.decided()

    def ring_missed(
        self, call: str, consultant: str, why: str, now: float, ring: int | None = None
    ) -> list[Decision]:
        """The ring has ended without an answer (`why`: Dial's status, forwards, withdrawn).

        With `ring` (Assign.ring) a report told twice cannot end the next ring of the same two.
        """
        pair = self._pair(call, consultant, Activity.RINGING, Activity.TALKING)
        if (
            pair is None
            or ring not in {None, pair[0].ring}
            or (pair[0].activity is Activity.TALKING and not pair[0].presumed)
        ):
            return self.ignored("ring_missed")
        seat, caller = pair
        if not seat.withdrawn:
            self.missed(seat, caller, why, now)
        self.wait(caller)
        self.free(seat, now)
        if caller.phase is Phase.WAITING:
            self.serve_caller(caller, now)
        return self.decided()

    def failed(self, call: str, consultant: str, fault: Fault, back: bool, now: float) -> list[Decision]:
        """The phone answered and was gone at once, or did so in a ring of survival's: nobody was served.

        No wrap-up; the caller who is `back` has the place they had, and another consultant is rung first.
        """
        pair = self._pair(call, consultant, Activity.TALKING, Activity.RINGING)
        if pair is None:
            return self.ignored("failed")
        seat, caller = pair
        self.missed(seat, caller, fault, now)
        if not back:
            del self.queue.callers[call]
            self.free(seat, now)
            return self.decided()
        caller.told_first = True
        self.wait(caller)
        self.free(seat, now)
        if caller.phase is Phase.WAITING:
            self.serve_caller(caller, now)
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
        if pair[0].fault is None:
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
            self.serve_caller(caller, now)
        return self.decided()

    def _pair(self, call: str, consultant: str, *activities: Activity) -> tuple[Seat, Caller] | None:
        seat, caller = self.floor.seats.get(consultant), self.queue.callers.get(call)
        if seat is None or caller is None or seat.call != call or seat.activity not in activities:
            return None
        return seat, caller
