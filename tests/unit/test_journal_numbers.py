"""Numbers on their way to the database: hidden always, waiting when the key is away, lost never (A5)."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

from recordings.journal.journal import Journal
from recordings.model.call_record import CallRecord
from recordings.privacy.keyring import KeyMissing
from tests.evidence_home import numbers

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = CallRecord("n1-1763815501123-1", "+77000000001", "kk", T0, ended_at=T0)


def stored(folder) -> str | None:
    with sqlite3.connect(folder / "journal.sqlite") as database:
        [(caller,)] = database.execute("SELECT caller FROM calls").fetchall()
    return caller


async def test_a_number_is_hidden_in_database_and_spool_alike(tmp_path):
    journal = Journal(f"sqlite+aiosqlite:///{tmp_path}/journal.sqlite", tmp_path / "spool", numbers)
    await journal.start()
    await journal.write(CALL)
    lock = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    await journal.write(replace(CALL, call_id="n1-1763815501123-2"))
    spooled = (tmp_path / "spool" / "journal.jsonl").read_text()
    assert "n1-1763815501123-2" in spooled
    assert "77000000001" not in spooled
    lock.execute("ROLLBACK")
    lock.close()
    assert ["+77000000001"] == [one.pii_caller for one in await journal.reader.calls_by_id([CALL.call_id])]
    await journal.stop()


async def test_without_the_key_rows_wait_and_go_in_hidden_once_it_is_back(tmp_path):
    there = False

    def key():
        if not there:
            raise KeyMissing("numbers.key is missing")
        return numbers()

    url = f"sqlite+aiosqlite:///{tmp_path}/journal.sqlite"
    journal = Journal(url, tmp_path / "spool", key, patience=0.2, retry=0.05)
    await journal.start()
    await journal.write(CALL)
    assert "spool" == journal.place
    there = True
    await journal.write(replace(CALL, rating=5))
    while journal.place != "database":
        await journal.write(replace(CALL, rating=5))
    await journal.stop()
    caller = stored(tmp_path)
    assert caller is not None
    assert "+77000000001" == numbers().reveal(caller)
    assert numbers().is_hidden(caller)
