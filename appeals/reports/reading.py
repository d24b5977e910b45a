"""Reading of what reports count: columns in clear only, no key is needed; edge (A24, B7, C7)."""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.model.hand_over_tables import hand_over_events, hand_overs
from appeals.model.register_tables import appeal_contacts, appeal_values, appeal_words, appeals
from appeals.reports.values import AppealFacts, HandOverFacts, ReportPeriod

PHONE: Final = "applicant_phone"
FIELDS: Final = ("reason", "child_rights_violated")


async def facts(connection: AsyncConnection, period: ReportPeriod) -> list[AppealFacts]:
    """All appeals registered in the period, with their hand-overs, in the order they were made."""
    rows = (await connection.execute(_of_period(period, appeals).order_by(appeals.c.id))).all()
    values = await _values(connection, period)
    told = await _hand_overs(connection, period)
    repeated = await _repeated(connection, period)
    return [
        _fact(row, values.get(row.id, {}), told.get(row.id, ()), row.id in repeated or row.joined_to)
        for row in rows
    ]


def _of_period(period: ReportPeriod, *what: Any) -> Select[Any]:
    return select(*what).where(
        appeals.c.registered_at >= period.since, appeals.c.registered_at < period.until
    )


def _fact(
    row: Row[Any], values: Mapping[str, str], told: tuple[HandOverFacts, ...], repeated: object
) -> AppealFacts:
    return AppealFacts(
        id=row.id,
        registered_at=row.registered_at,
        closed_at=row.closed_at,
        due_at=row.due_at,
        channel=row.channel,
        language=row.language,
        kind=row.kind,
        topic=row.topic,
        reason=values.get("reason", ""),
        region=row.region,
        outcome=row.outcome or "",
        child=values.get("child_rights_violated") == "yes",
        urgent=row.urgent,
        repeated=bool(repeated),
        hand_overs=told,
    )


async def _values(connection: AsyncConnection, period: ReportPeriod) -> dict[int, dict[str, str]]:
    table = appeal_values
    query = (
        _of_period(period, table.c.appeal_id, table.c.field, table.c.text)
        .join(appeals, appeals.c.id == table.c.appeal_id)
        .where(table.c.field.in_(FIELDS))
    )
    found: dict[int, dict[str, str]] = {}
    for appeal, field, text in await connection.execute(query):
        found.setdefault(appeal, {})[field] = text or ""
    return found


async def _hand_overs(
    connection: AsyncConnection, period: ReportPeriod
) -> dict[int, tuple[HandOverFacts, ...]]:
    table = hand_overs.c
    measured = await _measured(connection, period)
    wanted = (
        table.id,
        table.appeal_id,
        table.due_at,
        table.received_at,
        table.answer,
        table.answered_at,
    )
    query = _of_period(period, *wanted).join(appeals, appeals.c.id == table.appeal_id).order_by(table.id)
    found: dict[int, list[HandOverFacts]] = {}
    for row in await connection.execute(query):
        one = HandOverFacts(
            row.due_at, row.received_at, row.answer or "", row.answered_at, row.id in measured
        )
        found.setdefault(row.appeal_id, []).append(one)
    return {appeal: tuple(told) for appeal, told in found.items()}


async def _measured(connection: AsyncConnection, period: ReportPeriod) -> set[int]:
    """Hand-overs whose last answer said which measures were taken; the words themselves are hidden."""
    table = hand_over_events.c
    query = (
        _of_period(period, table.hand_over_id, table.facts)
        .join(hand_overs, hand_overs.c.appeal_id == appeals.c.id)
        .join(hand_over_events, table.hand_over_id == hand_overs.c.id)
        .where(table.step == "answered")
        .order_by(table.seq)
    )
    last = {id_: json.loads(text) for id_, text in await connection.execute(query)}
    return {id_ for id_, said in last.items() if said.get("measures")}


async def _repeated(connection: AsyncConnection, period: ReportPeriod) -> set[int]:
    """Appeals whose applicant's or caller's number had one of the same direction before.

    Numbers are compared by their keyed digests, which nobody can read.
    """
    words, contacts = appeal_words.c, appeal_contacts.c
    found: set[int] = set()
    for key, appeal, only in (
        (words.digest, words.appeal_id, words.field == PHONE),
        (contacts.caller_index, contacts.appeal_id, contacts.caller_index.is_not(None)),
    ):
        query = (
            select(key, appeals.c.id, appeals.c.topic, appeals.c.registered_at)
            .join(appeals, appeals.c.id == appeal)
            .where(only, appeals.c.registered_at < period.until, appeals.c.topic != "")
            .order_by(appeals.c.id)
        )
        first: dict[tuple[str, str], int] = {}
        for number, id_, topic, registered_at in await connection.execute(query):
            if first.setdefault((number, topic), id_) != id_ and registered_at >= period.since:
                found.add(id_)
    return found
