"""Duplicates of an appeal: same phone, same person concerned or same text within days; edge (A12)."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.form.form import Search
from appeals.model.appeal import Appeal, AppealOutcome
from appeals.model.register_tables import appeal_contacts, appeal_words, appeals
from appeals.register.drafts import digests
from appeals.register.folding import asked_names, same_text
from appeals.register.results import Duplicate
from appeals.register.searching import listed, with_digest, with_phone
from appeals.register.store import load
from recordings.privacy.numbers import Numbers

NUMBER, PERSON, TEXT = "number", "person", "text"  # grounds
_ALIKE: Final = 0.8  # share of words that two texts have in common
_FEWEST: Final = 3  # words: shorter texts are alike too easily
_MOST: Final = 50  # appeals looked at


async def duplicates(
    connection: AsyncConnection, numbers: Numbers, appeal: Appeal, within: timedelta
) -> tuple[Duplicate, ...]:
    """Made at most `within` before or after it, newest first; joined ones are left out."""
    near = and_(
        appeals.c.id != appeal.id,
        appeals.c.created_at >= appeal.created_at - within,
        appeals.c.created_at <= appeal.created_at + within,
        or_(appeals.c.outcome.is_(None), appeals.c.outcome != AppealOutcome.JOINED.value),
    )
    found: dict[int, list[str]] = {}
    for ground, which in (
        (NUMBER, await _same_phone(connection, numbers, appeal)),
        (PERSON, _person(numbers, appeal)),
        (TEXT, await _some_words(connection, numbers, appeal, near)),
    ):
        if which is None:
            continue
        query = select(appeals.c.id).where(near, which).order_by(appeals.c.id.desc()).limit(_MOST)
        for id_ in (await connection.execute(query)).scalars():
            found.setdefault(id_, []).append(ground)
    others = {one.id: one for one in await load(connection, numbers, sorted(found))}
    mine = same_text(concerned(appeal))
    for id_, grounds in found.items():
        if PERSON in grounds and same_text(concerned(others[id_])) != mine:
            grounds.remove(PERSON)
    kept = {id_: grounds for id_, grounds in found.items() if grounds}
    rows = (await connection.execute(select(appeals).where(appeals.c.id.in_(sorted(kept))))).all()
    return tuple(
        Duplicate(listed(row), tuple(kept[row.id])) for row in sorted(rows, key=lambda row: -int(row.id))
    )


def concerned(appeal: Appeal) -> str:
    """The name of whom it is about."""
    if appeal.text("concerned_is_applicant") == "yes":
        return appeal.text("applicant_name")
    return appeal.text("concerned_name")


async def _same_phone(
    connection: AsyncConnection, numbers: Numbers, appeal: Appeal
) -> ColumnElement[bool] | None:
    query = select(appeal_contacts.c.caller_index).where(
        appeal_contacts.c.appeal_id == appeal.id, appeal_contacts.c.caller_index.is_not(None)
    )
    indexes = set((await connection.execute(query)).scalars())
    typed = appeal.text("applicant_phone")
    if any(map(str.isdigit, typed)):
        indexes.add(numbers.index(typed))
    return with_phone(sorted(indexes), numbers) if indexes else None


def _person(numbers: Numbers, appeal: Appeal) -> ColumnElement[bool] | None:
    keys = asked_names(concerned(appeal))
    return and_(*(with_digest(numbers.digest(Search.NAME, key)) for key in keys)) if keys else None


async def _some_words(
    connection: AsyncConnection, numbers: Numbers, appeal: Appeal, near: ColumnElement[bool]
) -> ColumnElement[bool] | None:
    """Appeals nearby whose matter has most of its words in common with this one's."""
    mine = digests(numbers, Search.WORDS, appeal.text("matter"))
    if len(mine) < _FEWEST:
        return None
    table = appeal_words
    query = (
        select(table.c.appeal_id, table.c.digest)
        .join(appeals, appeals.c.id == table.c.appeal_id)
        .where(near, table.c.field == "matter")
    )
    theirs: dict[int, set[str]] = {}
    for appeal_id, digest in await connection.execute(query):
        theirs.setdefault(appeal_id, set()).add(digest)
    alike = [id_ for id_, words in theirs.items() if len(words & mine) >= _ALIKE * len(words | mine)]
    return appeals.c.id.in_(alike[-_MOST:]) if alike else None
