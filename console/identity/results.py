"""Results of signing in, and who makes a request; pure."""

from dataclasses import dataclass

from console.identity.accounts import Account
from console.identity.sessions import Session


class DatabaseUnavailable(OSError):
    """Who asks cannot be known now."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Login, password or code: which, nobody learns."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many wrong ones from there; `seconds` until the next is looked at."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A session, whole (`in`) or waiting for the second factor (`code`, `enrol`); the token is told once."""

    token: str
    session: Session
    account: Account


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who makes a request."""

    session: Session
    account: Account
