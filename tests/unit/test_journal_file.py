"""Which file is the journal: never a file with another's log, never what is none."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from config.journal_file import (
    FoundFile,
    JournalHandle,
    JournalIdentity,
    JournalRefused,
    JournalUnsettled,
    may_open,
    renew,
    take_in,
)

KILLED = """
import os, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE alembic_version (version_num TEXT)")
    database.execute("CREATE TABLE calls (n INTEGER PRIMARY KEY, text TEXT)")
    database.executemany("INSERT INTO calls VALUES (?, ?)", [(n, "new" * 300) for n in range(200)])
os._exit(0)  # killed: its log stays
"""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Named by an engine that was killed; 200 calls, all of them in its log only."""
    file = tmp_path / "journal.sqlite"
    subprocess.run([sys.executable, "-c", KILLED, file], check=True)
    assert FoundFile.SAME == take_in(file, 0.0)
    assert file.with_name("journal.sqlite-wal").stat().st_size
    return file


def other(journal: Path, calls: int) -> Path:
    """An older backup of it."""
    file = journal.with_name("other.sqlite")
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("CREATE TABLE calls (n INTEGER PRIMARY KEY, text TEXT)")
        database.executemany("INSERT INTO calls VALUES (?, ?)", [(n, "old" * 300) for n in range(calls)])
        database.commit()
    return file


def found(journal: Path, anchor: JournalHandle | None = None) -> FoundFile:
    """As the engine does it: once, and again when nobody writes there any more."""
    changed = journal.stat().st_ctime + 0.1
    with pytest.raises(JournalUnsettled):
        take_in(journal, changed, anchor)
    assert not may_open(journal)
    return take_in(journal, changed + 60, anchor)


def texts(journal: Path) -> dict[str, int]:
    with closing(sqlite3.connect(journal)) as database:
        assert ("ok",) == database.execute("PRAGMA integrity_check").fetchone()
        return dict(database.execute("SELECT substr(text, 1, 3), count(*) FROM calls GROUP BY 1"))


def test_a_killed_engines_file_goes_on_with_its_log(journal: Path) -> None:
    assert FoundFile.SAME == take_in(journal, 0.0)
    assert {"new": 200} == texts(journal)


def test_an_older_file_put_in_while_no_engine_ran_is_taken_in_without_the_old_ones_log(journal: Path) -> None:
    other(journal, 50).replace(journal)
    assert FoundFile.ANOTHER == found(journal)
    assert {"old": 50} == texts(journal)
    assert journal.with_name("journal.sqlite-wal.replaced").stat().st_size


def test_an_older_file_of_the_same_inode_is_told_apart_by_its_birth(journal: Path) -> None:
    named = JournalIdentity.read(journal)
    assert named is not None
    older = other(journal, 50)
    journal.unlink()
    older.rename(journal)
    there = journal.stat()
    as_if = JournalIdentity((there.st_dev, there.st_ino), 0, named.wal, "1.000000000")
    as_if.write(journal)
    assert FoundFile.ANOTHER == found(journal)
    assert {"old": 50} == texts(journal)


def test_an_older_copy_written_over_the_same_file_is_taken_in_without_the_log(journal: Path) -> None:
    texts(journal)  # its end writes the log into the file: it is long now
    assert FoundFile.SAME == take_in(journal, 0.0)
    with closing(JournalHandle(journal)):
        named = JournalIdentity.now(journal)
        assert named is not None
        named.write(journal)
    subprocess.run(["cp", other(journal, 50), journal], check=True)
    assert FoundFile.ANOTHER == found(journal)
    assert {"old": 50} == texts(journal)


def test_a_file_with_a_log_of_its_own_is_taken_in_with_it(journal: Path, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    subprocess.run([sys.executable, "-c", KILLED.replace("200", "70"), aside / "journal.sqlite"], check=True)
    for suffix in ("", "-wal", "-shm"):
        (aside / f"journal.sqlite{suffix}").replace(tmp_path / f"journal.sqlite{suffix}")
    assert FoundFile.ANOTHER == found(journal)
    assert {"new": 70} == texts(journal)


def test_with_the_journal_open_another_file_is_set_aside_and_the_journal_put_back(
    journal: Path,
) -> None:
    with closing(JournalHandle(journal)) as anchor:
        other(journal, 50).replace(journal)
        assert FoundFile.PUT_BACK == found(journal, anchor)
    assert {"new": 200} == texts(journal)
    assert {"old": 50} == texts(journal.with_name("journal.sqlite.replaced"))


def test_with_only_its_log_deleted_nothing_is_lost(journal: Path) -> None:
    with closing(JournalHandle(journal)) as anchor:
        journal.with_name("journal.sqlite-wal").unlink()
        assert FoundFile.PUT_BACK == found(journal, anchor)
    assert {"new": 200} == texts(journal)


@pytest.mark.parametrize("content", [b"no database" * 900, b"SQLite format 3\0" + os.urandom(9000)])
def test_what_is_no_database_is_refused_in_words_and_set_aside(journal: Path, content: bytes) -> None:
    garbage = journal.with_name("garbage")
    garbage.write_bytes(content)
    garbage.replace(journal)
    with pytest.raises(JournalRefused, match=r"malformed; it is now journal\.sqlite\.replaced"):
        found(journal)
    assert not journal.exists()
    assert content == journal.with_name("journal.sqlite.replaced").read_bytes()


def test_another_programs_database_is_refused(journal: Path) -> None:
    with closing(sqlite3.connect(journal.with_name("theirs"))) as theirs:
        theirs.execute("CREATE TABLE notes (text)")
    journal.with_name("theirs").replace(journal)
    with pytest.raises(JournalRefused, match="another program's"):
        found(journal)


def test_a_file_that_is_still_being_written_is_waited_for(journal: Path) -> None:
    other(journal, 50).replace(journal)
    with pytest.raises(JournalUnsettled):
        take_in(journal, journal.stat().st_ctime + 60)
    os.utime(journal)
    with pytest.raises(JournalUnsettled):
        take_in(journal, journal.stat().st_ctime + 0.5)


def test_in_a_copy_of_a_home_any_file_is_the_journal(journal: Path, tmp_path: Path) -> None:
    subprocess.run(["cp", "-a", tmp_path, tmp_path.with_name("copied")], check=True)
    assert may_open(tmp_path.with_name("copied") / "journal.sqlite")


def test_an_empty_log_that_a_question_left_behind_is_no_other_journal(tmp_path):
    file = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE calls (id)")
        database.commit()
        renew(file, log=True)  # as the engine does, which then ends and takes its log away
        log = tmp_path / "journal.sqlite-wal"
        still_open = log.open("rb")  # else the next log may be given the same inode number
    named = JournalIdentity.read(file)
    assert named is not None
    log.touch()
    with still_open:
        assert named.fits(file, held=False)
        assert not named.fits(file, held=True)  # the engine's own log was deleted under it
        log.write_bytes(b"pages of another")
        assert not named.fits(file, held=False)
