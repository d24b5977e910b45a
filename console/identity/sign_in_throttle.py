"""Wrong passwords are slowed down where they come from, never where the right person signs in; pure."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 900.0  # seconds
OF_A_PAIR: Final = 10  # wrong tries of one login from one origin in a window
OF_AN_ADDRESS: Final = 50  # of all logins from one address in a window
HOUR: Final = 3600.0
OF_STRANGERS: Final = 100  # of one login in an hour, from all browsers that do not know it (ASVS V2.2.1)
WHILE_GUESSED: Final = 3  # of one login from one address in an hour, once strangers have had so many
AT_ONCE: Final = 100  # tries of one address that are being looked at
SOON: Final = 2.0  # seconds: too many are being looked at
REMEMBERED: Final = 50_000  # keys: memory is bounded, the oldest go

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """One try; `device` names a browser in which this login has signed in before (OWASP: device cookies)."""

    login: str
    address: str
    device: str | None = None

    @property
    def origin(self) -> str:
        """Where tries of one login are counted together."""
        return f"device {self.device}" if self.device else self.address

    @property
    def limits(self) -> Iterator[tuple[Key, int, float]]:
        """Keys it counts by, with how many in how long; a known browser is not closed by others' guesses."""
        yield ("pair", self.login, self.origin), OF_A_PAIR, WINDOW
        if self.device is None:
            yield ("address", "", self.address), OF_AN_ADDRESS, WINDOW
            yield ("strangers", self.login, ""), OF_STRANGERS, HOUR


@dataclass(slots=True)
class Throttle:
    """Each try: `begin`, then `failed` or `succeeded`, then `ended`."""

    _failures: dict[Key, deque[float]] = field(default_factory=dict)
    _flying: Counter[Key] = field(default_factory=Counter)

    def begin(self, one: SignInAttempt, now: float) -> float:
        """Seconds to wait before it is looked at; 0: it is looked at now, and counts until it has `ended`.

        While a login is guessed at from everywhere, an address has few tries of it and not none: its owner's
        first sign-in comes from an address that has not guessed.
        Those looked at count as wrong against their own limit, so that many at once are no way round;
        against an address's they do not: a whole shift signs in at one moment.
        """
        waits = [self._limit(one, key, most, window, now) for key, most, window in one.limits]
        if one.device is None and self._flying["address", "", one.address] >= AT_ONCE:
            waits.append(SOON)
        if (wait := max(waits)) <= 0:
            for key, _, _ in one.limits:
                self._flying[key] += 1
        return wait

    def failed(self, one: SignInAttempt, now: float) -> None:
        """A wrong password or code."""
        for key, most, _ in one.limits:
            times = self._failures.pop(key, None) or deque(maxlen=most)
            times.append(now)
            self._failures[key] = times
        while len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, one: SignInAttempt) -> None:
        """The right person was there: their own slips are forgotten."""
        self._failures.pop(("pair", one.login, one.origin), None)

    def ended(self, one: SignInAttempt) -> None:
        """No longer looked at."""
        for key, _, _ in one.limits:
            self._flying[key] -= 1
            if self._flying[key] <= 0:
                del self._flying[key]

    def _limit(self, one: SignInAttempt, key: Key, most: int, window: float, now: float) -> float:
        wait = self._wait(key, most, window, now)
        if key[0] != "strangers" or not wait:
            return wait
        return self._wait(("pair", one.login, one.origin), WHILE_GUESSED, HOUR, now)

    def _wait(self, key: Key, most: int, window: float, now: float) -> float:
        recent = [at for at in self._failures.get(key, ()) if at > now - window]
        if len(recent) >= most:
            return recent[-most] + window - now
        flying = self._flying[key] if key[0] != "address" else 0
        return SOON if len(recent) + flying >= most else 0.0
