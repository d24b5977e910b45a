"""Between the calls' straight-line code and the dispatcher: tickets, one timer, decisions in order; edge."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping

from config.settings import Language
from routing.dispatch.consultant import Activity, Consultant, SavedSeat
from routing.dispatch.decisions import Assign, Decision, Fault, ForCaller, RaiseAlarm
from routing.dispatch.dispatcher import Dispatcher
from routing.dispatch.queue import Phase, Waiting
from routing.dispatch.ticket import Ticket, TicketLeft
from routing.dispatch.views import Snapshot

__all__ = ["DispatchService", "Ticket", "TicketLeft"]


class DispatchService:
    """Feeds the dispatcher with events at `clock` (monotonic seconds), delivers what it decides.

    `on_decision` sees every decision, in order, after its delivery: for logs, alarms, the mirror.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        clock: Callable[[], float],
        on_decision: Callable[[Decision], None] = lambda _: None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._dispatcher = dispatcher
        self.orphans: Counter[str] = Counter()  # decisions for a call that has no ticket
        self._clock = clock
        self._on_decision = on_decision
        self._on_change = on_change
        self._tickets: dict[str, Ticket] = {}
        self._pending: deque[Decision] = deque()
        self._delivering = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: float | None = None

    # Callers.

    def place(self, waiting: Waiting) -> Ticket:
        """A caller waits; `arrived` keeps the place. An older ticket of the same call is ended first."""
        ticket = self._ticket(waiting)
        self._apply(self._dispatcher.caller_waits(waiting, self._clock()))
        return ticket

    def adopt(self, waiting: Waiting, consultant: str) -> Ticket:
        """A conversation that outlived another engine: both are talking already."""
        if (old := self._tickets.pop(waiting.call, None)) is not None:
            old.close()
        ticket = self._tickets[waiting.call] = Ticket(self, waiting)
        self._apply(self._dispatcher.found_talking(waiting, consultant, self._clock()))
        return ticket

    def caller_left(self, ticket: Ticket) -> None:
        """Ticket.leave calls this."""
        del self._tickets[ticket.waiting.call]
        self._apply(self._dispatcher.caller_left(ticket.waiting.call, self._clock()))

    # Events, as the dispatcher names them.

    def consultant_known(self, consultant: Consultant) -> None:
        self._apply(self._dispatcher.consultant_known(consultant, self._clock()))

    def consultant_forgotten(self, consultant: str) -> None:
        self._apply(self._dispatcher.consultant_forgotten(consultant, self._clock()))

    def reachable(self, consultant: str) -> None:
        self._apply(self._dispatcher.reachable(consultant, self._clock()))

    def unreachable(self, consultant: str) -> None:
        self._apply(self._dispatcher.unreachable(consultant, self._clock()))

    def paused(self, consultant: str, reason: str) -> None:
        self._apply(self._dispatcher.paused(consultant, reason, self._clock()))

    def released(self, consultant: str) -> None:
        self._apply(self._dispatcher.released(consultant, self._clock()))

    def ring_missed(self, call: str, consultant: str, why: str, ring: int | None = None) -> None:
        self._apply(self._dispatcher.ring_missed(call, consultant, why, self._clock(), ring))

    def failed(self, call: str, consultant: str, fault: Fault, back: bool) -> None:
        self._apply(self._dispatcher.failed(call, consultant, fault, back, self._clock()))

    def answered(self, call: str, consultant: str) -> None:
        self._apply(self._dispatcher.answered(call, consultant, self._clock()))

    def found_talking(self, waiting: Waiting, consultant: str) -> None:
        self._apply(self._dispatcher.found_talking(waiting, consultant, self._clock()))

    def conversation_ended(self, call: str, consultant: str) -> None:
        self._apply(self._dispatcher.conversation_ended(call, consultant, self._clock()))

    def reserved(self, call: str, consultant: str) -> None:
        self._apply(self._dispatcher.reserved(call, consultant, self._clock()))

    def reservation_ended(self, call: str, consultant: str, back: bool) -> None:
        self._apply(self._dispatcher.reservation_ended(call, consultant, back, self._clock()))

    def wrap_up_ended(self, consultant: str) -> None:
        self._apply(self._dispatcher.wrap_up_ended(consultant, self._clock()))

    def wrap_up_extended(self, consultant: str, seconds: float) -> None:
        self._apply(self._dispatcher.wrap_up_extended(consultant, seconds, self._clock()))

    def doubted(self, call: str) -> None:
        self._apply(self._dispatcher.doubted(call, self._clock()))

    def trusted(self, call: str) -> None:
        self._apply(self._dispatcher.trusted(call, self._clock()))

    def move_up(self, call: str) -> None:
        self._apply(self._dispatcher.move_up(call, self._clock()))

    def assign_to(self, call: str, consultant: str) -> None:
        self._apply(self._dispatcher.assign_to(call, consultant, self._clock()))

    def unassign(self, call: str) -> None:
        self._apply(self._dispatcher.unassign(call, self._clock()))

    def shift_ended(self, consultant: str) -> None:
        self._apply(self._dispatcher.shift_ended(consultant, self._clock()))

    def shift_started(self, consultant: str) -> None:
        self._apply(self._dispatcher.shift_started(consultant, self._clock()))

    def divert(self, language: Language, ago: float = 0.0) -> None:
        self._apply(self._dispatcher.divert(language, self._clock() - ago))

    def undivert(self, language: Language) -> None:
        self._apply(self._dispatcher.undivert(language, self._clock()))

    def restore(self, kept: tuple[SavedSeat, ...], away: float) -> None:
        self._apply(self._dispatcher.restore(kept, self._clock(), away))

    # Questions about the present.

    def ticket(self, call: str) -> Ticket | None:
        """The ticket of a call that a session of this engine has in the queue, at a ring or in talk."""
        return self._tickets.get(call)

    def in_queue(self, call: str) -> bool:
        """Whether the dispatcher knows the call: it waits, is rung for, talks or tries 1414."""
        return call in self._dispatcher.queue.callers

    def unanswered(self, call: str) -> bool:
        """Whether nobody talks with this caller yet: waiting, or rung for."""
        caller = self._dispatcher.queue.callers.get(call)
        return caller is not None and caller.phase in {Phase.WAITING, Phase.RINGING}

    def consultant_of(self, call: str) -> str | None:
        """Who is rung for the call, talks in it or is reserved for it."""
        caller = self._dispatcher.queue.callers.get(call)
        return caller.consultant if caller is not None else None

    def rings(self, call: str, consultant: str) -> bool:
        """Whether this consultant is rung for this call."""
        seat = self._dispatcher.floor.seats.get(consultant)
        return seat is not None and seat.activity is Activity.RINGING and seat.call == call

    def can_ring(self, call: str, consultant: str) -> bool:
        """Whether this consultant can be rung for the call: reserved for it and on shift, or available."""
        seat = self._dispatcher.floor.seats.get(consultant)
        return seat is not None and seat.on_shift and (seat.call == call or seat.available)

    def known(self, consultant: str) -> bool:
        """Whether there is such a consultant."""
        return consultant in self._dispatcher.floor.seats

    def on_shift(self, language: Language) -> int:
        """How many consultants of this language take calls."""
        return self._dispatcher.floor.on_shift[language]

    def diverted_since(self, language: Language) -> float | None:
        """When a supervisor sent this language's callers to the duty phone, by `clock`; None: not so."""
        return self._dispatcher.diverted.get(language)

    @property
    def stale(self) -> Mapping[str, int]:
        """Events that changed nothing, late or doubled, by their name."""
        return self._dispatcher.stale

    def position(self, call: str) -> int:
        """Place in the queue from 1; 0 when not waiting."""
        return self._dispatcher.position(call)

    def doubtful(self, call: str) -> bool:
        """Whether this caller is passed over, for the leg gives no sign of life."""
        caller = self._dispatcher.queue.callers.get(call)
        return caller is not None and caller.doubtful

    def state(self) -> tuple[SavedSeat, ...]:
        """What must survive a restart; keep it with the time of day."""
        return self._dispatcher.state(self._clock())

    def snapshot(self) -> Snapshot:
        """For `queue show` and `consultants list`."""
        return self._dispatcher.snapshot(self._clock())

    def close(self) -> None:
        """Stop the timer and end all tickets; the dispatcher keeps its state."""
        if self._timer is not None:
            self._timer.cancel()
        for ticket in self._tickets.values():
            ticket.close()
        self._tickets.clear()

    # Inside.

    def _ticket(self, waiting: Waiting) -> Ticket:
        if (old := self._tickets.get(waiting.call)) is not None:
            old.leave()
        ticket = self._tickets[waiting.call] = Ticket(self, waiting)
        return ticket

    def _apply(self, decisions: list[Decision]) -> None:
        self._pending.extend(decisions)
        if self._delivering:  # an event out of on_decision: its decisions follow those under way
            return
        self._delivering = True
        try:
            while self._pending:
                self._deliver(self._pending.popleft())
        finally:
            self._delivering = False
        self._arm()
        self._on_change()

    def _deliver(self, decision: Decision) -> None:
        if not isinstance(decision, RaiseAlarm):
            self._hand_over(decision)
        try:
            self._on_decision(decision)
        except Exception as error:  # a listener's fault must not stop the line
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a listener to the dispatcher's decisions failed", "exception": error}
            )

    def _hand_over(self, decision: ForCaller) -> None:
        ticket = self._tickets.get(decision.call)
        now = self._clock()
        if ticket is None:
            self.orphans[type(decision).__name__] += 1
            if isinstance(decision, Assign):  # nobody would ever dial: free the consultant for others
                self._pending.extend(self._dispatcher.caller_left(decision.call, now))
        elif not ticket.put(decision):
            gone = self._dispatcher.ring_missed(
                decision.call, getattr(decision, "consultant", ""), "withdrawn", now
            )
            self._pending.extend(gone)

    def _arm(self) -> None:
        due = self._dispatcher.next_due()
        if due == self._armed_for:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed_for, self._timer = due, None
        if due is not None:
            # At least 1 ms: a clock that lags behind the loop's must not spin it.
            delay = max(0.001, due - self._clock())
            self._timer = asyncio.get_running_loop().call_later(delay, self._fire)

    def _fire(self) -> None:
        self._timer = self._armed_for = None
        self._apply(self._dispatcher.due(self._clock()))
