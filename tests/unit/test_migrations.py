"""The schema goes up and down on both databases, and is what the tables in the code say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from config.database import open_database
from console.signing.tables import accounts as _console  # noqa: F401 - makes the metadata whole
from recordings.evidence_tables import metadata
from recordings.migrating import downgrade, migrate

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


async def test_downgrading_leaves_nothing_and_upgrading_works_again(url):
    await migrate(url)
    await downgrade(url, "base")
    assert await ask(url, tables) == set()
    await migrate(url)
    assert await ask(url, differences) == []
