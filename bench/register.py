"""Search of 100,000 appeals, each way in the page's own terms, beside decrypting and scanning them."""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.form.form import Search
from appeals.model.appeal import AppealState
from appeals.model.body import REGIONS
from appeals.model.register_tables import appeal_values, appeal_words, appeals
from appeals.register.drafts import digests
from appeals.register.number import number_of
from appeals.register.results import Wanted
from appeals.register.searching import page
from bench.table import Row, better, bound, say
from config.database import open_database, read_connection
from recordings.journal.migrating import migrate
from recordings.privacy.numbers import Numbers

MOST: Final = 300.0  # ms at p95, in the page
_T0 = datetime(2026, 1, 1, tzinfo=UTC)
_NAMES = "Арман Әлия Бақыт Гүлнар Дәурен Ерлан Жанар Зарина Ислам Қайрат Лаура Марат Нұрлан Ольга".split()
_FAMILIES = "Жексенов Ильясова Серікбай Мұратов Оспанова Ким Петров Садықова Төлеген Ахметов".split()
_WORDS = (
    "мектеп бала мұғалім ұрады сынып ата ана үй көше полиция дәрігер емхана жәрдемақы зейнетақы жұмыс жалақы "
    "школа ребёнок учитель бьёт класс родители соседи улица врач поликлиника пособие пенсия работа зарплата "
    "документы справка суд алименты опека приют лекарства инвалидность дорога автобус шум драка угрозы долг"
).split()
NUMBERS: Final = Numbers(bytes(range(32)), bytes(range(32, 64)))


def run(count: int = 100_000) -> list[Row]:
    """One row for each way of searching; the last two beside a scan that decrypts each name and matter."""
    folder = Path(tempfile.mkdtemp(prefix="ivr111-bench-"))
    try:
        return asyncio.run(_measure(f"sqlite+aiosqlite:///{folder}/journal.sqlite", count))
    finally:
        shutil.rmtree(folder)


async def _measure(url: str, count: int) -> list[Row]:
    await migrate(url)
    database = open_database(url)
    try:
        began = time.perf_counter()
        await fill(database, count)
        say(f"{count} appeals in {time.perf_counter() - began:.0f} s")
        rows = []
        for what, wanted in ways(count):
            rows.append(bound(f"{what}, p95", "ms", await p95(database, wanted, 40), most=MOST))
        scanned = await _timed(lambda: scan(database, "concerned_name", "ильясова"))
        found = await p95(database, Wanted(person="Ильясова Әлия"), 20)
        rows.append(better("by person", "ms", found, "decrypt and scan", scanned, least=3, more=False))
        return rows
    finally:
        await database.dispose()


def ways(count: int) -> list[tuple[str, Wanted]]:
    """Each way a page searches, the dearest of its kind: the commonest name, word, state and region."""
    day = _T0 + timedelta(minutes=count // 2)
    return [
        ("by number", Wanted(number=number_of(2026, count // 2))),
        ("by phone", Wanted(phone=phone(count // 2))),
        ("by a whole name", Wanted(person="Ильясова Әлия")),
        ("by three letters of a name", Wanted(person="жек")),
        ("by a common word", Wanted(word="мектепте")),
        ("by two words and a region", Wanted(word="школа учитель", region="ulytau")),
        ("by a word that nobody wrote", Wanted(word="жоқсөз")),
        ("a list of a state and region", Wanted(states=(AppealState.CLOSED,), region="ulytau")),
        ("a list of an owner's open ones", Wanted(owner="c7", states=(AppealState.IN_WORK,))),
        ("a list by term", Wanted(by_term=True)),
        ("a list of a day and topic", Wanted(since=day, until=day + timedelta(days=1), topic="13")),
    ]


async def fill(database: AsyncEngine, count: int) -> None:
    """Appeals with all that is searched, as the register writes them; without history and chain."""
    chance = random.Random(111)
    for start in range(0, count, 2000):
        ids = range(start + 1, min(start + 2000, count) + 1)
        async with database.begin() as connection:
            await _part(connection, ids, chance)


async def _part(connection: AsyncConnection, ids: Sequence[int], chance: random.Random) -> None:
    rows, values, words = [], [], []
    for id_ in ids:
        at = _T0 + timedelta(minutes=id_)
        rows.append(_appeal(id_, at, chance))
        for field, search, text in (
            ("concerned_name", Search.NAME, f"{chance.choice(_FAMILIES)} {chance.choice(_NAMES)}"),
            ("applicant_phone", Search.PHONE, phone(id_)),
            ("matter", Search.WORDS, " ".join(chance.choices(_WORDS, k=20))),
        ):
            values.append(_value(id_, field, text, at))
            found = sorted(digests(NUMBERS, search, text))
            words += [{"digest": one, "appeal_id": id_, "field": field} for one in found]
    for table, many in ((appeals, rows), (appeal_values, values), (appeal_words, words)):
        await connection.execute(insert(table), many)


def phone(id_: int) -> str:
    """Each appeal's own, in no operator's range of real people's."""
    return f"+7700{id_:07d}"


def _appeal(id_: int, at: datetime, chance: random.Random) -> dict[str, Any]:
    state = chance.choices((AppealState.CLOSED, AppealState.IN_WORK, AppealState.HANDED_OVER), (90, 6, 4))[0]
    over = state is AppealState.CLOSED
    return {
        "id": id_, "number": number_of(2026, id_), "state": state.value, "language": "kk", "channel": "phone",
        "owner": f"c{id_ % 50}", "owner_person": "x", "created_at": at, "created_by": "x", "made_key": None,
        "registered_at": at, "closed_at": at if over else None, "due_at": at + timedelta(days=15),
        "due_source": "application", "outcome": "helped" if over else None, "joined_to": None, "version": 3,
        "changed_at": at, "kind": "application", "topic": str(1 + id_ % 13),
        "region": REGIONS[chance.randrange(len(REGIONS))], "urgent": id_ % 20 == 0,
    }  # fmt: skip


def _value(id_: int, field: str, text: str, at: datetime) -> dict[str, Any]:
    return {
        "appeal_id": id_, "field": field, "version": 1, "text": None, "pii_text": NUMBERS.hide(text),
        "at": at, "person": "x", "role": "consultant", "system_user": "x", "unnoted_since": None,
        "pii_noted": None, "changes": "[]",
    }  # fmt: skip


async def p95(database: AsyncEngine, wanted: Wanted, times: int) -> float:
    """Milliseconds of the page, connection and all."""

    async def one() -> object:
        async with read_connection(database) as connection:
            return await page(connection, wanted, NUMBERS, "", 50)

    took = sorted([await _timed(one) for _ in range(times)])
    return took[max(0, round(times * 0.95) - 1)]


async def scan(database: AsyncEngine, field: str, text: str) -> list[int]:
    """The alternative: every hidden value of a field decrypted and looked into."""
    query = select(appeal_values.c.appeal_id, appeal_values.c.pii_text).where(appeal_values.c.field == field)
    async with read_connection(database) as connection:
        rows = (await connection.execute(query)).all()
    return [row.appeal_id for row in rows if text in NUMBERS.reveal(row.pii_text).lower()]


async def _timed(act: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await act()
    return (time.perf_counter() - began) * 1000
