"""The schema brought up to date (or back), by Alembic, from the versions in migrations/; edge."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).resolve().parents[2] / "migrations"


async def migrate(url: str, to: str = "head", *, create: bool = True) -> None:
    """Upgrade `url` to a version; in a thread, so that calls go on meanwhile.

    Raises what the database raises (SQLAlchemyError, OSError) and leaves the schema as it was. Without
    `create` an SQLite file that is not there is missed (DatabaseMissing): who only reads makes no journal.
    """
    from alembic import command  # noqa: PLC0415 - a second of imports that only a migration needs

    config = _config(url)
    config.attributes["create"] = create
    await asyncio.to_thread(command.upgrade, config, to)


async def downgrade(url: str, to: str) -> None:
    """Back to an older version, "base" for none: its tables go with all that is in them."""
    from alembic import command  # noqa: PLC0415

    await asyncio.to_thread(command.downgrade, _config(url), to)


def _config(url: str) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["url"] = url  # not as an option: a password may hold %
    return config
