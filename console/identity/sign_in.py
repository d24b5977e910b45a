"""Signing in and out: password, second factor, session; a refusal tells nobody why (ASVS V2, V3); edge."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from console.identity import passwords as pw
from console.identity import second_factor, sessions
from console.identity.accounts import Account
from console.identity.results import CurrentUser, Rejected, SessionStarted, Throttled
from console.identity.sessions import Session, Stage
from console.identity.sign_in_throttle import SignInAttempt, Throttle
from console.identity.store import AccountStore, SessionStore, StoredAccount
from recordings.access.log import AccessLog
from recordings.model.access_entry import Action, Actor
from recordings.privacy.numbers import Numbers

log = structlog.get_logger()

WRONG_CODES: Final = 5
NOBODY: Final = Actor("nobody", "none", "unknown")


class SignIn:
    """One for the console; `numbers` hides the second factors' secrets (KeyMissing without its keys)."""

    def __init__(
        self,
        database: AsyncEngine,
        numbers: Callable[[], Numbers],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        passwords: pw.Passwords | None = None,
    ) -> None:
        self.accounts = AccountStore(database)
        self.sessions = SessionStore(database)
        self.passwords = passwords or pw.Passwords()
        self._tries, self._codes, self._proofs = Throttle(), Throttle(), Throttle()
        self._wrong_codes: Counter[str] = Counter()  # by half session
        self._closed: dict[tuple[str, str], float] = {}  # who was told to wait, until when
        self._log = AccessLog(database)
        self._numbers = numbers
        self._now = now

    async def password_version(self, login: str) -> str:
        """Changes with the account's password: browsers that knew an older one are strangers again."""
        kept = await self.accounts.find(login)
        return sessions.digest(kept.password_hash)[:16] if kept is not None else ""

    async def password(
        self, login: str, password: str, address: str, device: str | None = None
    ) -> SessionStarted | Rejected | Throttled:
        """The first step. A session always has a new token: one that was planted is worth nothing."""
        login = login.strip().lower()[:64]
        one = SignInAttempt(login, address, device)
        if wait := self._tries.begin(one, self._seconds()):
            await self._too_many(one, wait)
            return Throttled(wait)
        try:
            kept = await self.accounts.find(login)
            usable = kept is not None and not kept.account.disabled
            right = await self.passwords.fits(password, kept.password_hash if kept and usable else None)
            if kept is None or not right:
                self._tries.failed(one, self._seconds())
                await self._refused(kept, address)
                return Rejected()
            self._tries.succeeded(one)
        finally:
            self._tries.ended(one)
        if kept.totp is not None:
            return await self._begin(kept, "code", address)
        if kept.account.needs_second_factor:
            return await self._begin(kept, "enrol", address)
        return await self._in(kept, address)

    async def code(
        self, present: CurrentUser, code: str, address: str, device: str | None = None
    ) -> SessionStarted | Rejected | Throttled:
        """The second step of an enrolled account; the token changes with it."""
        login, half = present.account.login, present.session.id
        one = SignInAttempt(login, address, device)
        if wait := self._codes.begin(one, self._seconds()):
            await self._too_many(one, wait)
            return Throttled(wait)
        try:
            kept = await self.accounts.find(login)
            if kept is None or kept.totp is None:
                return Rejected()
            secret = self._numbers().reveal(kept.totp)
            step = second_factor.counter(secret, code, self._seconds(), kept.totp_used)
            if step is None or not await self.accounts.take_code(login, step):
                self._codes.failed(one, self._seconds())
                await self._refused(kept, address)
                await self._count_wrong(half)
                return Rejected()
            self._codes.succeeded(one)
        finally:
            self._codes.ended(one)
        return await self._in(kept, address, after=half)

    async def enrol(
        self, present: CurrentUser, secret: str, code: str, address: str
    ) -> SessionStarted | Rejected:
        """The first code proves that the authenticator has the secret; from now on it is asked for.

        At stage `enrol` only an account that has none yet: of two half sessions the first one wins.
        """
        step = second_factor.counter(secret, code, self._seconds(), 0)
        if step is None:
            await self._count_wrong(present.session.id)
            return Rejected()
        login = present.account.login
        hidden, again = self._numbers().hide(secret), present.session.stage == "renew"
        if not await self.accounts.enrol(login, hidden, step, again=again):
            await self.sessions.end(present.session.id)
            return Rejected()
        await self._log.note(
            actor(present.account), Action.ACCOUNT, [f"account {login}"], "second factor set"
        )
        await self.sessions.end_halves(login, but=present.session.id)
        kept = await self.accounts.find(login)
        return Rejected() if kept is None else await self._in(kept, address, after=present.session.id)

    async def replace_given_password(
        self, present: CurrentUser, fresh: str, address: str
    ) -> SessionStarted | Rejected:
        """A password of one's own in place of one that somebody else chose. Raises PasswordRefused."""
        await self.set_password(present, fresh)
        kept = await self.accounts.find(present.account.login)
        return Rejected() if kept is None else await self._whole(kept, address, after=present.session.id)

    async def set_password(self, present: CurrentUser, fresh: str) -> None:
        """One's own new password; all other sessions end. Raises PasswordRefused."""
        account = present.account
        await self.passwords.check(fresh, login=account.login, person=account.person)
        kept = await self.accounts.find(account.login)
        if kept is not None and await self.passwords.fits(fresh, kept.password_hash):
            raise pw.PasswordRefused("password: another one than before")
        await self.log_access(actor(account), Action.ACCOUNT, f"account {account.login}", "password changed")
        hashed = await self.passwords.hash(fresh)
        await self.accounts.change(account.login, password_hash=hashed, must_change=False)
        await self.sessions.end_all(account.login, but=present.session.id)

    async def confirm_password(self, present: CurrentUser, password: str) -> bool | Throttled:
        """Whether whoever sits there knows the password; asked before what an open screen must not allow."""
        one = SignInAttempt(present.account.login, present.session.id)
        if wait := self._proofs.begin(one, self._seconds()):
            return Throttled(wait)
        try:
            kept = await self.accounts.find(present.account.login)
            right = await self.passwords.fits(password, kept.password_hash if kept else None)
            if right:
                self._proofs.succeeded(one)
            else:
                self._proofs.failed(one, self._seconds())
        finally:
            self._proofs.ended(one)
        return right

    async def renew_second_factor(self, present: CurrentUser, address: str) -> SessionStarted | Rejected:
        """To a new second factor; the old one counts until the new one has proved itself."""
        kept = await self.accounts.find(present.account.login)
        if kept is None:
            return Rejected()
        return await self._begin(kept, "renew", address, after=present.session.id)

    async def log_access(self, who: Actor, action: Action, subject: str, reason: str) -> None:
        """Into the access log."""
        await self._log.note(who, action, [subject], reason)

    async def sign_out(self, present: CurrentUser) -> None:
        """Sign out."""
        await self.sessions.end(present.session.id)
        await self._log.note(actor(present.account), Action.SIGNED_OUT, [f"account {present.account.login}"])

    def _seconds(self) -> float:
        return self._now().timestamp()

    async def _in(
        self, kept: StoredAccount, address: str, after: str | None = None
    ) -> SessionStarted | Rejected:
        if kept.must_change:
            return await self._begin(kept, "change", address, after)
        return await self._whole(kept, address, after)

    async def _whole(
        self, kept: StoredAccount, address: str, after: str | None = None
    ) -> SessionStarted | Rejected:
        account = kept.account
        begun = await self._begin(kept, "in", address, after)
        if isinstance(begun, SessionStarted):
            await self._log.note(actor(account), Action.SIGNED_IN, [f"account {account.login}"], address)
        return begun

    async def _begin(
        self, kept: StoredAccount, stage: Stage, address: str, after: str | None = None
    ) -> SessionStarted | Rejected:
        """`after`: the session it takes the place of. Rejected when the account was changed meanwhile."""
        token, now = sessions.token(), self._now()
        login = kept.account.login
        session = Session(sessions.digest(token), login, stage, sessions.token(), now, now, address)
        if not await self.sessions.begin(session, kept.password_hash, after):
            return Rejected()
        return SessionStarted(token, session, kept.account)

    async def _count_wrong(self, half: str) -> None:
        """A half session is good for a few codes: then the password is asked for again."""
        self._wrong_codes[half] += 1
        if self._wrong_codes[half] >= WRONG_CODES:
            del self._wrong_codes[half]
            await self.sessions.end(half)

    async def _refused(self, kept: StoredAccount | None, address: str) -> None:
        """An unknown login is not written down: people type their passwords there."""
        who = actor(kept.account) if kept is not None else NOBODY
        subject = f"account {kept.account.login}" if kept is not None else "account unknown"
        await self._log.note(who, Action.SIGN_IN_REFUSED, [subject], f"from {address}")

    async def _too_many(self, one: SignInAttempt, wait: float) -> None:
        """Told once while it lasts, so that the log cannot be filled from outside."""
        now = self._seconds()
        if self._closed.get((one.login, one.origin), 0.0) > now:
            return
        self._closed = {key: until for key, until in self._closed.items() if until > now}
        self._closed[one.login, one.origin] = now + wait
        log.warning("sign_in_throttled", address=one.address, seconds=round(wait))
        kept = await self.accounts.find(one.login)
        if kept is not None:
            who, subject = actor(kept.account), f"account {one.login}"
            await self._log.note(who, Action.SIGN_IN_REFUSED, [subject], f"too many, from {one.address}")


def actor(account: Account) -> Actor:
    """As the access log knows the person."""
    return Actor(account.person, account.role, account.login)
