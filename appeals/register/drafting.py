"""Drafting: an appeal begun from a call or by hand, filled in field by field, its contacts; edge (A11)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.form.form import Needed
from appeals.model.appeal import Appeal, AppealContact, AppealState, Channel, ContactKind, NoCase
from appeals.model.register_tables import appeals
from appeals.register import contacts, drafts, store
from appeals.register.door import RegisterDoor, allowed, not_closed, own
from appeals.register.moving import calls_of
from appeals.register.ports import FieldRefused
from appeals.register.results import AppealRefused, Conflict, NoCaseContact, OpenedAppeal, Saved
from config.rights import Right
from config.told import told
from dialplan.recording_names import arrival
from recordings.finding.registrations import tie
from recordings.model.access_entry import Action, Actor
from recordings.model.call_record import LONGEST_CALL
from recordings.rows.store import lock

_AHEAD = timedelta(minutes=1)  # of the clock that made the call id
LANGUAGES = ("kk", "ru")


class Drafting(RegisterDoor):
    """Everything that a person types, and what it is typed about."""

    async def draft(
        self,
        who: Actor,
        now: datetime,
        *,
        channel: Channel = Channel.PHONE,
        language: str = "kk",
        made_key: str = "",
    ) -> Appeal:
        """A draft by hand. `made_key`: the maker's own id of it; a repeat returns the same appeal."""
        allowed(who, Right.APPEALS)
        await self._access.note(who, Action.APPEAL, ["appeal: begun"])
        async with self._database.begin() as connection:
            await lock(connection)
            id_ = await self._begun(connection, who, now, channel, language, made_key, {})
            return await store.load_one(connection, self._numbers, id_)

    async def draft_from_call(
        self,
        call_id: str,
        who: Actor,
        now: datetime,
        *,
        language: str = "",
        phone: str = "",
        channel: Channel = Channel.PHONE,
        made_key: str = "",
    ) -> Appeal:
        """A draft about a call; the one this person began about it before, while it is still a draft.

        `language` and `phone` as the live line knows them, of a call that the journal has no row of yet; else
        the journal's. The recording is held from here on. Raises AppealRefused: there is no such call.
        """
        allowed(who, Right.APPEALS)
        await self._access.note(who, Action.APPEAL, [f"call {call_id}: appeal begun"])
        async with self._database.begin() as connection:
            await lock(connection)
            for id_ in reversed(await contacts.appeals_of(connection, call_id)):
                known = await store.row_for_update(connection, id_)
                if known.state == AppealState.DRAFT.value and known.owner == who.system_user:
                    return await store.load_one(connection, self._numbers, id_)
            id_ = await self._from_call(connection, call_id, who, now, language, phone, channel, made_key)
            return await store.load_one(connection, self._numbers, id_)

    async def save_field(
        self,
        appeal_id: int,
        field: str,
        text: str,
        base_version: int,
        who: Actor,
        now: datetime,
        change_id: str = "",
    ) -> Saved | Conflict:
        """Save one field. `base_version`: the field's version that the writer saw, 0 where it was empty.

        A repeat with the same `change_id` answers as the first time. A Conflict saved nothing. When the
        database is locked or away SQLAlchemyError: nothing was saved, the same save may be repeated as it is.
        Raises FieldRefused, AppealRefused, StepForbidden, NoSuchAppeal.
        """
        allowed(who, Right.APPEALS)
        kept = self._parts.form.check(field, _text(text))
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, appeal_id)
            not_closed(row)
            if not own(row, who):
                marks = await contacts.present(connection, appeal_id)
                if who.system_user not in {one.system_user for one in marks}:
                    raise AppealRefused(told("this appeal is another person's: open it first, and say why"))
            saved = await drafts.save(
                connection, self._numbers, self._parts.form, appeal_id, field, kept, base_version, who, now,
                change_id,
            )  # fmt: skip
        if field == "kind" and row.number and isinstance(saved, Saved):
            await self._owed_anew(appeal_id, row.registered_at, who, now)
        return saved

    async def opened(self, appeal_id: int, who: Actor, now: datetime, reason: str = "") -> OpenedAppeal:
        """Say that one has it open, again every some seconds; who else has, and what it lacks.

        A reason is needed where it is another's, the first time. Raises AppealRefused,
        StepForbidden, NoSuchAppeal.
        """
        row = await self._row(appeal_id)
        async with self._database.begin() as connection:
            await lock(connection)
            marks = await contacts.present(connection, appeal_id)
        fresh = {one.system_user: one for one in marks if now - one.at < self._parts.present_for}
        if who.system_user not in fresh:
            await self._seen(row, who, reason)
        async with self._database.begin() as connection:
            await lock(connection)
            await drafts.note_unnoted(connection, self._numbers, appeal_id, but=who.system_user)
            await contacts.mark_present(connection, appeal_id, who, now)
            appeal = await store.load_one(connection, self._numbers, appeal_id)
        others = tuple(one for one in fresh.values() if one.system_user != who.system_user)
        return OpenedAppeal(appeal, others, self.missing(appeal))

    async def left(self, appeal_id: int, who: Actor) -> None:
        """Say that one has it open no longer."""
        async with self._database.begin() as connection:
            await contacts.leave(connection, appeal_id, who)

    def missing(self, appeal: Appeal) -> dict[str, tuple[str, ...]]:
        """By moment ("register", "hand_over", "close"): fields still to be filled in before it."""
        values = {field: value.text for field, value in appeal.values.items() if value.text}
        return {one.value: self._parts.form.missing(one, values) for one in Needed}

    async def add_contact(
        self,
        appeal_id: int,
        kind: ContactKind,
        who: Actor,
        now: datetime,
        *,
        call_id: str = "",
        at: datetime | None = None,
        phone: str = "",
    ) -> AppealContact:
        """Another call, letter or visit about the same matter. A call's recording is held while it is open.

        Raises AppealRefused (no such call, closed), StepForbidden, NoSuchAppeal.
        """
        await self._step(await self._row(appeal_id), who, f"contact {call_id or kind}")
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, appeal_id)
            not_closed(row)
            pii_phone = phone
            if call_id:
                call = await contacts.journal_row(connection, call_id)
                if call is None:
                    self._can_be_live(call_id, now)
                elif not pii_phone:
                    pii_phone = contacts.caller_of(call.caller, self._parts.callers)
            moment = at or (arrival(call_id) if call_id else None) or now
            made, new = await contacts.add_contact(
                connection, self._numbers, appeal_id, kind, call_id, moment, who, pii_phone
            )
            if new:
                facts = {"kind": kind.value, "call_id": call_id}
                await store.happened(connection, self._numbers, appeal_id, who, now, "contact", facts=facts)
                await store.touch(connection, appeal_id, now, {})
                if call_id and row.number:
                    await tie(connection, row.number, await calls_of(connection, appeal_id), True, now)
            if call_id:
                await contacts.forget_no_case(connection, call_id)
        return made

    async def no_case(self, call_id: str, kind: NoCase, who: Actor, now: datetime) -> NoCaseContact:
        """Say that a call is no appeal; its recording stays. A repeat changes the kind.

        Raises AppealRefused where an appeal has this call, or there is none such; StepForbidden.
        """
        allowed(who, Right.APPEALS)
        await self._access.note(who, Action.APPEAL, [f"call {call_id}: no case, {kind}"])
        async with self._database.begin() as connection:
            await lock(connection)
            if await contacts.appeals_of(connection, call_id):
                raise AppealRefused(told("an appeal was begun from this call: close that one instead"))
            if await contacts.journal_row(connection, call_id) is None:
                self._can_be_live(call_id, now)
            return await contacts.no_case(connection, call_id, kind, who, now)

    async def _owed_anew(self, appeal_id: int, registered_at: datetime, who: Actor, now: datetime) -> None:
        """The kind was told after it was registered: the term follows it."""
        owed = await self._owed(appeal_id, registered_at)
        async with self._database.begin() as connection:
            row = await store.row_for_update(connection, appeal_id)
            if owed is None or (row.due_at, row.due_source) == owed:
                return
            await store.change(connection, appeal_id, now, {"due_at": owed[0], "due_source": owed[1]})
            facts = {"due_at": owed[0].isoformat(), "term": owed[1]}
            await store.happened(connection, self._numbers, appeal_id, who, now, "term", facts=facts)

    async def _begun(
        self,
        connection: AsyncConnection,
        who: Actor,
        now: datetime,
        channel: Channel,
        language: str,
        made_key: str,
        facts: Mapping[str, object],
    ) -> int:
        if made_key:
            known = select(appeals.c.id).where(appeals.c.made_key == made_key)
            found = (await connection.execute(known)).scalar()
            if found is not None:
                return int(found)
        values: dict[str, Any] = {
            "state": AppealState.DRAFT.value,
            "language": language if language in LANGUAGES else "kk",
            "channel": channel.value,
            "owner": who.system_user,
            "owner_person": who.person,
            "created_at": now,
            "created_by": who.system_user,
            "made_key": made_key or None,
            "due_source": "",
            "version": 1,
            "changed_at": now,
            "kind": "",
            "topic": "",
            "region": "",
            "urgent": False,
        }
        id_ = await store.add(connection, values)
        said = {"channel": channel.value, "language": values["language"], **facts}
        await store.happened(connection, self._numbers, id_, who, now, "begun", facts=said)
        return id_

    async def _from_call(
        self,
        connection: AsyncConnection,
        call_id: str,
        who: Actor,
        now: datetime,
        language: str,
        phone: str,
        channel: Channel,
        made_key: str,
    ) -> int:
        call = await contacts.journal_row(connection, call_id)
        if call is None:
            self._can_be_live(call_id, now)
        spoken = language or (call.language if call is not None else "") or "kk"
        pii_phone = phone or contacts.caller_of(
            call.caller if call is not None else None, self._parts.callers
        )
        id_ = await self._begun(connection, who, now, channel, spoken, made_key, {"call_id": call_id})
        at = arrival(call_id) or now
        _, new = await contacts.add_contact(
            connection, self._numbers, id_, ContactKind.CALL, call_id, at, who, pii_phone
        )
        await contacts.forget_no_case(connection, call_id)
        if pii_phone and new:
            await drafts.save(
                connection, self._numbers, self._parts.form, id_, "applicant_phone", pii_phone, 0, who, now,
                "",
            )  # fmt: skip
        return id_

    def _can_be_live(self, call_id: str, now: datetime) -> None:
        """A call that the journal has no row of is one under way. Raises AppealRefused."""
        began = arrival(call_id)
        if began is None or not began <= now + _AHEAD or now - began > LONGEST_CALL:
            raise AppealRefused(told("there is no call {call_id}; see: ivr111 calls list", call_id=call_id))


def _text(text: str) -> str:
    """Raises FieldRefused for what no database keeps."""
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise FieldRefused(told("this text holds signs that are no letters: type it instead of pasting it"))
    return text
