"""How one try by one channel ended: a value that says what is certain and what is not; pure (A10)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

Committing = Callable[[], Awaitable[None]]
"""Awaited right before the bytes that cannot be called back: after a crash it is known how far it came."""


class Ending(StrEnum):
    """What is certain."""

    ACCEPTED = "accepted"  # the other side said that it has it
    REFUSED = "refused"  # for good: this address, this contact
    FAILED = "failed"  # nothing was taken: it may be tried again
    UNKNOWN = "unknown"  # all of it left, no answer came: a repeat could be a second one


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """`words`: what the other side said, for the history; no address and nothing of the appeal."""

    ending: Ending
    words: str
