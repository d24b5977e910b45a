"""Search of appeals by keyed digests stands before decrypting and scanning them all; the order alone."""

import time

import pytest

from appeals.register.results import Wanted
from bench import register
from config.database import open_database
from recordings.journal.migrating import migrate


@pytest.mark.slow
async def test_a_person_is_found_sooner_by_digests_than_by_decrypting_every_name(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/db/journal.sqlite"
    await migrate(url)
    database = open_database(url)
    try:
        await register.fill(database, 5000)
        found = min([await register.p95(database, Wanted(person="Ильясова Әлия"), 1) for _ in range(5)])
        began = time.perf_counter()
        scanned = await register.scan(database, "concerned_name", "ильясова")
        assert scanned
        assert found < (time.perf_counter() - began) * 1000
    finally:
        await database.dispose()
