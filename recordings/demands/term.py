"""Term of a demand: clock hours from its receipt, warnings on the way, the breach; pure (C6, A19)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class TermMark:
    """A moment of a term: `share` of it is over; 1.0 is the breach."""

    share: float
    at: datetime

    @property
    def kind(self) -> str:
        """The alarm's word."""
        return "demand_overdue" if self.share >= 1 else f"demand_{round(self.share * 100)}"


def due(received: datetime, hours: float) -> datetime:
    """Clock hours: nights and holidays count."""
    return received + timedelta(hours=hours)


def marks(received: datetime, due_at: datetime, shares: Sequence[float]) -> list[TermMark]:
    """The warnings and the end, in order."""
    term = due_at - received
    return [*(TermMark(share, received + term * share) for share in sorted(shares)), TermMark(1.0, due_at)]


def marks_passed(
    received: datetime, due_at: datetime, shares: Sequence[float], now: datetime
) -> Iterator[TermMark]:
    """Those that lie behind."""
    return (mark for mark in marks(received, due_at, shares) if mark.at <= now)


def time_left(due_at: datetime, now: datetime) -> str:
    """ "3:59:07", "2 d 03:10:00", or "overdue by 0:12:44"."""
    seconds = round((due_at - now).total_seconds())
    over, seconds = seconds < 0, abs(seconds)
    days, seconds = divmod(seconds, 86400)
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return ("overdue by " if over else "") + (f"{days} d " if days else "") + text
