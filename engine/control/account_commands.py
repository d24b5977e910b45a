"""Commands about the consultants' accounts: the engine owns their file while it runs; edge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from config.refusals import Code, refused
from config.rights import Right
from config.settings import Language
from dialplan.sip_accounts import SipAccount
from engine.control.authorisation import AccessCommands
from engine.install import consultant_accounts as accounts
from engine.process.local_socket import Answer, Command, CommandRefused, Peer
from recordings.model.access_entry import Action
from routing.dispatch.consultant import Consultant

if TYPE_CHECKING:
    from engine.control.engine_parts import EngineParts

KNOWN: Final = frozenset(get_args(Language))


class AccountCommands:
    """`accounts.add`, `change`, `remove`, `read`; Asterisk is told by the command line, as root."""

    def __init__(self, engine: EngineParts, access: AccessCommands) -> None:
        self._engine = engine
        self._access = access
        self._one = asyncio.Lock()  # two commands at once would each write their own half

    def by_name(self) -> Mapping[str, Command]:
        """The commands by the word they are asked with."""
        return {
            "accounts.add": self.add,
            "accounts.change": self.change,
            "accounts.remove": self.remove,
            "accounts.read": self.read,
        }

    async def add(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """A new consultant, on shift as soon as the phone registers; the answer holds the secret, once."""
        self._access.require_right(peer, request, Right.ACCOUNTS)
        id_, name = str(request.get("id", "")), str(request.get("name", ""))
        spoken = _languages(request.get("languages"))
        async with self._one:
            await self._change(lambda all_: accounts.with_new(all_, id_, name, spoken))
            [account] = [one for one in await self._load() if one.id == id_]
            await self._agree()
        await self._access.log_done(peer, request, Action.CHANGED, f"consultant {id_}", "added")
        return {"id": id_, "name": account.name, "languages": list(spoken), "secret": account.secret}

    async def change(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Another name, other languages, a fresh secret; a conversation goes on."""
        self._access.require_right(peer, request, Right.ACCOUNTS)
        id_, name, what = str(request.get("id", "")), request.get("name"), str(request.get("what", ""))
        spoken = None if request.get("languages") is None else _languages(request["languages"])
        named, secret = None if name is None else str(name), request.get("secret") is True
        async with self._one:
            await self._change(lambda all_: accounts.with_changed(all_, id_, named, spoken, secret=secret))
            await self._agree()
        await self._access.log_done(peer, request, Action.CHANGED, f"consultant {id_}", f"{what} changed")
        return {"id": id_}

    async def remove(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Gone from the shift, no ring any more; the command ends a conversation under way."""
        self._access.require_right(peer, request, Right.ACCOUNTS)
        id_ = str(request.get("id", ""))
        async with self._one:
            await self._change(lambda all_: accounts.without(all_, id_))
            await self._agree()
        await self._access.log_done(peer, request, Action.CHANGED, f"consultant {id_}", "removed")
        return {"id": id_}

    async def read(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """The accounts as they are on disk, written by a command while no engine answered."""
        self._access.require_right(peer, request, Right.ACCOUNTS)
        async with self._one:
            await self._agree()
        return {}

    async def _agree(self) -> None:
        """The shift as the accounts have it."""
        desk = self._engine.dispatch
        there = {seat.id for seat in desk.snapshot().consultants}
        everyone = {one.id: one for one in await self._load() if not one.supervisor}
        for id_ in there - everyone.keys():
            desk.unreachable(id_)  # whoever has this id next is somebody else, with another phone
            desk.consultant_forgotten(id_)
        reach = self._engine.line.live.reach
        for one in everyone.values():
            desk.consultant_known(Consultant(one.id, one.languages))
            if one.id not in there and reach.get(one.id) == "reachable":
                desk.reachable(one.id)  # its phone registered before the engine knew of it
        self._engine.accounts_changed()
        self._engine.mirror.changed()

    async def _load(self) -> tuple[SipAccount, ...]:
        return await asyncio.to_thread(accounts.load, self._engine.settings)

    async def _change(self, changed: Callable[[Sequence[SipAccount]], tuple[SipAccount, ...]]) -> None:
        try:
            after = changed(await self._load())
        except accounts.ConsultantRefused as why:
            raise CommandRefused(str(why)) from None
        await asyncio.to_thread(accounts.save, self._engine.settings, after)


def _languages(said: object) -> Sequence[Language]:
    if not isinstance(said, list) or not KNOWN.issuperset(map(str, said)):
        raise CommandRefused(refused(Code.UNKNOWN_LANGUAGES))
    return tuple(cast(Sequence[Language], said))
