"""The schema goes up and down on both databases, and is what the tables in the code say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, bindparam, inspect, text

from config.database import open_database
from config.utc_time import UtcTime
from console.identity.tables import accounts as _console  # noqa: F401 - makes the metadata whole
from recordings.journal.migrating import downgrade, migrate, newest
from recordings.model.evidence_tables import metadata

pytest_plugins = ("tests.postgres",)


async def ask(url, question):
    database = open_database(url)
    try:
        async with database.connect() as connection:
            return await connection.run_sync(question)
    finally:
        await database.dispose()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def stamps(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def differences(connection: Connection) -> list:
    return compare_metadata(MigrationContext.configure(connection), metadata)


async def test_an_empty_database_gets_every_table(url):
    await migrate(url)
    assert await ask(url, tables) == set(metadata.tables)


async def test_the_migrated_schema_is_the_schema_of_the_code(url):
    await migrate(url)
    assert await ask(url, differences) == []


async def test_migrating_again_changes_nothing(url):
    await migrate(url)
    await migrate(url)
    assert await ask(url, tables) == set(metadata.tables)


def test_the_newest_version_by_the_files_names_is_the_newest_by_what_they_say():
    migrations = Path(__file__).resolve().parents[2] / "migrations"
    assert [newest()] == ScriptDirectory(str(migrations)).get_heads()


async def test_a_schema_at_its_newest_is_left_alone_and_an_older_one_is_not(url):
    await migrate(url, "0008")
    assert await ask(url, stamps) == ["0008"]
    await migrate(url)
    assert await ask(url, stamps) == [newest()]
    await migrate(url)
    assert await ask(url, stamps) == [newest()]


async def test_downgrading_leaves_nothing_and_upgrading_works_again(url):
    await migrate(url)
    await downgrade(url, "base")
    assert await ask(url, tables) == set()
    await migrate(url)
    assert await ask(url, differences) == []


async def test_of_two_accounts_with_one_phone_the_older_keeps_it(url):
    await migrate(url, "0003")
    database = open_database(url)
    row = (
        "INSERT INTO accounts (login, person, role, phone, language, password_hash, totp_used, disabled, "
        "made_at) VALUES (:login, 'x', 'supervisor', 's201', 'kk', 'x', 0, :disabled, :made_at)"
    )
    made = datetime(2026, 11, 1, tzinfo=UTC)
    at = bindparam("made_at", type_=UtcTime)
    async with database.begin() as connection:
        for days, (login, disabled) in enumerate((("left", True), ("older", False), ("younger", False))):
            values = {"login": login, "disabled": disabled, "made_at": made + timedelta(days=days)}
            await connection.execute(text(row).bindparams(at), values)
    await migrate(url)
    async with database.connect() as connection:
        rows = await connection.execute(text("SELECT login, phone FROM accounts ORDER BY login"))
        assert [tuple(one) for one in rows] == [("left", "s201"), ("older", "s201"), ("younger", None)]
    await database.dispose()
