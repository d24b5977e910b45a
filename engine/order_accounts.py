"""Orders about the consultants' accounts: the engine owns their file while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from config.rights import Right
from config.settings import Language
from dialplan.people import Account
from engine import accounts
from engine.control import Answer, Asker, Order, Wrong
from engine.order_access import AccessOrders
from recordings.access import Action
from routing.consultants import Consultant

if TYPE_CHECKING:
    from engine.wiring import Engine

KNOWN: Final = frozenset(get_args(Language))


class AccountOrders:
    """`accounts.add` and `accounts.remove`; Asterisk's files are rendered by the command line, as root."""

    def __init__(self, engine: Engine, access: AccessOrders) -> None:
        self._engine = engine
        self._access = access
        self._one = asyncio.Lock()  # two orders at once would each write their own half

    def by_name(self) -> Mapping[str, Order]:
        """The orders by the word they are asked with."""
        return {"accounts.add": self.add, "accounts.remove": self.remove}

    async def add(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """A new consultant, on shift as soon as the phone registers; the answer holds the secret, once."""
        self._access.may(asker, asked, Right.ACCOUNTS)
        id_, name = str(asked.get("id", "")), str(asked.get("name", ""))
        languages = asked.get("languages")
        if not isinstance(languages, list) or not KNOWN.issuperset(map(str, languages)):
            raise Wrong("languages: name kk, ru or both, in order of preference")
        spoken = tuple(cast(Sequence[Language], languages))
        async with self._one:
            await self._change(lambda all_: accounts.with_new(all_, id_, name, spoken))
            [account] = [one for one in await self._load() if one.id == id_]
            if not account.supervisor:
                self._engine.desk.consultant_known(Consultant(id_, spoken))
            self._engine.accounts_changed()
            self._engine.mirror.changed()
        await self._access.changed(asker, asked, Action.CHANGED, f"consultant {id_}", "added")
        return {"id": id_, "name": account.name, "languages": list(spoken), "secret": account.secret}

    async def remove(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """Gone from the shift; a conversation under way goes on to its end."""
        self._access.may(asker, asked, Right.ACCOUNTS)
        id_ = str(asked.get("id", ""))
        async with self._one:
            await self._change(lambda all_: accounts.without(all_, id_))
            self._engine.desk.consultant_forgotten(id_)
            self._engine.accounts_changed()
            self._engine.mirror.changed()
        await self._access.changed(asker, asked, Action.CHANGED, f"consultant {id_}", "removed")
        return {"id": id_}

    async def _load(self) -> tuple[Account, ...]:
        return await asyncio.to_thread(accounts.load, self._engine.settings)

    async def _change(self, changed: Callable[[Sequence[Account]], tuple[Account, ...]]) -> None:
        try:
            after = changed(await self._load())
        except accounts.AccountRefused as why:
            raise Wrong(str(why)) from None
        await asyncio.to_thread(accounts.save, self._engine.settings, after)
