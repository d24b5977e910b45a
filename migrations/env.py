"""Alembic's entry: one transaction for all steps, on SQLite and PostgreSQL alike."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from config.database import open_database
from config.settings import Settings
from console.identity.tables import accounts as _console  # noqa: F401 - makes the metadata whole
from recordings.model.evidence_tables import metadata


def upgrade(connection: Connection) -> None:
    """Run the steps asked for; two engines starting at once wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(111)"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite cannot alter a column in place
        transactional_ddl=True,  # true of SQLite too, since config/database.py says BEGIN itself
    )
    context.run_migrations()


async def run() -> None:
    """By a URL from the caller, or from the settings when the alembic command itself was called."""
    url = context.config.attributes.get("url") or Settings().database
    database = open_database(url, busy_seconds=10.0, create=context.config.attributes.get("create", True))
    try:
        async with database.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await database.dispose()


asyncio.run(run())
