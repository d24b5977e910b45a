"""Orders that are written to the access log: who asked is told by the kernel, never by the asker; edge."""

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
from engine.process.local_socket import Answer, Asker, Order, OrderRefused
from engine.process.operator import UnknownUser, person, refusal
from recordings.model.access_entry import (
    Access,
    Action,
    Actor,
    ReasonMissing,
    Result,
    act,
    outcome,
)

if TYPE_CHECKING:
    from recordings.journal.journal import Journal


# What the command line shows by itself, once it is written down here; all else the engine knows better.
NOTED: Final[Mapping[str, Right]] = {Action.UNMASKED: Right.TAKE_OUT}


class Keeps(Protocol):
    """What the orders need of the engine."""

    @property
    def settings(self) -> Settings: ...
    @property
    def journal(self) -> Journal: ...


class AccessOrders:
    """`access.note`: what the command line is about to show is written down first (A5)."""

    def __init__(self, engine: Keeps) -> None:
        self._engine = engine

    def by_name(self) -> Mapping[str, Order]:
        """The orders by the word they are asked with."""
        return {"access.note": self.note}

    async def note(self, asker: Asker, asked: Mapping[str, Any]) -> Answer:
        """Write one entry for each of `subjects`; answered when they would outlive a crash."""
        right = NOTED.get(str(asked.get("action", "")))
        if right is None:
            raise OrderRefused(refused(Code.NOT_NOTED_FROM_OUTSIDE))
        who, action = self.may(asker, asked, right), Action(str(asked["action"]))
        subjects = asked.get("subjects")
        if not isinstance(subjects, list) or not subjects or not all(isinstance(s, str) for s in subjects):
            raise OrderRefused(refused(Code.NOTHING_TO_NOTE))
        await self.first(who, action, subjects, str(asked.get("reason", "")), N_("nothing is shown"))
        return {"person": who.person, "role": who.role, "written": len(subjects)}

    async def first(
        self, who: Actor, action: Action, subjects: Sequence[str], reason: str, otherwise: str
    ) -> list[Access]:
        """First the log, then the ear or the eye: the entries, once they would outlive a crash (A5, A18).

        In the database, or flushed in the spool, which goes into the database before anything newer.
        Raises OrderRefused, where `otherwise` says what is not done; an entry still on its way is then
        followed by one that says so.
        """
        entries = self._entries(who, action, subjects, reason)
        if not await self._kept(entries):
            for entry in entries:
                self.not_done(entry, Result.REFUSED, "it could not be written down first")
            raise OrderRefused(refused(Code.LOG_UNWRITABLE, otherwise=told(otherwise)))
        return entries

    def not_done(self, entry: Access, result: Result, why: str) -> None:
        """What stands in the log already did not come about."""
        self._engine.journal.submit(outcome(entry, datetime.now(UTC), result, why))

    async def changed(
        self, asker: Asker, asked: Mapping[str, Any], action: Action, subject: str, reason: str = ""
    ) -> None:
        """Write down an order that was carried out."""
        await self.enter(self.actor(asker, asked), action, subject, reason)

    async def enter(self, who: Actor, action: Action, subject: str, reason: str = "") -> None:
        """Write down an order that did not wait for the log and was carried out; late, it says so."""
        entries = self._entries(who, action, [subject], reason)
        if not await self._kept(entries):
            self._submit(who, Action.LATE, subject, f"{action}: done at {entries[0].at}, written later")

    def may(self, asker: Asker, asked: Mapping[str, Any], right: Right) -> Actor:
        """Who asks, if their role has the right. Raises OrderRefused."""
        who = self.actor(asker, asked)
        if not may(who.role, right):
            raise OrderRefused(refusal(who.person, who.role, right))
        return who

    def steers(self, asker: Asker, asked: Mapping[str, Any], consultant: str) -> Actor:
        """Who asks: with the right to steer, or for their own seat, for which nobody's leave is needed.

        Raises OrderRefused.
        """
        by = self.by(asker, asked)
        own = by is not None and str(by.get("consultant") or "") == consultant
        return self.may(asker, asked, Right.OWN_DESK if own else Right.STEER)

    def follows(self, asker: Asker) -> None:
        """The console shows the board to those who may see it; anybody else is asked for that right."""
        if not self.speaks_for_others(asker):
            self.may(asker, {}, Right.WATCH)

    def speaks_for_others(self, asker: Asker) -> bool:
        """The console, which has asked each person for a password."""
        return asker == self._engine.settings.console_user

    def by(self, asker: Asker, asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """For whom the console asks; nobody else may say that they ask for somebody. Raises OrderRefused."""
        by = asked.get("by")
        if by is None:
            return None
        if not self.speaks_for_others(asker) or not isinstance(by, Mapping):
            raise OrderRefused(refused(Code.NOT_THE_CONSOLE))
        return by

    def actor(self, asker: Asker, asked: Mapping[str, Any]) -> Actor:
        """Who asks; the console says for whom (`by`): the kernel knows the console. Raises OrderRefused."""
        by = self.by(asker, asked)
        if by is not None:
            try:
                return Actor(str(by["person"]), str(by["role"]), str(by["user"]))
            except (KeyError, TypeError):
                raise OrderRefused(refused(Code.ASKED_FOR_NOBODY)) from None
        who = self.person(asker)
        return Actor(who.person, who.role, asker)

    def person(self, asker: Asker) -> Person:
        """Who a system user is; in the lab root is its administrator. Raises OrderRefused for a stranger."""
        try:
            return person(self._engine.settings, asker, as_root=asker.root)
        except UnknownUser as why:
            raise OrderRefused(str(why)) from None

    def _entries(self, who: Actor, action: Action, subjects: Sequence[str], reason: str) -> list[Access]:
        """Raises OrderRefused for words that the log would not keep."""
        now = datetime.now(UTC)
        try:
            return [act(str(uuid.uuid4()), now, who, action, subject, reason) for subject in subjects]
        except ReasonMissing:
            raise OrderRefused(refused(Code.REASON_MISSING)) from None
        except ReasonRefused as why:
            raise OrderRefused(str(why)) from None

    async def _kept(self, entries: Sequence[Access]) -> bool:
        """Whether all of them would outlive a crash, within the time that the journal gives itself."""
        return all(await asyncio.gather(*(self._engine.journal.write(entry) for entry in entries)))

    def _submit(self, who: Actor, action: Action, subject: str, reason: str) -> None:
        for entry in self._entries(who, action, [subject], reason):
            self._engine.journal.submit(entry)
