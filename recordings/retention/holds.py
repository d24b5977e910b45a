"""Holds: what keeps a call's recordings and rows from being let go; a protocol, pure (A19, C6).

Why retention knows none of those who answer: decision 0107.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from dialplan.recording_names import arrival
from recordings.model.call_record import LONGEST_CALL

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


class NoSuchCall(LookupError):
    """Ends a transaction that would keep a call which is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (included) to `until` (not); None: without end."""

    since: datetime | None = None
    until: datetime | None = None

    def meets(self, since: datetime | None, until: datetime | None) -> bool:
        """Whether it and the time between these share a moment; None: without end."""
        early = self.until is None or since is None or since < self.until
        late = self.since is None or until is None or until >= self.since
        return early and late


class Holds(Protocol):
    """One ground on which calls are kept: demands, open appeals, manual holds.

    It is asked within the transaction that lets something go, and answers as that transaction sees the rows.
    """

    @property
    def tables(self) -> Collection[str]:
        """Tables whose rows change the answer: nobody else writes them until that transaction's end."""
        ...

    async def why(
        self, connection: "AsyncConnection", call_ids: Collection[str], now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """Those of `call_ids` (at most some thousands) that may not go, and all that keeps each."""
        ...

    async def periods(self, connection: "AsyncConnection", now: datetime) -> list[Period]:
        """Times of which nothing may go that belongs to no single call: channel logs, stints."""
        ...


def period_of(call_id: str) -> Period:
    """When this call can have been; of an id that tells no moment: all time."""
    at = arrival(call_id)
    return Period() if at is None else Period(at - LONGEST_CALL, at + LONGEST_CALL)
