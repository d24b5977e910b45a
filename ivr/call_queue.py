"""The queue as the flow sees it: who serves this call; routing supplies the real one."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Assigned:
    """This consultant serves the call now."""

    consultant: str


@dataclass(frozen=True, slots=True)
class Unstaffed:
    """Nobody who speaks the caller's language is on shift."""


@dataclass(frozen=True, slots=True)
class Staffed:
    """Somebody has come on shift."""


class QueuePlace(Protocol):
    """A caller's place in the queue; left by `leave`, also when an assignment was not taken."""

    async def next(self) -> Assigned | Unstaffed | Staffed:
        """What the dispatcher decided for this call, in order; waits until there is something."""
        ...

    def number(self) -> int:
        """Position in the queue, from 1."""
        ...

    def doubtful(self) -> bool:
        """Whether no sign of life comes from the caller's leg: nobody is to be rung for it (0081)."""
        ...

    def leave(self) -> None:
        """The caller is no longer waiting. Harmless when repeated."""
        ...


class CallQueue(Protocol):
    """Consultants' side of a call. Every method is an event for the dispatcher and returns at once."""

    def place(self, call: str, language: str, queued: int, kept: str | None = None) -> QueuePlace:
        """Let a call wait; `queued` (epoch ms of first entering the queue) keeps its place for ever.

        `kept`: back from 1414, to this consultant who was kept for it, or else the head of the queue.
        """
        ...

    def missed(self, call: str, consultant: str, status: str, cause: int, *, gone: bool) -> None:
        """The consultant's phone did not answer; `gone` when the caller hung up before it could."""
        ...

    def ended(self, call: str, consultant: str) -> None:
        """Their conversation is over: wrap-up begins."""
        ...

    def dropped(self, call: str, consultant: str) -> None:
        """The phone answered and was gone at once: nobody was served, the caller keeps the old place.

        No wrap-up; the phone is passed over, and `place` goes on where the call waits already.
        """
        ...

    def keep(self, call: str, consultant: str) -> None:
        """The conversation is over, but the consultant is kept for this call while 1414 is tried."""
        ...

    def keeps(self, call: str, consultant: str) -> bool:
        """Whether this consultant can be rung for the call now: kept for it and on shift, or free."""
        ...

    def diverted(self, language: str) -> bool:
        """Whether a supervisor sends all callers of this language to the duty phone."""
        ...

    def release(self, call: str, consultant: str) -> None:
        """1414 answered, or the caller is gone: the kept one's wrap-up begins. Harmless when repeated."""
        ...

    def recording(self, call: str, connection: int, stem: str, party: str) -> None:
        """A recording is about to start: its intent is written down (A19)."""
        ...
