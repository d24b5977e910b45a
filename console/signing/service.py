"""Signing in and out: password, second factor, session; what is refused tells nobody why (ASVS V2, V3)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from console.signing import passwords as pw
from console.signing import second_factor, sessions
from console.signing.accounts import Account
from console.signing.sessions import Session, Stage
from console.signing.store import Accounts, Kept, Sessions
from console.signing.throttle import Throttle
from recordings.access import Action, Actor
from recordings.access_store import AccessLog
from recordings.numbers import Numbers

REMEMBERED: Final = 2000  # sessions


class DatabaseAway(OSError):
    """Who asks cannot be known now."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Login, password or code: which, nobody learns."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many wrong ones from there; `seconds` until the next is looked at."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Begun:
    """A session, whole (`in`) or waiting for the second factor (`code`, `enrol`); the token is told once."""

    token: str
    session: Session
    account: Account


@dataclass(frozen=True, slots=True)
class Present:
    """Who makes a request."""

    session: Session
    account: Account


class SignIn:
    """One for the console; `numbers` hides the second factors' secrets (KeyMissing without its keys)."""

    def __init__(
        self,
        database: AsyncEngine,
        numbers: Callable[[], Numbers],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.accounts = Accounts(database)
        self.sessions = Sessions(database)
        self.passwords = pw.Passwords()
        self._throttle = Throttle()
        self._log = AccessLog(database)
        self._numbers = numbers
        self._now = now
        self._known: dict[str, Present] = {}  # by session, who was here last

    async def password(
        self, login: str, password: str, address: str, device: str | None = None
    ) -> Begun | Wrong | Throttled:
        """The first step. A session always has a new token: one that was planted is worth nothing."""
        login, now = login.strip().lower()[:64], self._now()
        origin = f"device {device}" if device else address
        if wait := self._throttle.wait(login, origin, now.timestamp()):
            return Throttled(wait)
        # Counted before it is looked at: many at once are no way round.
        self._throttle.failed(login, origin, now.timestamp())
        kept = await self.accounts.find(login)
        usable = kept is not None and not kept.account.disabled
        right = await self.passwords.fits(password, kept.password_hash if kept and usable else None)
        if kept is None or not right:
            await self._refused(login, kept)
            return Wrong()
        self._throttle.succeeded(login, origin)
        if kept.totp is not None:
            return await self._begin(kept.account, "code", address)
        if kept.account.needs_second_factor:
            return await self._begin(kept.account, "enrol", address)
        return await self._in(kept, address)

    async def code(self, present: Present, code: str, address: str) -> Begun | Wrong | Throttled:
        """The second step of an enrolled account; the token changes with it."""
        now = self._now().timestamp()
        login = present.account.login
        if wait := self._throttle.wait(f"{login} code", address, now):
            return Throttled(wait)
        self._throttle.failed(f"{login} code", address, now)
        kept = await self.accounts.find(login)
        if kept is None or kept.totp is None or kept.account.disabled:
            return Wrong()
        step = second_factor.counter(self._numbers().reveal(kept.totp), code, now, kept.totp_used)
        if step is None or not await self.accounts.take_code(login, step):
            await self._refused(login, kept)
            return Wrong()
        self._throttle.succeeded(f"{login} code", address)
        await self.sessions.end(present.session.id)
        return await self._in(kept, address)

    async def enrol(self, present: Present, secret: str, code: str, address: str) -> Begun | Wrong:
        """The first code proves that the authenticator has the secret; from now on it is asked for."""
        step = second_factor.counter(secret, code, self._now().timestamp(), 0)
        if step is None:
            return Wrong()
        login = present.account.login
        await self.accounts.change(login, totp=self._numbers().hide(secret), totp_used=step)
        await self._log.note(
            actor(present.account), Action.ACCOUNT, [f"account {login}"], "second factor set"
        )
        await self.sessions.end(present.session.id)
        kept = await self.accounts.find(login)
        return Wrong() if kept is None else await self._in(kept, address)

    async def change(self, present: Present, fresh: str, address: str) -> Begun:
        """A password of one's own in place of one that somebody else chose. Raises PasswordRefused."""
        await self.set_password(present, fresh)
        await self.sessions.end(present.session.id)
        return await self._whole(present.account, address)

    async def set_password(self, present: Present, fresh: str) -> None:
        """One's own new password; all other sessions end. Raises PasswordRefused."""
        account = present.account
        pw.check(fresh, login=account.login, person=account.person)
        await self._log.note(actor(account), Action.ACCOUNT, [f"account {account.login}"], "password changed")
        hashed = await self.passwords.hash(fresh)
        await self.accounts.change(account.login, password_hash=hashed, must_change=False)
        await self.sessions.end_all(account.login, but=present.session.id)

    async def proves(self, present: Present, password: str) -> bool | Throttled:
        """Whether whoever sits there knows the password; asked before what an open screen must not allow."""
        login, now = f"{present.account.login} own", self._now().timestamp()
        if wait := self._throttle.wait(login, present.session.id, now):
            return Throttled(wait)
        self._throttle.failed(login, present.session.id, now)
        kept = await self.accounts.find(present.account.login)
        right = await self.passwords.fits(password, kept.password_hash if kept else None)
        if right:
            self._throttle.succeeded(login, present.session.id)
        return right

    async def enrol_again(self, present: Present, address: str) -> Begun:
        """To a new second factor; the old one counts until the new one has proved itself."""
        await self.sessions.end(present.session.id)
        return await self._begin(present.account, "enrol", address)

    async def present(self, token: str) -> Present | None:
        """Who holds this token; None for nobody, an ended session, a closed account."""
        if not token or len(token) > 100:
            return None
        id_, now = sessions.digest(token), self._now()
        try:
            session = await self.sessions.find(id_)
            kept = await self.accounts.find(session.login) if session is not None else None
        except (SQLAlchemyError, OSError):
            return self._remembered(id_, now)
        self._known.pop(id_, None)
        if session is None or kept is None or kept.account.disabled or not session.alive(now):
            return None
        found = self._known[id_] = Present(session, kept.account)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return found

    def _remembered(self, id_: str, now: datetime) -> Present | None:
        """While the database is away no session can be ended: who was in stays in, and the line is steered.

        Raises DatabaseAway for who is not remembered: nobody knows.
        """
        found = self._known.get(id_)
        if found is None:
            raise DatabaseAway
        return found if found.session.alive(now) else None

    async def seen(self, session: Session) -> None:
        """The person did something: the session lives on. Written once a minute at most."""
        now = self._now()
        if (now - session.seen_at).total_seconds() > 60:
            with suppress(SQLAlchemyError, OSError):  # an answer does not wait for this
                await self.sessions.seen(session.id, now)

    async def note(self, who: Actor, action: Action, subject: str, reason: str) -> None:
        """Into the access log."""
        await self._log.note(who, action, [subject], reason)

    async def out(self, present: Present) -> None:
        """Sign out."""
        await self.sessions.end(present.session.id)
        await self._log.note(actor(present.account), Action.SIGNED_OUT, [f"account {present.account.login}"])

    async def _in(self, kept: Kept, address: str) -> Begun:
        if kept.must_change:
            return await self._begin(kept.account, "change", address)
        return await self._whole(kept.account, address)

    async def _whole(self, account: Account, address: str) -> Begun:
        await self._log.note(actor(account), Action.SIGNED_IN, [f"account {account.login}"])
        return await self._begin(account, "in", address)

    async def _begin(self, account: Account, stage: Stage, address: str) -> Begun:
        token, now = sessions.token(), self._now()
        session = Session(sessions.digest(token), account.login, stage, sessions.token(), now, now, address)
        await self.sessions.begin(session)
        return Begun(token, session, account)

    async def _refused(self, login: str, kept: Kept | None) -> None:
        """An unknown login is not written down: people type their passwords there."""
        if kept is not None:
            await self._log.note(actor(kept.account), Action.SIGN_IN_REFUSED, [f"account {login}"])


def actor(account: Account) -> Actor:
    """As the access log knows the person."""
    return Actor(account.person, account.role, account.login)
