"""Reading of the register: appeals seen, searched, told to the applicant; edge (A12, A18)."""

from datetime import datetime

from sqlalchemy import select

from appeals.model.appeal import Appeal, AppealEvent
from appeals.model.register_tables import appeals
from appeals.register import contacts, drafts, store
from appeals.register.door import RegisterDoor, allowed
from appeals.register.duplicates import duplicates
from appeals.register.number import MisheardNumber, WrongNumber, in_groups, read_number
from appeals.register.progress import progress
from appeals.register.results import (
    AppealRefused,
    CallOfAppeal,
    Duplicate,
    NoCaseContact,
    NoSuchAppeal,
    Page,
    StatusTold,
    Wanted,
)
from appeals.register.searching import page
from config.database import read_connection
from config.masking import masked
from config.rights import Right
from config.told import told
from recordings.model.access_entry import Action, Actor
from recordings.rows.store import lock

ASKED = "the applicant asks"


class Reading(RegisterDoor):
    """What is another person's is shown with a reason only, and logged before it is shown."""

    async def get(self, appeal_id: int, who: Actor, now: datetime, reason: str = "") -> Appeal:
        """Raises AppealRefused (another's, no reason), StepForbidden, NoSuchAppeal, AppealUnreadable."""
        await self._seen(await self._row(appeal_id), who, reason)
        async with read_connection(self._database) as connection:
            waiting = await drafts.unnoted(connection, self._numbers, appeal_id)
            if all(event.who.system_user == who.system_user for event in waiting):
                return await store.load_one(connection, self._numbers, appeal_id)
        async with self._database.begin() as connection:
            await lock(connection)
            await drafts.note_unnoted(connection, self._numbers, appeal_id, but=who.system_user)
            return await store.load_one(connection, self._numbers, appeal_id)

    async def find(self, number: str, who: Actor, now: datetime, reason: str = "") -> Appeal:
        """By the number as somebody typed it. Raises WrongNumber, and as `get`."""
        return await self.get(await self._id_of(number), who, now, reason)

    async def history(
        self, appeal_id: int, who: Actor, now: datetime, reason: str = ""
    ) -> tuple[AppealEvent, ...]:
        """Oldest first; what is saved but not entered yet stands at the end with seq 0. Raises as `get`."""
        await self._seen(await self._row(appeal_id), who, reason)
        async with read_connection(self._database) as connection:
            noted = await store.events_of(connection, self._numbers, appeal_id)
            return (*noted, *await drafts.unnoted(connection, self._numbers, appeal_id))

    async def calls(
        self, appeal_id: int, who: Actor, now: datetime, reason: str = ""
    ) -> tuple[CallOfAppeal, ...]:
        """Its calls as the journal tells them, with their recordings' ids. Raises as `get`."""
        await self._seen(await self._row(appeal_id), who, reason)
        async with read_connection(self._database) as connection:
            return await contacts.call_facts(connection, self._numbers, self._parts.callers, appeal_id)

    async def of_call(self, call_id: str, who: Actor) -> tuple[tuple[int, ...], NoCaseContact | None]:
        """Ids of the appeals this call is a contact of, and whether it was said to be no case."""
        allowed(who, Right.APPEALS_READ)
        async with read_connection(self._database) as connection:
            ids = await contacts.appeals_of(connection, call_id)
            return tuple(ids), await contacts.no_case_of(connection, call_id)

    async def search(
        self,
        wanted: Wanted,
        who: Actor,
        now: datetime,
        *,
        reason: str = "",
        cursor: str = "",
        limit: int = 50,
    ) -> Page:
        """One page. By phone, person or word a reason is needed, and the last two are a right of their own.

        Others' appeals are listed by number or phone, or for whoever may watch them all.

        Raises StepForbidden, AppealRefused, WrongNumber, NotAPhoneNumber.
        """
        allowed(who, Right.APPEALS_READ)
        if wanted.of_people():
            allowed(who, Right.APPEALS_BY_PERSON)
        elif not (wanted.number.strip() or wanted.phone.strip() or wanted.owner == who.system_user):
            allowed(who, Right.APPEALS_WATCH)
        if (wanted.of_people() or wanted.phone.strip()) and not cursor:
            if not reason.strip():
                raise AppealRefused(told("say why you search by a person or a phone number"))
            await self._access.note(who, Action.SEARCHED, [searched(wanted)], reason)
        async with read_connection(self._database) as connection:
            return await page(connection, wanted, self._numbers, cursor, limit)

    async def duplicates(
        self, appeal_id: int, who: Actor, now: datetime, reason: str = ""
    ) -> tuple[Duplicate, ...]:
        """Appeals that may be the same matter, to be offered. Raises as `get`."""
        await self._seen(await self._row(appeal_id), who, reason)
        async with read_connection(self._database) as connection:
            appeal = await store.load_one(connection, self._numbers, appeal_id)
            return await duplicates(connection, self._numbers, appeal, self._parts.near)

    async def tell_status(
        self, number: str, who: Actor, now: datetime, *, language: str = "", reason: str = ASKED
    ) -> StatusTold:
        """What may be read out to whoever names the number, in `language` or the appeal's (A12).

        Raises WrongNumber, StepForbidden, NoSuchAppeal.
        """
        row = await self._row(await self._id_of(number))
        await self._seen(row, who, reason)
        async with read_connection(self._database) as connection:
            appeal = await store.load_one(connection, self._numbers, row.id)
            events = await store.events_of(connection, self._numbers, row.id)
            into = select(appeals.c.number).where(appeals.c.id == appeal.joined_to)
            joined_to = (await connection.execute(into)).scalar() if appeal.joined_to else None
        return progress(appeal, events, language or appeal.language, self._parts.zone, joined_to or "")

    async def numbered(self, text: str) -> int | None:
        """Id of the appeal whose number this is; None: no number of this register, but another's.

        Raises MisheardNumber, NoSuchAppeal.
        """
        try:
            return await self._id_of(text)
        except MisheardNumber:
            raise
        except WrongNumber:
            return None

    async def _id_of(self, number: str) -> int:
        digits = read_number(number)
        async with read_connection(self._database) as connection:
            query = select(appeals.c.id).where(appeals.c.number == digits)
            found = (await connection.execute(query)).scalar()
        if found is None:
            raise NoSuchAppeal(told("no appeal has the number {number}", number=in_groups(digits)))
        return int(found)


def searched(wanted: Wanted) -> str:
    """A search as the access log keeps it: no name, no word, no number of anybody."""
    parts = [
        f"phone {masked(wanted.phone)}" if wanted.phone.strip() else "",
        "person" if wanted.person.strip() else "",
        "word" if wanted.word.strip() else "",
    ]
    return "appeals by " + ", ".join(part for part in parts if part)
