"""One caller's place at the desk, as the call's straight-line code holds it; edge."""

import asyncio
from collections import deque
from typing import Protocol

from routing.dispatch.decisions import Assign, ForCaller, Withdraw
from routing.dispatch.queue import Waiting


class TicketLeft(Exception):
    """The caller has left, or a newer ticket for the same call took over."""


class TicketOwner(Protocol):
    """What a ticket asks of the desk."""

    def position(self, call: str) -> int: ...
    def doubtful(self, call: str) -> bool: ...
    def answered(self, call: str, consultant: str) -> None: ...
    def ring_missed(self, call: str, consultant: str, why: str, ring: int | None = None) -> None: ...
    def caller_left(self, ticket: "Ticket") -> None: ...


class Ticket:
    """One caller's place at the desk. Nothing is lost while nobody looks; cancelling `next` loses nothing."""

    def __init__(self, desk: TicketOwner, waiting: Waiting) -> None:
        self.waiting = waiting
        self.assigned: Assign | None = None  # the last one taken
        self._desk = desk
        self._inbox: deque[ForCaller] = deque()
        self._news = asyncio.Event()
        self._left = False

    @property
    def position(self) -> int:
        """Place in the queue from 1; 0 when not waiting."""
        return self._desk.position(self.waiting.call)

    @property
    def doubtful(self) -> bool:
        """Whether the caller's leg gives no sign of life."""
        return self._desk.doubtful(self.waiting.call)

    async def ready(self) -> None:
        """Return as soon as there is something to take, without taking it. Raises TicketLeft."""
        await self._news.wait()
        if self._left:
            raise TicketLeft

    def take(self) -> ForCaller | None:
        """The next decision for this caller if there is one. Raises TicketLeft."""
        if self._left:
            raise TicketLeft
        if not self._inbox:
            return None
        decision = self._inbox.popleft()
        if not self._inbox:
            self._news.clear()
        if isinstance(decision, Assign):
            self.assigned = decision
        return decision

    async def next(self) -> ForCaller:
        """Wait for the next decision for this caller. Raises TicketLeft."""
        while True:
            await self.ready()
            if (decision := self.take()) is not None:
                return decision

    def answered(self) -> None:
        """The consultant of the last assignment answered."""
        if self.assigned is not None:
            self._desk.answered(self.waiting.call, self.assigned.consultant)

    def missed(self, why: str) -> None:
        """The ring of the last assignment ended without an answer; also confirms a Withdraw."""
        if self.assigned is not None:
            self._desk.ring_missed(self.waiting.call, self.assigned.consultant, why, self.assigned.ring)

    def leave(self) -> None:
        """The caller hung up or needs nobody any more; safe to call twice."""
        if not self._left:
            self.close()
            self._desk.caller_left(self)

    def close(self) -> None:
        """The desk's: end this ticket without telling the dispatcher."""
        self._left = True
        self._news.set()

    def put(self, decision: ForCaller) -> bool:
        """The desk's: deliver. False when a ring was withdrawn before anybody had taken it."""
        if isinstance(decision, Withdraw) and self._inbox and isinstance(self._inbox[-1], Assign):
            self._inbox.pop()
            if not self._inbox:
                self._news.clear()
            return False
        self._inbox.append(decision)
        self._news.set()
        return True
