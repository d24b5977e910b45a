"""Drafts: a field saved at once, two writers kept apart, the history written before anybody else looks; edge.

A person's many saves of one field within a minute are one entry of the history. Until that entry is written
the field's row itself keeps what stood there before, who writes and since when, so nothing is lost by a
crash; it is written before anybody else sees the appeal or writes the field, and before the appeal moves
(decision 0121).
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.form.form import Search
from appeals.model.appeal import AppealEvent, FieldValue
from appeals.model.register_tables import APPEAL_VALUES, appeal_values, appeal_words
from appeals.register.folding import name_keys, word_keys
from appeals.register.ports import FormRules
from appeals.register.results import Conflict, Saved
from appeals.register.store import happened, revealed, row_for_update, text_of, touch, value_of
from recordings.model.access_entry import Actor
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered

ONE_ENTRY: Final = timedelta(minutes=1)  # saves of one person within it are one entry of the history
SAVED: Final = "saved"  # the step of such an entry
_KEPT = 8  # ids of changes: a retry comes at once, and a client has one save of a field under way
_COPIED = frozenset({"kind", "topic", "region"})


async def save(
    connection: AsyncConnection,
    numbers: Numbers,
    form: FormRules,
    appeal_id: int,
    field: str,
    text: str,
    base_version: int,
    who: Actor,
    now: datetime,
    change_id: str,
) -> Saved | Conflict:
    """`text` as the form let it through; `base_version` 0: the writer saw the field empty."""
    appeal = await row_for_update(connection, appeal_id)
    query = select(appeal_values).where(
        appeal_values.c.appeal_id == appeal_id, appeal_values.c.field == field
    )
    row = (await connection.execute(query)).first()
    changes: list[list[Any]] = json.loads(row.changes) if row is not None else []
    done = _done(row, changes, field, text, base_version, change_id, numbers, appeal.version)
    if done is not None:
        return done
    before = text_of(row, numbers) if row is not None else ""
    version = base_version + 1
    changes = [*changes, [change_id, version]][-_KEPT:] if change_id else changes
    values = {
        **_content(text, numbers, form.in_clear(field, text)),
        **await _unnoted(connection, numbers, row, before, who, now),
        "version": version,
        "at": now,
        "person": who.person,
        "role": who.role,
        "system_user": who.system_user,
        "changes": json.dumps(changes),
    }
    await _write(connection, appeal_id, field, values, new=row is None)
    await index(connection, appeal_id, field, digests(numbers, form.found_by(field), text))
    newest = await touch(connection, appeal_id, now, copied(field, text))
    return Saved(field, version, FieldValue(text, version, who.system_user, who.person, now), newest)


async def note_unnoted(
    connection: AsyncConnection, numbers: Numbers, appeal_id: int, but: str | None = None
) -> None:
    """Enter in the history what is saved and not noted yet; `but`: a system user whose own saves may wait."""
    query = select(appeal_values).where(
        appeal_values.c.appeal_id == appeal_id, appeal_values.c.unnoted_since.is_not(None)
    )
    if but is not None:
        query = query.where(appeal_values.c.system_user != but)
    for row in (await connection.execute(query.order_by(appeal_values.c.at))).all():
        await _note(connection, numbers, row)
        async with entered(connection, [(APPEAL_VALUES, [(appeal_id, row.field)])]):
            await connection.execute(_of(appeal_id, row.field).values(unnoted_since=None, pii_noted=None))


async def unnoted(connection: AsyncConnection, numbers: Numbers, appeal_id: int) -> list[AppealEvent]:
    """What the history will have: as events without a place in it yet (seq 0). Raises AppealUnreadable."""
    query = select(appeal_values).where(
        appeal_values.c.appeal_id == appeal_id, appeal_values.c.unnoted_since.is_not(None)
    )
    return [
        AppealEvent(
            seq=0,
            at=row.at,
            who=Actor(row.person, row.role, row.system_user),
            step=SAVED,
            field=row.field,
            before=revealed(row.pii_noted, numbers, appeal_id),
            after=text_of(row, numbers),
            facts={"since": row.unnoted_since.isoformat(), "version": row.version},
        )
        for row in (await connection.execute(query.order_by(appeal_values.c.at))).all()
    ]


async def index(connection: AsyncConnection, appeal_id: int, field: str, wanted: frozenset[str]) -> None:
    """What the field's text is found by, instead of what its earlier text was."""
    table = appeal_words
    mine = (table.c.appeal_id == appeal_id, table.c.field == field)
    there = frozenset((await connection.execute(select(table.c.digest).where(*mine))).scalars())
    if gone := there - wanted:
        await connection.execute(delete(table).where(*mine, table.c.digest.in_(sorted(gone))))
    if new := wanted - there:
        rows = [{"digest": one, "appeal_id": appeal_id, "field": field} for one in sorted(new)]
        await connection.execute(insert(table), rows)


def digests(numbers: Numbers, search: Search, text: str) -> frozenset[str]:
    """Of a field's text that is found by `search`."""
    match search:
        case Search.NAME:
            keys = name_keys(text)
        case Search.WORDS:
            keys = word_keys(text)
        case Search.PHONE if any(sign.isdigit() for sign in text):
            keys = frozenset({numbers.index(text)})
        case _:
            keys = frozenset()
    return frozenset(numbers.digest(search.value, key) for key in keys)


def copied(field: str, text: str) -> Mapping[str, Any]:
    """What of a field stands in the appeal's own row too, for lists."""
    if field == "urgent":
        return {"urgent": text == "yes"}
    return {field: text} if field in _COPIED else {}


def _done(
    row: Row[Any] | None,
    changes: list[list[Any]],
    field: str,
    text: str,
    base_version: int,
    change_id: str,
    numbers: Numbers,
    appeal_version: int,
) -> Saved | Conflict | None:
    """The answer where nothing is to be written: a repeat, another's words, the same words."""
    if row is None:
        return None if base_version == 0 else Conflict(field, None, appeal_version)
    stands = value_of(row, numbers)
    again = next((version for id_, version in changes if change_id and id_ == change_id), None)
    if again is not None:
        return Saved(field, again, stands, appeal_version)
    if row.version != base_version:
        return Conflict(field, stands, appeal_version)
    return Saved(field, row.version, stands, appeal_version) if stands.text == text else None


async def _write(
    connection: AsyncConnection, appeal_id: int, field: str, values: Mapping[str, Any], *, new: bool
) -> None:
    made = insert(appeal_values).values(appeal_id=appeal_id, field=field, **values)
    async with entered(connection, [(APPEAL_VALUES, [(appeal_id, field)])]):
        await connection.execute(made if new else _of(appeal_id, field).values(dict(values)))


def _content(text: str, numbers: Numbers, choice: bool) -> dict[str, str | None]:
    return {"text": text, "pii_text": None} if choice else {"text": None, "pii_text": numbers.hide(text)}


async def _unnoted(
    connection: AsyncConnection,
    numbers: Numbers,
    row: Row[Any] | None,
    before: str,
    who: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Whether this save goes on with an entry not written yet, or begins one; an older one is written."""
    if row is not None and row.unnoted_since is not None:
        if row.system_user == who.system_user and now - row.unnoted_since < ONE_ENTRY:
            return {}
        await _note(connection, numbers, row)
    return {"unnoted_since": now, "pii_noted": numbers.hide(before) if before else None}


async def _note(connection: AsyncConnection, numbers: Numbers, row: Row[Any]) -> None:
    await happened(
        connection,
        numbers,
        row.appeal_id,
        Actor(row.person, row.role, row.system_user),
        row.at,
        SAVED,
        field=row.field,
        before=revealed(row.pii_noted, numbers, row.appeal_id),
        after=text_of(row, numbers),
        facts={"since": row.unnoted_since.isoformat(), "version": row.version},
    )


def _of(appeal_id: int, field: str) -> Any:
    return update(appeal_values).where(appeal_values.c.appeal_id == appeal_id, appeal_values.c.field == field)
