"""Holds of the register: an appeal that is not closed keeps the recordings of its calls; edge (A11, A19)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.model.appeal import AppealState
from appeals.model.register_tables import appeal_contacts, appeals
from recordings.model.evidence_tables import registrations
from recordings.retention.holds import Period, period_of

OPEN_APPEAL = "open appeal"


class AppealHolds:
    """Calls of drafts and open appeals, and those tied by hand to one; answers as retention's `Holds`."""

    tables = (appeal_contacts.name, appeals.name, registrations.name)

    async def why(
        self, connection: AsyncConnection, call_ids: Collection[str], now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """See Holds."""
        asked = list(call_ids)
        tied = _tied().where(registrations.c.call_id.in_(asked))
        contacts = _contacts().where(appeal_contacts.c.call_id.in_(asked))
        found = {str(one) for query in (tied, contacts) for one in await _of(connection, query)}
        return dict.fromkeys(sorted(found), (OPEN_APPEAL,))

    async def periods(self, connection: AsyncConnection, now: datetime) -> list[Period]:
        """See Holds."""
        found = {str(one) for query in (_tied(), _contacts()) for one in await _of(connection, query)}
        return [period_of(call_id) for call_id in sorted(found)]


async def _of(connection: AsyncConnection, query: Select[Any]) -> Sequence[Any]:
    found: Sequence[Any] = (await connection.execute(query)).scalars().all()
    return found


def _tied() -> Select[Any]:
    return select(registrations.c.call_id).where(registrations.c.open.is_(True))


def _contacts() -> Select[Any]:
    return (
        select(appeal_contacts.c.call_id)
        .join(appeals, appeals.c.id == appeal_contacts.c.appeal_id)
        .where(appeals.c.state != AppealState.CLOSED.value, appeal_contacts.c.call_id.is_not(None))
    )
