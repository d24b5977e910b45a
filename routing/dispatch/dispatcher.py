"""Who serves whom: callers, consultants and time go in as events, decisions come out."""

from config.settings import Language
from routing.dispatch.assigner import Rules
from routing.dispatch.caller_events import CallerEvents
from routing.dispatch.consultant import Activity, Consultant, SavedSeat, Seat
from routing.dispatch.consultant_events import ConsultantEvents
from routing.dispatch.decisions import Decision, RaiseAlarm
from routing.dispatch.queue import Phase, Waiting
from routing.dispatch.views import Snapshot, view

__all__ = ["Consultant", "Dispatcher", "Rules", "SavedSeat", "Waiting"]


class Dispatcher(ConsultantEvents, CallerEvents):
    """Pure and synchronous: `now` is monotonic seconds, each event returns what follows from it, in order.

    An event that is late, doubled or for somebody unknown changes nothing and is counted in `stale`.
    """

    __slots__ = ()

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
            self.serve_caller(caller, now)
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
            self.serve((seat,), now)
        else:
            self.withdraw(self.floor.seats[caller.consultant or ""], "ordered")
        return self.decided()

    def unassign(self, call: str, now: float) -> list[Decision]:
        """A supervisor's order is taken back: anybody may serve the caller, who stays first."""
        caller = self.queue.callers.get(call)
        if caller is None or caller.phase is not Phase.WAITING or caller.pinned is None:
            return self.ignored("unassign")
        self.queue.leave(caller)
        caller.pinned = None
        self.wait(caller)
        self.serve_caller(caller, now)
        return self.decided()

    def divert(self, language: Language, now: float) -> list[Decision]:
        """All callers of this language to the duty phone, until `undivert`: as if nobody were on shift.

        Who talks or is being rung goes on; a supervisor may still give a caller to a consultant by name.
        """
        if language in self.diverted:
            return self.ignored("divert")
        self.diverted[language] = now
        self.tell_all(language)
        return self.decided()

    def undivert(self, language: Language, now: float) -> list[Decision]:
        """Back to the consultants: who waits is told, and served."""
        if self.diverted.pop(language, None) is None:
            return self.ignored("undivert")
        self.tell_all(language)
        self.match((language,), now)
        return self.decided()

    def due(self, now: float) -> list[Decision]:
        """All deadlines that have come: wrap-up over, pass-over over, a ring of which nobody saw the end."""
        changed: list[Seat] = []
        while (timer := self.timers.take(now)) is not None:
            kind, consultant = timer
            seat = self.floor.seats[consultant]
            if kind == "passed":
                seat.passed_until, seat.passed_in = None, frozenset()
            elif kind == "rest":
                seat.rest_until = None
            elif kind == "proof":
                self.forgive(seat)
            elif seat.activity is Activity.WRAP_UP:
                self.hands_off(seat)
            else:
                self._presume_answered(seat, now)
            self.recount(seat, now)
            changed.append(seat)
        self.serve(changed, now)  # only now: those who come free at one moment are compared
        return self.decided()

    def next_due(self) -> float | None:
        """When `due` wants to be called next."""
        return self.timers.next()

    def position(self, call: str) -> int:
        """Place in the queue from 1; 0 when not waiting."""
        caller = self.queue.callers.get(call)
        return self.queue.place(caller) if caller is not None else 0

    def snapshot(self, now: float) -> Snapshot:
        """All consultants and callers."""
        return view(self.floor, self.queue, now)

    def _presume_answered(self, seat: Seat, now: float) -> None:
        """The Dial ends by itself: with no word of it they must be talking (AMI was away).

        To call it missed would ring the consultant in the middle of a conversation.
        """
        caller = self.queue.callers[seat.call or ""]
        caller.phase = Phase.TALKING
        self.talk(seat, now, presumed=True)
        self.out.append(RaiseAlarm("answer_unseen", caller.waiting.language, seat.who.id, seat.call))
