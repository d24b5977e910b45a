"""A session as the server keeps it; the browser holds only its token; pure."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
UNFINISHED: Final = timedelta(minutes=10)  # between password and second factor

# change: a password that somebody else knows; renew: another second factor
Stage = Literal["code", "enrol", "renew", "change", "in"]


@dataclass(frozen=True, slots=True)
class Session:
    """`id` is the token's SHA-256: who reads the table cannot sign in with it."""

    id: str
    login: str
    stage: Stage
    csrf: str
    began_at: datetime
    seen_at: datetime
    address: str

    def alive(self, now: datetime) -> bool:
        """Neither idle too long nor too old; not finished within ten minutes is too old, too."""
        if self.stage != "in":
            return now - self.began_at < UNFINISHED
        return now - self.seen_at < IDLE and now - self.began_at < ABSOLUTE


def token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token_: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token_.encode(errors="replace")).hexdigest()
