"""Thousands of registered appeals with hand-overs, invented; rows as the register leaves them, unbound."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from appeals.model.body import REGIONS
from appeals.model.hand_over_tables import hand_over_events, hand_overs
from appeals.model.register_tables import appeal_contacts, appeal_values, appeal_words, appeals

FROM = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
OUTCOMES = ("helped", "confirmed", "not_confirmed", "referred", "withdrawn")
CHANNELS = ("phone", "paper", "electronic", "oral", "video")


class Crowd:
    """Rows by table, the same for the same seed."""

    def __init__(self, count: int, seed: int = 7, regions: Sequence[str] = REGIONS) -> None:
        self.random, self.regions = random.Random(seed), regions
        self.rows: dict[Any, list[dict[str, Any]]] = {
            table: []
            for table in (
                *(appeals, appeal_values, appeal_words, appeal_contacts),
                *(hand_overs, hand_over_events),
            )
        }
        for id_ in range(1, count + 1):
            self._appeal(id_)

    async def write(self, database: AsyncEngine) -> "Crowd":
        """Into an empty database."""
        async with database.begin() as connection:
            for table, rows in self.rows.items():
                for begin in range(0, len(rows), 2000):
                    await connection.execute(insert(table), rows[begin : begin + 2000])
        return self

    def _moment(self, since: datetime, days: float) -> datetime:
        return (since + timedelta(seconds=self.random.random() * days * 86400)).replace(microsecond=0)

    def _one_in(self, many: int) -> bool:
        return self.random.randrange(many) == 0

    def _appeal(self, id_: int) -> None:
        pick = self.random.choice
        registered = self._moment(FROM, (UNTIL - FROM).days)
        closed = self._moment(registered, 40) if not self._one_in(5) else None
        topic = str(self.random.randrange(1, 14)) if not self._one_in(30) else ""
        region = pick(self.regions) if not self._one_in(25) else ""
        draft = self._one_in(20)
        self.rows[appeals].append(
            {
                "id": id_,
                "number": None if draft else f"26{id_:07}",
                "state": "draft" if draft else "closed" if closed else "in_work",
                "language": pick(("kk", "kk", "ru")),
                "channel": pick(CHANNELS),
                "owner": f"c{id_ % 9}",
                "owner_person": f"Сынақ {id_ % 9}",
                "created_at": registered,
                "created_by": "c1",
                "registered_at": None if draft else registered,
                "closed_at": closed,
                "due_at": registered + timedelta(days=20) if not self._one_in(9) else None,
                "due_source": "application",
                "outcome": pick(OUTCOMES) if closed else None,
                "joined_to": 1 if self._one_in(50) and id_ > 1 else None,
                "version": 1,
                "changed_at": registered,
                "kind": pick(("application", "complaint", "")),
                "topic": topic,
                "region": region,
                "urgent": self._one_in(8),
            }
        )
        self._value(id_, "reason", f"{topic}.0{self.random.randrange(1, 4)}" if topic else None, registered)
        self._value(id_, "child_rights_violated", pick(("yes", "no", None)), registered)
        if not self._one_in(3):
            key = {"digest": f"d{self.random.randrange(2000)}", "appeal_id": id_, "field": "applicant_phone"}
            self.rows[appeal_words].append(key)
        if self._one_in(2):
            self._contact(id_, registered)
        for _ in range(self.random.randrange(4)):
            self._hand_over(id_, registered)

    def _value(self, id_: int, field: str, text: str | None, at: datetime) -> None:
        if text is not None:
            who = {"person": "Сынақ", "role": "consultant", "system_user": "c1"}
            row = {"appeal_id": id_, "field": field, "version": 1, "text": text, "at": at, "changes": "[]"}
            self.rows[appeal_values].append({**row, **who})

    def _contact(self, id_: int, at: datetime) -> None:
        row = {"appeal_id": id_, "kind": "call", "at": at, "system_user": "c1"}
        caller = f"i{self.random.randrange(2000)}" if not self._one_in(4) else None
        self.rows[appeal_contacts].append({**row, "call_id": f"n{id_}", "caller_index": caller})

    def _hand_over(self, appeal: int, at: datetime) -> None:
        id_ = len(self.rows[hand_overs]) + 1
        due = self._moment(at, 1)
        received = self._moment(due, 1) if not self._one_in(3) else None
        answer = self.random.choice(("confirmed", "partly", "not_confirmed", None)) if received else None
        answered = self._moment(received, 10) if received and answer else None
        state = "answered" if answer else "received" if received else self.random.choice(("sent", "failed"))
        self.rows[hand_overs].append(
            {
                **{"id": id_, "appeal_id": appeal, "number": f"26{appeal:07}", "body": "police-abai"},
                **{"rules": "[]", "urgent": self._one_in(4), "state": state, "due_at": due},
                **{"why_then": "{}", "language": "kk", "pii_text": "", "pii_data": "", "pii_grounds": ""},
                **{"sha256": "", "request_id": f"r{id_}", "created_by": "c1", "created_person": "Сынақ"},
                **{"created_at": at, "received_at": received, "answer": answer, "answered_at": answered},
                "steps_done": 0,
            }
        )
        if answered:
            for _ in range(1 + self._one_in(6)):  # some answered anew
                facts = json.dumps({"answer": answer, "channel": "letter", "measures": self._one_in(2)})
                who = {"person": "Сынақ", "role": "consultant", "system_user": "c1"}
                event = {"hand_over_id": id_, "at": answered, "step": "answered", "facts": facts}
                self.rows[hand_over_events].append(
                    {**event, **who, "before": "received", "after": "answered", "pii_words": ""}
                )
