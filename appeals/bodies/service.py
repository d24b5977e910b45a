"""Service of the directory, for hand-overs, pages and the command line; edge (A20, A21, B1)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.bodies import store
from appeals.bodies.check import body_faults, contact_faults
from appeals.bodies.plan import ImportPlan, plan
from appeals.bodies.rows_text import NEW, ReadRows, heading_faults, read_rows, rows_of
from appeals.bodies.seed import read_seed
from appeals.bodies.store import DirectoryEvent
from appeals.bodies.tables import read_table, to_csv, to_xlsx
from appeals.model.body import NATIONWIDE, Body, BodyContact, BodyKind
from config.rights import RIGHTS, Right, may
from config.told import LocalizedText, either, told
from recordings.model.access_entry import Actor
from recordings.privacy.numbers import Numbers

SEED: Final = Path(__file__).with_name("seed.toml")
LINE: Final = Actor("the line", "system", "ivr111")  # who fills a new home


class DirectoryRefused(ValueError):
    """An entry cannot stand so, or this person may not write it; the text says why."""


class NoSuchBody(LookupError):
    """The directory has no such body."""


class Directory:
    """Bodies and their contacts. `lab`: whether examples may be told something, too."""

    def __init__(self, database: AsyncEngine, numbers: Numbers, *, lab: bool) -> None:
        self._database = database
        self._numbers = numbers
        self._lab = lab

    async def find(self, kind: BodyKind, region: str, day: date) -> list[Body]:
        """Bodies of a kind that act in a region on a day; where the region has none, the nationwide ones.

        Each with the contacts valid on that day, in the order they are tried (B1). Examples are among them,
        for they are shown; `reachable` says what may be used.
        """
        found = await store.load(self._database, self._numbers, None, kind, (region, NATIONWIDE))
        acting = [_on(one, day) for one in found if one.valid_on(day)]
        return [one for one in acting if one.region == region] or acting

    async def competent(self, topic: str, region: str, day: date) -> list[Body]:
        """Who has a direction (1 to 13) in a region: the region's own first, then the nationwide (A22).

        A body without topics of its own, an akimat, has all of them and comes behind the others.
        """
        every = await store.load(self._database, self._numbers, None, None, (region, NATIONWIDE))
        able = [one for one in every if one.valid_on(day) and (topic in one.topics or not one.topics)]
        able.sort(key=lambda one: (one.region == NATIONWIDE, not one.topics, one.id))
        return [_on(one, day) for one in able]

    async def of(self, id_: str) -> Body:
        """A body with all its contacts, past ones too. Raises NoSuchBody."""
        found = await store.load(self._database, self._numbers, [id_])
        if not found:
            raise NoSuchBody(told("there is no body {id}; see: ivr111 bodies list", id=id_))
        return found[0]

    async def above(self, id_: str, day: date) -> Body | None:
        """The nearest body above that acts on that day (B6); None where there is none. Raises NoSuchBody."""
        body = await self.of(id_)
        while body.above:
            body = await self.of(body.above)
            if body.valid_on(day):
                return _on(body, day)
        return None

    def reachable(self, body: Body, day: date) -> list[BodyContact]:
        """By what something may leave on that day, in the order to try; no example outside the lab."""
        if not body.valid_on(day) or (body.example and not self._lab):
            return []
        return [one for one in _on(body, day).contacts if self._lab or not one.example]

    async def listed(self) -> list[Body]:
        """All bodies by id, closed ones too."""
        return await store.load(self._database, self._numbers)

    async def history(self, id_: str) -> Sequence[DirectoryEvent]:
        """Every change of a body and its contacts: who, when, before, after. Raises NoSuchBody."""
        await self.of(id_)
        return await store.history(self._database, self._numbers, id_)

    async def add(self, body: Body, who: Actor, now: datetime) -> Body:
        """A new body with its contacts. Raises DirectoryRefused."""
        _allowed(who)
        async with self._database.begin() as connection:
            known = await self._known(connection)
            if body.id in known:
                raise DirectoryRefused(told("there is a body {id} already", id=body.id))
            await self._put(connection, known, [(None, body)], who, now, "added")
            contacts = [(None, replace(one, id=NEW, body=body.id)) for one in body.contacts]
            await self._put_contacts(connection, {**known, body.id: body}, contacts, who, now, "added")
        return await self.of(body.id)

    async def change(self, id_: str, change: Callable[[Body], Body], who: Actor, now: datetime) -> Body:
        """What `change` makes of a body; its id and contacts stay. Raises DirectoryRefused, NoSuchBody."""
        _allowed(who)
        async with self._database.begin() as connection:
            known = await self._known(connection)
            before = _among(known, id_)
            after = replace(change(before), id=id_, contacts=before.contacts)
            if after == before:
                raise DirectoryRefused(told("nothing is different"))
            step = "closed" if after.closed and not before.closed else "changed"
            await self._put(connection, known, [(before, after)], who, now, step)
        return await self.of(id_)

    async def put(self, body: Body, who: Actor, now: datetime) -> Body:
        """A body as it is to be from now on, contacts apart. Raises as `change`."""
        return await self.change(body.id, lambda known: body, who, now)

    async def close(self, id_: str, who: Actor, now: datetime) -> Body:
        """It is told nothing any more, and stays for its past hand-overs. Raises as `change`."""
        return await self.change(id_, lambda body: replace(body, closed=True), who, now)

    async def set_contact(self, contact: BodyContact, who: Actor, now: datetime) -> BodyContact:
        """A contact by its id, or with id 0 a new one. Raises DirectoryRefused, NoSuchBody."""
        _allowed(who)
        async with self._database.begin() as connection:
            known = await self._known(connection)
            body = _among(known, contact.body)
            before = next((one for one in body.contacts if one.id == contact.id), None)
            if before is None and contact.id != NEW:
                raise DirectoryRefused(told("{body} has no contact {id}", body=body.id, id=contact.id))
            if before == contact:
                raise DirectoryRefused(told("nothing is different"))
            step = "added" if before is None else "changed"
            [written] = await self._put_contacts(connection, known, [(before, contact)], who, now, step)
        return written

    async def end_contact(self, body: str, id_: int, last: date, who: Actor, now: datetime) -> BodyContact:
        """A contact is good until `last`, that day included. Raises as `set_contact`."""
        found = next((one for one in (await self.of(body)).contacts if one.id == id_), None)
        if found is None:
            raise DirectoryRefused(told("{body} has no contact {id}", body=body, id=id_))
        return await self.set_contact(replace(found, valid_until=last), who, now)

    async def exported(self, form: str) -> bytes:
        """The whole directory as a file: csv or xlsx."""
        rows = rows_of(await self.listed())
        return await asyncio.to_thread(to_xlsx if form == "xlsx" else to_csv, rows)

    async def plan(self, content: bytes) -> ImportPlan:
        """What a file would change, and all its faults; nothing is written. Raises WrongTable."""
        read = await asyncio.to_thread(_read, content)
        return plan(await self.listed(), read)

    async def import_(self, content: bytes, who: Actor, now: datetime) -> ImportPlan:
        """What the plan says, all of it; with any fault nothing. Raises WrongTable, DirectoryRefused."""
        _allowed(who)
        read = await asyncio.to_thread(_read, content)
        async with self._database.begin() as connection:
            known = await self._known(connection)
            wanted = plan(known.values(), read)
            if not wanted.faults:
                await self._apply(connection, wanted, who, now, "imported")
        return wanted

    async def seed(self, now: datetime) -> int:
        """Fill a directory that has no body at all; how many bodies were written."""
        if not await store.is_empty(self._database):
            return 0
        bodies = read_seed(SEED.read_text(encoding="utf-8"))
        contacts = [(None, one) for body in bodies for one in body.contacts]
        async with self._database.begin() as connection:
            if await self._known(connection):
                return 0  # somebody was sooner
            wanted = ImportPlan(tuple((None, one) for one in bodies), tuple(contacts), ())
            await self._apply(connection, wanted, LINE, now, "seeded")
        return len(bodies)

    async def _apply(
        self, connection: AsyncConnection, wanted: ImportPlan, who: Actor, now: datetime, step: str
    ) -> None:
        numbers = self._numbers
        if wanted.bodies:
            await store.put_bodies(connection, wanted.bodies, who, now, step, numbers)
        if wanted.contacts:
            await store.put_contacts(connection, wanted.contacts, who, now, step, numbers)

    async def _known(self, connection: AsyncConnection) -> dict[str, Body]:
        await store.keep_others_out(connection)
        return {one.id: one for one in await store.standing(connection, self._numbers)}

    async def _put(
        self,
        connection: AsyncConnection,
        known: dict[str, Body],
        changed: Sequence[tuple[Body | None, Body]],
        who: Actor,
        now: datetime,
        step: str,
    ) -> None:
        will = {**known, **{after.id: after for _, after in changed}}
        for _, after in changed:
            _refuse([*body_faults(after, will)])
        await store.put_bodies(connection, changed, who, now, step, self._numbers)

    async def _put_contacts(
        self,
        connection: AsyncConnection,
        known: dict[str, Body],
        changed: Sequence[tuple[BodyContact | None, BodyContact]],
        who: Actor,
        now: datetime,
        step: str,
    ) -> list[BodyContact]:
        for _, after in changed:
            _refuse([*contact_faults(after, known)])
        if not changed:
            return []
        return await store.put_contacts(connection, changed, who, now, step, self._numbers)


def _on(body: Body, day: date) -> Body:
    return replace(body, contacts=tuple(one for one in body.contacts if one.valid_on(day)))


def _among(known: dict[str, Body], id_: str) -> Body:
    if id_ not in known:
        raise NoSuchBody(told("there is no body {id}; see: ivr111 bodies list", id=id_))
    return known[id_]


def _read(content: bytes) -> ReadRows:
    heading, rows = read_table(content)
    if faults := heading_faults(heading):
        return ReadRows((), (), tuple(faults))
    return read_rows(rows)


def _refuse(faults: Sequence[LocalizedText]) -> None:
    if faults:
        raise DirectoryRefused(faults[0])


def _allowed(who: Actor) -> None:
    if not may(who.role, Right.DIRECTORY):
        raise DirectoryRefused(
            told(
                "{person} is {role}: only this role may do this: {roles}",
                person=who.person,
                role=told(who.role),
                roles=either(sorted(RIGHTS[Right.DIRECTORY])),
            )
        )
