"""Base of the doors of hand-overs: what they stand on, and a hand-over written down; edge (A10, A16)."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.handing_over import store
from appeals.handing_over.attempts import plan_attempts
from appeals.handing_over.planned import PlannedHandOver
from appeals.handing_over.planning import Planning
from appeals.handing_over.receipt_links import add_link
from appeals.handing_over.results import HandOverRefused
from appeals.model.appeal import Appeal, AppealState
from appeals.model.hand_over import HandOverState
from appeals.register import store as register
from config.database import read_connection
from config.told import told
from recordings.access.log import AccessLog
from recordings.model.access_entry import Actor
from recordings.privacy.numbers import Numbers

LINE = Actor("the line", "system", "ivr111")


class Base:
    """`numbers`: with appeals.key."""

    def __init__(self, database: AsyncEngine, numbers: Numbers, planning: Planning) -> None:
        self._database = database
        self._numbers = numbers
        self._planning = planning
        self._access = AccessLog(database)

    async def _appeal(self, appeal_id: int) -> Appeal:
        async with read_connection(self._database) as connection:
            appeal = await register.load_one(connection, self._numbers, appeal_id)
        if not appeal.number:
            raise HandOverRefused(told("the appeal has no number yet: register it first"))
        if appeal.state is AppealState.CLOSED:
            raise HandOverRefused(told("this appeal is closed: reopen it first, with a reason"))
        return appeal

    async def _add(
        self,
        connection: AsyncConnection,
        appeal: Appeal,
        planned: PlannedHandOver,
        request_id: str,
        who: Actor,
        now: datetime,
        grounds: Mapping[str, object],
        source: int | None = None,
    ) -> int:
        later = not planned.at_once and planned.due_at > now
        state = HandOverState.WAITING if later else HandOverState.SENDING
        id_ = await store.add(
            connection,
            {
                **self._columns(planned, grounds),
                "appeal_id": appeal.id,
                "number": appeal.number,
                "state": state.value,
                "source": source,
                "request_id": request_id,
                "created_by": who.system_user,
                "created_person": who.person,
                "created_at": now,
                "steps_done": 0,
            },
        )
        await add_link(connection, self._numbers, id_, planned.message.sha256, now)
        facts = {
            "sha256": planned.message.sha256,
            "rules": list(planned.rules),
            "due_at": planned.due_at.isoformat(),
        }
        await store.happened(connection, id_, who, now, "confirmed", "", state, facts=facts)
        if not later:
            await plan_attempts(connection, id_, planned.contacts, planned.at_once, planned.first, now)
        return id_

    def _columns(self, planned: PlannedHandOver, grounds: Mapping[str, object]) -> dict[str, object]:
        message = planned.message
        return {
            "body": planned.body.id,
            "rules": json.dumps(planned.rules),
            "urgent": planned.at_once,
            "due_at": planned.due_at,
            "why_then": as_json({one: planned.why_then(one) for one in ("kk", "ru")}),
            "language": message.language,
            "pii_text": self._numbers.hide(message.text),
            "pii_data": self._numbers.hide(as_json(message.data)),
            "pii_grounds": self._numbers.hide(as_json(grounds)),
            "sha256": message.sha256,
        }


def as_json(value: Mapping[str, object]) -> str:
    """As columns keep it."""
    return json.dumps(dict(value), ensure_ascii=False)
