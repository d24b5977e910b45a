"""Numbers that are not ours, dialled by a trunk: counted by operator, told until it has ceased (A1); edge."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from config.masking import masked
from routing.ami.client import Message
from routing.live.ami_events import refused_number

log = structlog.get_logger()

CEASED: Final = 900.0  # seconds without another one, then its cause counts as gone
LOGGED: Final = 60.0  # seconds between two lines in the log about one operator
SHORT: Final = 4  # digits: a service's code, and nobody's own number
OPERATORS: Final = 200  # a trunk may be a whole network


@dataclass(slots=True)
class RefusedNumber:
    """Of one operator: all since the engine's start, and the present spell; epoch seconds."""

    count: int = 0
    since: float = 0.0
    last: float = 0.0
    logged: float = 0.0
    number: str = ""  # the last one, as it may be shown


@dataclass(slots=True)
class RefusedNumbers:
    """Takes the dialplan's events; `alarm` gets (kind, operator) when a spell begins."""

    alarm: Callable[[str, str], None]
    changed: Callable[[], None]
    _operators: dict[str, RefusedNumber] = field(default_factory=dict)

    def on_message(self, message: Message) -> None:
        """An AMI event."""
        event = refused_number(message)
        if event is None:
            return
        found = self._operators.setdefault(event.operator, RefusedNumber())
        begins = event.at - found.last >= CEASED
        if begins:
            found.since = event.at
            self.alarm("number_refused", event.operator)
        found.count += 1
        found.last = max(found.last, event.at)
        found.number = shown(event.pii_number)
        if event.at - found.logged >= LOGGED:
            found.logged = event.at
            log.warning("number_refused", operator=event.operator, count=found.count, pii_number=found.number)
        if len(self._operators) > OPERATORS:
            del self._operators[min(self._operators, key=lambda one: self._operators[one].last)]
        self.changed()

    def standing(self, at: float) -> Iterator[tuple[str, float]]:
        """Operators that dial wrong numbers now, and since when."""
        for operator, found in self._operators.items():
            if at - found.last < CEASED:
                yield operator, found.since

    def told(self) -> list[dict[str, Any]]:
        """For the doctor: all since the engine's start, the newest first; numbers as they may be shown."""
        rows = sorted(self._operators.items(), key=lambda one: -one[1].last)
        return [
            {
                "operator": operator,
                "count": found.count,
                "last": datetime.fromtimestamp(found.last, UTC).isoformat(timespec="seconds"),
                "number": found.number,
            }
            for operator, found in rows
        ]


def shown(pii_number: str) -> str:
    """A short code as it is; what could be a person's number masked."""
    short = pii_number.isascii() and sum(one.isalnum() for one in pii_number) <= SHORT
    return pii_number if short else str(masked(pii_number))
