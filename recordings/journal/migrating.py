"""The schema brought up to date (or back), by Alembic, from the versions in migrations/; edge."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from config.database import database_file, open_database, read_connection

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_NEWEST = "head"


async def migrate(url: str, to: str = _NEWEST, *, create: bool = True) -> None:
    """Upgrade `url` to a version; in a thread, so that calls go on meanwhile.

    Raises what the database raises (SQLAlchemyError, OSError) and leaves the schema as it was. Without
    `create` an SQLite file that is not there is missed (DatabaseMissing): who only reads makes no journal.
    A schema that is at its newest, as at nearly every start, is left alone without Alembic.
    """
    if to == _NEWEST and await _is_newest(url):
        return
    from alembic import command  # noqa: PLC0415 - a second of imports that only a migration needs

    config = _config(url)
    config.attributes["create"] = create
    await asyncio.to_thread(command.upgrade, config, to)


async def downgrade(url: str, to: str) -> None:
    """Back to an older version, "base" for none: its tables go with all that is in them."""
    from alembic import command  # noqa: PLC0415

    await asyncio.to_thread(command.downgrade, _config(url), to)


async def _is_newest(url: str) -> bool:
    """Whether the schema's stamp is that of the newest file in migrations/."""
    file = database_file(url)
    if file is not None and not file.exists():
        return False
    database = open_database(url, busy_seconds=10.0)
    try:
        async with read_connection(database) as connection:
            return await connection.run_sync(_stamps) == [newest()]
    finally:
        await database.dispose()


def _stamps(connection: Connection) -> list[str]:
    if not inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def newest() -> str:
    """The newest version, by the files' names: each begins with its own."""
    return max(file.name.split("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*_*.py"))


def _config(url: str) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["url"] = url  # not as an option: a password may hold %
    return config
