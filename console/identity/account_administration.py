"""Account administration; each act on others' accounts stands in the access log (A5); edge."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from config.refusals import Code, refused
from console.identity.accounts import Account, AccountRefused
from console.identity.sign_in import SignIn, actor
from recordings.model.access_entry import Action

# No letter that is read as another; 16 of them are some 78 bits.
LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as the administrator sees it."""

    account: Account
    sessions: int
    seen_at: datetime | None


class AccountAdministration:
    """`changed` is told when sessions have ended, so that their pages end at once.

    `hang_up` ends what a supervisor's phone listens to.
    """

    def __init__(
        self,
        sign_in: SignIn,
        changed: Callable[[], None],
        hang_up: Callable[[str, Account], Awaitable[None]],
    ) -> None:
        self._sign_in = sign_in
        self._changed = changed
        self._hang_up = hang_up

    async def rows(self) -> list[AccountRow]:
        """All accounts, by login."""
        open_ = [one for one in await self._sign_in.sessions.all() if one.alive(datetime.now(UTC))]
        return [
            AccountRow(
                account,
                sum(one.login == account.login for one in open_),
                max((one.seen_at for one in open_ if one.login == account.login), default=None),
            )
            for account in await self._sign_in.accounts.all()
        ]

    async def add(self, who: Account, account: Account) -> str:
        """The first password, told once; it must be changed at the first sign-in. Raises AccountRefused."""
        password = _password()
        hashed = await self._sign_in.passwords.hash(password)
        await self._sign_in.accounts.add(account, hashed, datetime.now(UTC), must_change=True)
        await self._note(who, account.login, f"added, {account.role}")
        return password

    async def new_password(self, who: Account, login: str) -> str:
        """As `add`; the sessions end. Raises AccountRefused for one's own: there the old one is asked for."""
        if login == who.login:
            raise AccountRefused(refused(Code.OWN_PASSWORD))
        password = _password()
        hashed = await self._sign_in.passwords.hash(password)
        await self._change(who, login, "password given", password_hash=hashed, must_change=True)
        return password

    async def disable(self, who: Account, login: str) -> None:
        """Nobody signs in with it; its sessions end. Raises AccountRefused for one's own."""
        if login == who.login:
            raise AccountRefused(refused(Code.OWN_CLOSING))
        await self._change(who, login, "disabled", disabled=True)

    async def enable(self, who: Account, login: str) -> None:
        """Open a closed account again."""
        await self._change(who, login, "enabled", disabled=False)

    async def forget_second_factor(self, who: Account, login: str) -> None:
        """For a lost authenticator. Raises AccountRefused for one's own: that would be no second factor."""
        if login == who.login:
            raise AccountRefused(refused(Code.OWN_SECOND_FACTOR))
        await self._change(who, login, "second factor forgotten", totp=None)

    async def end_sessions(self, who: Account, login: str) -> None:
        """Sign an account out everywhere."""
        await self._change(who, login, "sessions ended")

    async def _change(self, who: Account, login: str, what: str, **values: Any) -> None:
        kept = await self._sign_in.accounts.find(login)
        if kept is None:
            raise AccountRefused(refused(Code.UNKNOWN_ACCOUNT, login=login))
        await self._note(who, login, what)
        if values:
            await self._sign_in.accounts.change(login, **values)
        await self._sign_in.sessions.end_all(login)
        self._changed()
        if kept.account.phone is not None:
            await self._hang_up(kept.account.phone, who)

    async def _note(self, who: Account, login: str, what: str) -> None:
        await self._sign_in.log_access(actor(who), Action.ACCOUNT, f"account {login}", what)


def _password() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))
