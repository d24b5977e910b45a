"""A manual hold: who keeps a call's recordings and rows from going, why, and until when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """`subject` is the call's id; `until` None: until it is lifted."""

    id: int
    subject: str
    person: str
    system_user: str
    reason: str
    set_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None

    def holds(self, now: datetime) -> bool:
        """Whether it does at `now`."""
        return self.lifted_at is None and (self.until is None or self.until > now)
