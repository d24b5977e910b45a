"""Alarms are raised at once, but the same one not again and again."""

from collections.abc import Callable
from datetime import datetime, timedelta

QUIET = timedelta(seconds=60)


class LimitedAlarms:
    """Passes an alarm on to `raise_` unless the same one, about the same, was raised within a minute."""

    def __init__(self, raise_: Callable[[str, str, datetime], None], now: Callable[[], datetime]) -> None:
        self._raise = raise_
        self._now = now
        self._last: dict[tuple[str, str], datetime] = {}

    def raise_(self, kind: str, about: str) -> None:
        """`about` is an id of ours or a language, never a number."""
        now = self._now()
        if (last := self._last.get((kind, about))) is not None and now - last < QUIET:
            return
        self._last[kind, about] = now
        self._raise(kind, about, now)
