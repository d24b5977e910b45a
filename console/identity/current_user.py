"""Session lookup: who makes a request, told by the token; a database that is away is bridged; edge."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from console.identity import sessions
from console.identity.results import CurrentUser, DatabaseUnavailable
from console.identity.sessions import Session
from console.identity.store import AccountStore, SessionStore

REMEMBERED: Final = 2000  # sessions


class SessionLookup:
    """One for the console."""

    def __init__(
        self,
        accounts: AccountStore,
        sessions_: SessionStore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._accounts, self._sessions = accounts, sessions_
        self._now = now
        self._known: dict[str, CurrentUser] = {}  # by session, who was here last

    async def find(self, token: str) -> CurrentUser | None:
        """Who holds this token; None for nobody, an ended session, a closed account."""
        if not token or len(token) > 100:
            return None
        id_, now = sessions.digest(token), self._now()
        try:
            session = await self._sessions.find(id_)
            kept = await self._accounts.find(session.login) if session is not None else None
        except (SQLAlchemyError, OSError):
            return self._remembered(id_, now)
        self._known.pop(id_, None)
        if session is None or kept is None or kept.account.disabled or not session.alive(now):
            return None
        found = self._known[id_] = CurrentUser(session, kept.account)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return found

    async def seen(self, session: Session) -> None:
        """The person did something: the session lives on. Written once a minute at most."""
        now = self._now()
        if (known := self._known.get(session.id)) is not None:  # counts while the database is away, too
            self._known[session.id] = CurrentUser(replace(known.session, seen_at=now), known.account)
        if (now - session.seen_at).total_seconds() > 60:
            with suppress(SQLAlchemyError, OSError):  # an answer does not wait for this
                await self._sessions.seen(session.id, now)

    def _remembered(self, id_: str, now: datetime) -> CurrentUser | None:
        """While the database is away no session can be ended: who was in stays in, and the line is steered.

        Raises DatabaseUnavailable for who is not remembered: nobody knows.
        """
        found = self._known.get(id_)
        if found is None:
            raise DatabaseUnavailable
        return found if found.session.alive(now) else None
