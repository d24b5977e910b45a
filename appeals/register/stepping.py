"""Stepping: an appeal registered, worked, answered, closed, reopened, given on, joined; edge (A8, A12)."""

from collections.abc import Mapping
from datetime import datetime

from appeals.form.form import Needed
from appeals.model.appeal import Appeal, AppealOutcome, AppealState
from appeals.register import contacts, store
from appeals.register.door import RegisterDoor, name_of
from appeals.register.moving import close_in, move_in, register_in, reopen_in
from appeals.register.results import AppealRefused, FieldsMissing
from config.told import told
from recordings.demands.steps import WrongStep
from recordings.finding.registrations import tie
from recordings.model.access_entry import Actor


class Stepping(RegisterDoor):
    """Every method takes who does it, writes the access log first, and returns the appeal as it is then."""

    async def register(
        self, appeal_id: int, who: Actor, now: datetime, *, incomplete: bool = False
    ) -> Appeal:
        """Give it its number; a repeat returns it with the one it has.

        `incomplete`: though fields are missing, for what is urgent (A10). Raises FieldsMissing, WrongStep,
        StepForbidden, NoSuchAppeal.
        """
        row = await self._row(appeal_id)
        if not incomplete and not row.number:
            await self._complete(appeal_id, Needed.REGISTER)
        await self._step(row, who, "registered")
        owed = None if row.number else await self._owed(appeal_id, now)
        async with self._database.begin() as connection:
            await store.row_for_update(connection, appeal_id)
            await contacts.keep_callers(connection, self._numbers, self._parts.callers, appeal_id)
            await register_in(connection, self._numbers, appeal_id, who, now, self._parts.zone, owed)
            return await store.load_one(connection, self._numbers, appeal_id)

    async def move(
        self,
        appeal_id: int,
        to: AppealState,
        who: Actor,
        now: datetime,
        *,
        reason: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> Appeal:
        """To in_work, handed_over or answered; the others have methods of their own.

        `facts` without personal data. Raises WrongStep, StepForbidden, NoSuchAppeal.
        """
        row = await self._row(appeal_id)
        if (
            to in (AppealState.DRAFT, AppealState.REGISTERED, AppealState.CLOSED)
            or row.state == AppealState.CLOSED.value
        ):
            raise WrongStep(told("this step has a command of its own: register, close or reopen"))
        await self._step(row, who, to.value, reason)
        async with self._database.begin() as connection:
            await move_in(connection, self._numbers, appeal_id, to, who, now, reason=reason, facts=facts)
            return await store.load_one(connection, self._numbers, appeal_id)

    async def close(
        self, appeal_id: int, outcome: AppealOutcome, who: Actor, now: datetime, reason: str = ""
    ) -> Appeal:
        """End it. A reason is needed where a body has not answered yet, or a draft ends without a number.

        Raises FieldsMissing (unless a reason is given), WrongStep, StepForbidden, NoSuchAppeal.
        """
        row = await self._row(appeal_id)
        if outcome is AppealOutcome.JOINED:
            raise WrongStep(told("say into which appeal it is joined: it is closed by that"))
        if not reason.strip():
            await self._complete(appeal_id, Needed.CLOSE)
        await self._step(row, who, "closed", reason)
        async with self._database.begin() as connection:
            locked = await store.row_for_update(connection, appeal_id)
            await contacts.keep_callers(connection, self._numbers, self._parts.callers, appeal_id)
            waiting = tuple(await self._parts.hand_overs.open_of(connection, appeal_id))
            await close_in(
                connection, self._numbers, locked, outcome, who, now, reason=reason, open_hand_overs=waiting
            )
            return await store.load_one(connection, self._numbers, appeal_id)

    async def reopen(self, appeal_id: int, who: Actor, now: datetime, reason: str) -> Appeal:
        """In work again. Raises WrongStep (not closed, no reason), StepForbidden, NoSuchAppeal."""
        row = await self._row(appeal_id)
        if row.state != AppealState.CLOSED.value:
            raise WrongStep(told("this appeal is not closed"))
        await self._step(row, who, "reopened", reason)
        async with self._database.begin() as connection:
            await reopen_in(connection, self._numbers, appeal_id, who, now, reason)
            return await store.load_one(connection, self._numbers, appeal_id)

    async def give(
        self, appeal_id: int, owner: str, owner_person: str, who: Actor, now: datetime, reason: str
    ) -> Appeal:
        """Make somebody its owner: oneself, or another. Raises AppealRefused, StepForbidden."""
        row = await self._row(appeal_id)
        if not reason.strip():
            raise AppealRefused(told("say why the appeal goes to another person"))
        await self._step(row, who, f"given to {owner}", reason)
        async with self._database.begin() as connection:
            locked = await store.row_for_update(connection, appeal_id)
            values = {"owner": owner, "owner_person": owner_person}
            await store.change(connection, appeal_id, now, values)
            facts = {"from": locked.owner, "to": owner}
            await store.happened(
                connection, self._numbers, appeal_id, who, now, "given", after=reason, facts=facts
            )
            return await store.load_one(connection, self._numbers, appeal_id)

    async def note(
        self,
        appeal_id: int,
        step: str,
        who: Actor,
        now: datetime,
        *,
        text: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """An event that moves nothing: told whom to turn to (A15). `text` is hidden, `facts` not."""
        await self._step(await self._row(appeal_id), who, step)
        async with self._database.begin() as connection:
            await store.row_for_update(connection, appeal_id)
            await store.happened(
                connection, self._numbers, appeal_id, who, now, step, after=text, facts=facts
            )
            await store.touch(connection, appeal_id, now, {})

    async def join(self, appeal_id: int, into: int, who: Actor, now: datetime, reason: str) -> Appeal:
        """Close it as part of another, which gets its contacts. Only a person joins. Returns the other.

        Raises WrongStep, StepForbidden, AppealRefused, NoSuchAppeal.
        """
        row, target = await self._row(appeal_id), await self._row(into)
        if not reason.strip():
            raise AppealRefused(told("say why these two are one matter"))
        await self._step(row, who, f"joined to {name_of(target)}", reason)
        async with self._database.begin() as connection:
            await store.row_for_update(connection, min(appeal_id, into))
            other = await store.row_for_update(connection, into)
            if into == appeal_id or other.state == AppealState.CLOSED.value:
                raise AppealRefused(told("it can only be joined to another appeal that is open"))
            joined = await store.load_one(connection, self._numbers, appeal_id)
            await contacts.keep_callers(connection, self._numbers, self._parts.callers, appeal_id)
            waiting = tuple(await self._parts.hand_overs.open_of(connection, appeal_id))
            await close_in(
                connection, self._numbers, joined, AppealOutcome.JOINED, who, now, reason=reason,
                open_hand_overs=waiting, columns={"joined_to": into}, facts={"joined_to": into},
            )  # fmt: skip
            await contacts.copy(connection, appeal_id, into)
            facts = {"joined": appeal_id, "number": joined.number}
            await store.happened(
                connection, self._numbers, into, who, now, "took_in", after=reason, facts=facts
            )
            await store.touch(connection, into, now, {})
            calls = [one.call_id for one in joined.contacts if one.call_id]
            if other.number and calls:
                await tie(connection, other.number, calls, True, now)
            return await store.load_one(connection, self._numbers, into)

    async def _complete(self, appeal_id: int, before: Needed) -> None:
        """Raises FieldsMissing."""
        async with self._database.begin() as connection:
            appeal = await store.load_one(connection, self._numbers, appeal_id)
        values = {field: value.text for field, value in appeal.values.items() if value.text}
        fields = self._parts.form.missing(before, values)
        if fields:
            raise FieldsMissing(told("not filled in yet: {fields}", fields=", ".join(fields)), fields)
