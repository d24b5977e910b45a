"""The queue as the flow of a call meets it: its words turned into the dispatcher's events; edge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog

from config.settings import Language
from ivr.call_queue import Assigned, QueuePlace, Staffed, Unstaffed
from routing.dispatch.decisions import Assign, NobodyOnShift, SomebodyOnShift
from routing.dispatch.queue import Waiting
from routing.dispatch.service import DispatchService
from routing.dispatch.ticket import Ticket

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """ivr.call_queue.QueuePlace over a ticket."""

    ticket: Ticket

    async def next(self) -> Assigned | Unstaffed | Staffed:
        """The next decision that matters to a waiting caller; a withdrawn ring has ended by itself."""
        while True:
            match await self.ticket.next():
                case Assign(consultant=consultant):
                    return Assigned(consultant)
                case NobodyOnShift():
                    return Unstaffed()
                case SomebodyOnShift():
                    return Staffed()

    def number(self) -> int:
        """Position in the queue, from 1; 0 when not waiting."""
        return self.ticket.position

    def doubtful(self) -> bool:
        """Whether no sign of life comes from the caller's leg."""
        return self.ticket.doubtful

    def leave(self) -> None:
        """The caller waits no more."""
        self.ticket.leave()


class QueueAdapter:
    """agi_handlers.call.SessionQueue; the tickets are the dispatch service's.

    `intend` writes a recording's intent, `changed` hears of a wrap-up or a missed ring, `first` says whether
    the line owes a call's caller the first place.
    """

    def __init__(
        self,
        desk: DispatchService,
        intend: Callable[[str, int, str, str], None],
        changed: Callable[[], None],
        first: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._desk = desk
        self._intend = intend
        self._changed = changed
        self._first = first
        self._calls: set[str] = set()

    def begin(self, call: str) -> None:
        """A session has this call."""
        self._calls.add(call)

    def over(self, call: str) -> None:
        """The session of this call has ended, however it ended."""
        self._calls.discard(call)
        self._leave(call)

    def has_session(self, call: str) -> bool:
        """Whether a session of this engine has the call."""
        return call in self._calls

    def place(self, call: str, language: str, queued: int, kept: str | None = None) -> QueuePlace:
        """Let a call wait; a ticket of an earlier ring goes on."""
        ticket = self._desk.ticket(call)
        if ticket is None:
            ticket = self._enter(call, cast(Language, language), queued / 1000, kept)
        elif kept:
            self._desk.reservation_ended(call, kept, back=True)
        return WaitingPlace(ticket)

    def _enter(self, call: str, language: Language, queued: float, kept: str | None) -> Ticket:
        desk, priority = self._desk, int(self._first(call))
        if priority:
            log.info("caller_first_again", call=call)
        waiting = Waiting(call, language, queued, priority)
        with_ = desk.consultant_of(call)
        if kept and with_ == kept:
            # The conversation outlived an engine: this one learnt of it by events only.
            ticket = desk.adopt(waiting, kept)
            desk.reserved(call, kept)
            desk.reservation_ended(call, kept, back=True)
            return ticket
        if with_:
            # Who waits is in no conversation: its end came before the event that tells of it.
            desk.conversation_ended(call, with_)
        ticket = desk.place(waiting)
        if kept:  # an earlier engine kept the consultant, or 1414 had answered and was gone at once
            desk.move_up(call)
            desk.wrap_up_ended(kept)
            desk.assign_to(call, kept)
        return ticket

    def missed(self, call: str, consultant: str, status: str, cause: int, *, gone: bool) -> None:
        """The ring is over without an answer."""
        log.info("ring_missed", consultant=consultant, status=status, cause=cause, caller_gone=gone)
        if gone:
            self._leave(call)
        elif (ticket := self._desk.ticket(call)) is not None:
            ticket.missed(status.lower())
        self._changed()

    def ended(self, call: str, consultant: str) -> None:
        """Their conversation is over."""
        self._desk.conversation_ended(call, consultant)
        self._leave(call)
        self._changed()

    def dropped(self, call: str, consultant: str) -> None:
        """The phone answered and was gone at once; the caller's ticket goes on, in the old place."""
        log.warning("call_dropped_by_phone", consultant=consultant)
        self._desk.failed(call, consultant, "drops", back=self._desk.ticket(call) is not None)
        self._changed()

    def keep(self, call: str, consultant: str) -> None:
        """1414 is tried: the consultant stays for this caller."""
        self._desk.reserved(call, consultant)

    def keeps(self, call: str, consultant: str) -> bool:
        """Whether this consultant can be rung for the call now."""
        return self._desk.can_ring(call, consultant)

    def diverted(self, language: str) -> bool:
        """Whether a supervisor sends all callers of this language to the duty phone."""
        return self._desk.diverted_since(cast(Language, language)) is not None

    def release(self, call: str, consultant: str) -> None:
        """1414 answered, or the caller is gone."""
        self._desk.reservation_ended(call, consultant, back=False)
        self._leave(call)
        self._changed()

    def recording(self, call: str, connection: int, stem: str, party: str) -> None:
        """Write the intent down."""
        self._intend(call, connection, stem, party)

    def _leave(self, call: str) -> None:
        """Nothing of this call waits or is reserved any more."""
        if (ticket := self._desk.ticket(call)) is not None:
            ticket.leave()
