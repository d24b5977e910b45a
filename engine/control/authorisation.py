"""Commands that stand in the access log: who asks is told by the kernel, never by themselves; edge."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from config.reasons import ReasonRefused
from config.refusals import Code, refused
from config.rights import Right, may
from config.settings import Person, Settings
from config.told import N_, told
from engine.process.local_socket import Answer, Command, CommandRefused, Peer
from engine.process.operator import UnknownUser, person, refusal
from recordings.model.access_entry import (
    Access,
    Action,
    Actor,
    ReasonMissing,
    Result,
    new_access,
    result_entry,
)

if TYPE_CHECKING:
    from recordings.journal.journal import Journal


# What the command line shows by itself, once it is written down here; all else the engine knows better.
NOTED: Final[Mapping[str, Right]] = {Action.UNMASKED: Right.TAKE_OUT}


class AccessContext(Protocol):
    """What the commands need of the engine."""

    @property
    def settings(self) -> Settings: ...
    @property
    def journal(self) -> Journal: ...


class AccessCommands:
    """`access.note`: what the command line is about to show is written down first (A5)."""

    def __init__(self, engine: AccessContext) -> None:
        self._engine = engine

    def by_name(self) -> Mapping[str, Command]:
        """The commands by the word they are asked with."""
        return {"access.note": self.note}

    async def note(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Write one entry for each of `subjects`; answered when they would outlive a crash."""
        right = NOTED.get(str(request.get("action", "")))
        if right is None:
            raise CommandRefused(refused(Code.NOT_NOTED_FROM_OUTSIDE))
        who, action = self.require_right(peer, request, right), Action(str(request["action"]))
        subjects = request.get("subjects")
        if not isinstance(subjects, list) or not subjects or not all(isinstance(s, str) for s in subjects):
            raise CommandRefused(refused(Code.NOTHING_TO_NOTE))
        await self.log_first(who, action, subjects, str(request.get("reason", "")), N_("nothing is shown"))
        return {"person": who.person, "role": who.role, "written": len(subjects)}

    async def log_first(
        self, who: Actor, action: Action, subjects: Sequence[str], reason: str, otherwise: str
    ) -> list[Access]:
        """First the log, then the ear or the eye: the entries, once they would outlive a crash (A5, A18).

        In the database, or flushed in the spool, which goes into the database before anything newer.
        Raises CommandRefused, where `otherwise` says what is not done; an entry still on its way is then
        followed by one that says so.
        """
        entries = self._entries(who, action, subjects, reason)
        if not await self._kept(entries):
            for entry in entries:
                self.log_failed(entry, Result.REFUSED, "it could not be written down first")
            raise CommandRefused(refused(Code.LOG_UNWRITABLE, otherwise=told(otherwise)))
        return entries

    def log_failed(self, entry: Access, result: Result, why: str) -> None:
        """What stands in the log already did not come about."""
        self._engine.journal.submit(result_entry(entry, datetime.now(UTC), result, why))

    async def log_done(
        self, peer: Peer, request: Mapping[str, Any], action: Action, subject: str, reason: str = ""
    ) -> None:
        """Write down a command that was carried out."""
        await self.log_after(self.actor(peer, request), action, subject, reason)

    async def log_after(self, who: Actor, action: Action, subject: str, reason: str = "") -> None:
        """Write down a command that did not wait for the log and was carried out; late, it says so."""
        entries = self._entries(who, action, [subject], reason)
        if not await self._kept(entries):
            self._submit(who, Action.LATE, subject, f"{action}: done at {entries[0].at}, written later")

    def require_right(self, peer: Peer, request: Mapping[str, Any], right: Right) -> Actor:
        """Who asks, if their role has the right. Raises CommandRefused."""
        who = self.actor(peer, request)
        if not may(who.role, right):
            raise CommandRefused(refusal(who.person, who.role, right))
        return who

    def require_steering(self, peer: Peer, request: Mapping[str, Any], consultant: str) -> Actor:
        """Who asks: with the right to steer, or for their own seat, for which nobody's leave is needed.

        Raises CommandRefused.
        """
        by = self.acting_for(peer, request)
        own = by is not None and str(by.get("consultant") or "") == consultant
        return self.require_right(peer, request, Right.OWN_DESK if own else Right.STEER)

    def require_watching(self, peer: Peer) -> None:
        """The console shows the board to those who may see it; anybody else is asked for that right."""
        if not self.is_console(peer):
            self.require_right(peer, {}, Right.WATCH)

    def is_console(self, peer: Peer) -> bool:
        """The console, which has asked each person for a password."""
        return peer == self._engine.settings.console_user

    def acting_for(self, peer: Peer, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """For whom the console asks; nobody else may say that. Raises CommandRefused."""
        by = request.get("by")
        if by is None:
            return None
        if not self.is_console(peer) or not isinstance(by, Mapping):
            raise CommandRefused(refused(Code.NOT_THE_CONSOLE))
        return by

    def actor(self, peer: Peer, request: Mapping[str, Any]) -> Actor:
        """Who asks; the console says for whom (`by`): the kernel knows the console. Raises CommandRefused."""
        by = self.acting_for(peer, request)
        if by is not None:
            try:
                return Actor(str(by["person"]), str(by["role"]), str(by["user"]))
            except (KeyError, TypeError):
                raise CommandRefused(refused(Code.ASKED_FOR_NOBODY)) from None
        who = self.person(peer)
        return Actor(who.person, who.role, peer)

    def person(self, peer: Peer) -> Person:
        """Who a system user is; in the lab root is its administrator. Raises CommandRefused."""
        try:
            return person(self._engine.settings, peer, as_root=peer.root)
        except UnknownUser as why:
            raise CommandRefused(str(why)) from None

    def _entries(self, who: Actor, action: Action, subjects: Sequence[str], reason: str) -> list[Access]:
        """Raises CommandRefused for words that the log would not keep."""
        now = datetime.now(UTC)
        try:
            return [new_access(str(uuid.uuid4()), now, who, action, subject, reason) for subject in subjects]
        except ReasonMissing:
            raise CommandRefused(refused(Code.REASON_MISSING)) from None
        except ReasonRefused as why:
            raise CommandRefused(str(why)) from None

    async def _kept(self, entries: Sequence[Access]) -> bool:
        """Whether all of them would outlive a crash, within the time that the journal gives itself."""
        return all(await asyncio.gather(*(self._engine.journal.write(entry) for entry in entries)))

    def _submit(self, who: Actor, action: Action, subject: str, reason: str) -> None:
        for entry in self._entries(who, action, [subject], reason):
            self._engine.journal.submit(entry)
