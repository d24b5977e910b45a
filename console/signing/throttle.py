"""Wrong passwords are slowed down where they come from, never where the right person signs in; pure."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 900.0  # seconds
OF_A_PAIR: Final = 10  # wrong tries of one login from one address in a window
OF_AN_ADDRESS: Final = 50
REMEMBERED: Final = 20_000  # addresses and pairs: memory is bounded, the oldest go


@dataclass(slots=True)
class Throttle:
    """Counts by (login, origin) and by address: who guesses from one place locks nobody out elsewhere."""

    _failures: dict[tuple[str, str], deque[float]] = field(default_factory=dict)

    def wait(self, login: str, origin: str, now: float) -> float:
        """Seconds until the next try is looked at; 0 when at once.

        `origin` is an address, or "device …" for a browser in which this login has signed in before: what
        others guess from the same address does not count against it (OWASP: device cookies).
        """
        return max(
            self._wait((login, origin), OF_A_PAIR, now),
            0.0 if origin.startswith("device ") else self._wait(("", origin), OF_AN_ADDRESS, now),
        )

    def failed(self, login: str, origin: str, now: float) -> None:
        """A wrong password or code; also said before one is looked at, and taken back by `succeeded`."""
        for key in ((login, origin), ("", origin)):
            times = self._failures.pop(key, None) or deque(maxlen=OF_AN_ADDRESS)
            times.append(now)
            self._failures[key] = times
        while len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, login: str, origin: str) -> None:
        """The right person was there: their own slips are forgotten, the address's others are not."""
        self._failures.pop((login, origin), None)
        if times := self._failures.get(("", origin)):
            times.pop()

    def _wait(self, key: tuple[str, str], most: int, now: float) -> float:
        times = self._failures.get(key)
        if times is None:
            return 0.0
        recent = [at for at in times if at > now - WINDOW]
        return recent[-most] + WINDOW - now if len(recent) >= most else 0.0
