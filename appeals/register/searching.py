"""Searching of appeals: by number, phone, person, word and what lists are cut by, page by page; edge (A12).

Nothing readable is compared: names, words and phone numbers are found by keyed digests.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.form.form import Search
from appeals.model.appeal import AppealOutcome, AppealState, Channel
from appeals.model.register_tables import appeal_contacts, appeal_words, appeals
from appeals.register.folding import asked_names, asked_words
from appeals.register.number import read_number
from appeals.register.results import AppealRefused, Listed, Page, Wanted
from config.told import told
from recordings.model.tables import calls
from recordings.privacy.numbers import Numbers

MOST: Final = 200  # lines of a page


def query_of(wanted: Wanted, numbers: Numbers) -> Select[Any]:
    """Without order and cursor. Raises WrongNumber, NotAPhoneNumber, AppealRefused."""
    return select(appeals).where(*_conditions(wanted, numbers))


async def page(
    connection: AsyncConnection, wanted: Wanted, numbers: Numbers, cursor: str, limit: int
) -> Page:
    """Raises as `query_of`."""
    most = min(max(limit, 1), MOST)
    query = query_of(wanted, numbers)
    if wanted.by_term:
        query = query.order_by(appeals.c.due_at, appeals.c.id)
    else:
        query = query.order_by(appeals.c.id.desc())
    if cursor:
        query = query.where(_behind(cursor, wanted.by_term))
    rows = (await connection.execute(query.limit(most + 1))).all()
    lines = tuple(listed(row) for row in rows[:most])
    return Page(lines, _cursor(lines[-1], wanted.by_term) if len(rows) > most else "")


def listed(row: Row[Any]) -> Listed:
    """A line of a list."""
    return Listed(
        id=row.id,
        number=row.number or "",
        state=AppealState(row.state),
        channel=Channel(row.channel),
        language=row.language,
        kind=row.kind,
        topic=row.topic,
        region=row.region,
        urgent=row.urgent,
        owner=row.owner,
        owner_person=row.owner_person,
        created_at=row.created_at,
        registered_at=row.registered_at,
        closed_at=row.closed_at,
        changed_at=row.changed_at,
        due_at=row.due_at,
        outcome=AppealOutcome(row.outcome) if row.outcome else None,
    )


def with_phone(indexes: Sequence[str], numbers: Numbers) -> ColumnElement[bool]:
    """Appeals whose applicant has this phone, or that a call of it is a contact of."""
    typed = select(appeal_words.c.appeal_id).where(
        appeal_words.c.digest.in_([numbers.digest(Search.PHONE, index) for index in indexes])
    )
    kept = select(appeal_contacts.c.appeal_id).where(appeal_contacts.c.caller_index.in_(indexes))
    journal = (
        select(appeal_contacts.c.appeal_id)
        .join(calls, calls.c.call_id == appeal_contacts.c.call_id)
        .where(calls.c.caller_index.in_(indexes))
    )
    return appeals.c.id.in_(union(typed, kept, journal))


def with_digest(digest: str) -> ColumnElement[bool]:
    """Appeals that have it in some field."""
    return appeals.c.id.in_(select(appeal_words.c.appeal_id).where(appeal_words.c.digest == digest))


def _conditions(wanted: Wanted, numbers: Numbers) -> Iterator[ColumnElement[bool]]:
    if wanted.number.strip():
        yield appeals.c.number == read_number(wanted.number)
    if wanted.phone.strip():
        yield with_phone(numbers.indexes(wanted.phone), numbers)
    for kind, text, keys in (
        (Search.NAME, wanted.person, asked_names(wanted.person)),
        (Search.WORDS, wanted.word, asked_words(wanted.word)),
    ):
        if text.strip() and not keys:
            raise AppealRefused(told("write at least three letters of a word"))
        for key in keys:
            yield with_digest(numbers.digest(kind, key))
    yield from _lists(wanted)


def _lists(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    table = appeals.c
    if wanted.states:
        yield table.state.in_([state.value for state in wanted.states])
    for column, value in (
        (table.owner, wanted.owner),
        (table.topic, wanted.topic),
        (table.region, wanted.region),
        (table.kind, wanted.kind),
    ):
        if value:
            yield column == value
    if wanted.urgent is not None:
        yield table.urgent.is_(wanted.urgent)
    if wanted.since is not None:
        yield table.created_at >= wanted.since
    if wanted.until is not None:
        yield table.created_at < wanted.until
    if wanted.due_before is not None:
        yield and_(table.due_at < wanted.due_before, table.closed_at.is_(None))
    elif wanted.by_term:
        yield and_(table.due_at.is_not(None), table.closed_at.is_(None))


def _behind(cursor: str, by_term: bool) -> ColumnElement[bool]:
    try:
        id_, _, due = cursor.partition(" ")
        if not by_term:
            return appeals.c.id < int(id_)
        at = datetime.fromisoformat(due)
        return or_(appeals.c.due_at > at, and_(appeals.c.due_at == at, appeals.c.id > int(id_)))
    except ValueError as why:
        raise AppealRefused(told("this page cannot be turned: begin the list anew")) from why


def _cursor(last: Listed, by_term: bool) -> str:
    return f"{last.id} {last.due_at.isoformat()}" if by_term and last.due_at else str(last.id)
