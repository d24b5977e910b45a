"""The desk as calls and feature codes meet it: their words turned into the dispatcher's events; edge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog

from config.settings import Language
from ivr.desk import Nobody, Place, Served, Somebody
from routing.dispatch.decisions import Assign, NobodyOnShift, SomebodyOnShift
from routing.dispatch.queue import Waiting
from routing.dispatch.service import Desk
from routing.dispatch.ticket import Ticket

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """ivr.desk.Place over a ticket."""

    ticket: Ticket
    forget: Callable[[], None]

    async def next(self) -> Served | Nobody | Somebody:
        """The next decision that matters to a waiting caller; a withdrawn ring has ended by itself."""
        while True:
            match await self.ticket.next():
                case Assign(consultant=consultant):
                    return Served(consultant)
                case NobodyOnShift():
                    return Nobody()
                case SomebodyOnShift():
                    return Somebody()

    def number(self) -> int:
        """Place in the queue, from 1; 0 when not waiting."""
        return self.ticket.position

    def doubtful(self) -> bool:
        """Whether no sign of life comes from the caller's leg."""
        return self.ticket.doubtful

    def leave(self) -> None:
        """The caller waits no more."""
        self.forget()


class CallDesk:
    """agi_handlers.call.CallDesk and agi_handlers.consultant.Shift; `intend` writes a recording's intent."""

    def __init__(
        self,
        desk: Desk,
        intend: Callable[[str, int, str, str], None],
        changed: Callable[[], None],
        shift_changed: Callable[[], None],
        first: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.desk = desk
        self._intend = intend
        self._changed = changed  # wrap-up, missed rings: to be kept, once the next caller rings
        self._shift_changed = shift_changed  # pauses: to be kept and mirrored at once
        self._first = first  # whether the line owes this call's caller the first place
        self._tickets: dict[str, Ticket] = {}
        self._calls: set[str] = set()

    def begin(self, call: str) -> None:
        """A session has this call."""
        self._calls.add(call)

    def over(self, call: str) -> None:
        """The session of this call has ended, however it ended."""
        self._calls.discard(call)
        self.forget(call)

    def place(self, call: str, language: str, queued: int, kept: str | None = None) -> Place:
        """Let a call wait; a ticket of an earlier ring goes on."""
        ticket = self._tickets.get(call)
        if ticket is None:
            priority = int(self._first(call))
            if priority:
                log.info("caller_first_again", call=call)
            waiting = Waiting(call, cast(Language, language), queued / 1000, priority)
            caller = self.desk.dispatcher.queue.callers.get(call)
            if caller is not None and kept and caller.consultant == kept:
                # The conversation outlived an engine: this one learnt of it by events only.
                ticket = self._tickets[call] = self.desk.adopt(waiting, kept)
                self.desk.reserved(call, kept)
                self.desk.reservation_ended(call, kept, back=True)
                return WaitingPlace(ticket, lambda: self.forget(call))
            if caller is not None and caller.consultant:
                # Who waits is in no conversation: its end came before the event that tells of it.
                self.desk.conversation_ended(call, caller.consultant)
            ticket = self._tickets[call] = self.desk.place(waiting)
            if kept:  # an earlier engine kept the consultant, or 1414 had answered and was gone at once
                self.desk.move_up(call)
                self.desk.wrap_up_ended(kept)
                self.desk.assign_to(call, kept)
        elif kept:
            self.desk.reservation_ended(call, kept, back=True)
        return WaitingPlace(ticket, lambda: self.forget(call))

    def missed(self, call: str, consultant: str, status: str, cause: int, *, gone: bool) -> None:
        """The ring is over without an answer."""
        log.info("ring_missed", consultant=consultant, status=status, cause=cause, caller_gone=gone)
        if gone:
            self.forget(call)
        elif (ticket := self._tickets.get(call)) is not None:
            ticket.missed(status.lower())
        self._changed()

    def ended(self, call: str, consultant: str) -> None:
        """Their conversation is over."""
        self.desk.conversation_ended(call, consultant)
        self.forget(call)
        self._changed()

    def dropped(self, call: str, consultant: str) -> None:
        """The phone answered and was gone at once; the caller's ticket goes on, in the old place."""
        log.warning("call_dropped_by_phone", consultant=consultant)
        self.desk.failed(call, consultant, "drops", back=call in self._tickets)
        self._changed()

    def keep(self, call: str, consultant: str) -> None:
        """1414 is tried: the consultant stays for this caller."""
        self.desk.reserved(call, consultant)

    def keeps(self, call: str, consultant: str) -> bool:
        """Whether this consultant can be rung for the call now."""
        seat = self.desk.dispatcher.floor.seats.get(consultant)
        return seat is not None and seat.on_shift and (seat.call == call or seat.available)

    def diverted(self, language: str) -> bool:
        """Whether a supervisor sends all callers of this language to the duty phone."""
        return language in self.desk.dispatcher.diverted

    def release(self, call: str, consultant: str) -> None:
        """1414 answered, or the caller is gone."""
        self.desk.reservation_ended(call, consultant, back=False)
        self.forget(call)
        self._changed()

    def recording(self, call: str, connection: int, stem: str, party: str) -> None:
        """Write the intent down."""
        self._intend(call, connection, stem, party)

    def forget(self, call: str) -> None:
        """Nothing of this call waits or is reserved any more."""
        ticket = self._tickets.pop(call, None)
        if ticket is not None:
            ticket.leave()

    def holds(self, call: str) -> bool:
        """Whether a session of this engine has the call."""
        return call in self._calls

    def pause(self, consultant: str, reason: str) -> bool:
        """A consultant's own wish, or an order."""
        if not self.known(consultant):
            return False
        self.desk.paused(consultant, reason)
        log.info("consultant_paused", consultant=consultant, reason=reason)
        self._shift_changed()
        return True

    def end_shift(self, consultant: str) -> bool:
        """Home time; the call at hand goes on."""
        if not self.known(consultant):
            return False
        self.desk.shift_ended(consultant)
        log.info("shift_ended", consultant=consultant)
        self._shift_changed()
        return True

    def start_shift(self, consultant: str) -> bool:
        """Ready for calls; a wrap-up under way goes on."""
        if not self.known(consultant):
            return False
        self.desk.shift_started(consultant)
        log.info("shift_started", consultant=consultant)
        self._shift_changed()
        return True

    def divert(self, language: Language, on: bool) -> None:
        """All callers of a language to the duty phone, or back to the consultants."""
        if on:
            self.desk.divert(language)
        else:
            self.desk.undivert(language)
        log.warning("queue_diverted" if on else "queue_undiverted", language=language)
        self._shift_changed()

    def release_consultant(self, consultant: str) -> bool:
        """Ready for calls: the pause ends, and so does wrap-up."""
        if not self.known(consultant):
            return False
        self.desk.shift_started(consultant)
        self.desk.released(consultant)
        self.desk.wrap_up_ended(consultant)
        log.info("consultant_released", consultant=consultant)
        self._shift_changed()
        return True

    def end_pause(self, consultant: str) -> bool:
        """The pause ends, and the pass-over after a missed ring; what is at hand goes on, wrap-up too."""
        if not self.known(consultant):
            return False
        self.desk.released(consultant)
        log.info("pause_ended", consultant=consultant)
        self._shift_changed()
        return True

    def known(self, consultant: str) -> bool:
        """Whether there is such a consultant."""
        return any(seat.id == consultant for seat in self.desk.snapshot().consultants)
