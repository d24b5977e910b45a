"""The access log for a process beside the engine: an act is allowed once it stands in the log."""

from config.database import open_database
from recordings.access import Access
from recordings.writing import append_access


async def log_access(url: str, entry: Access) -> None:
    """Chain `entry` directly, where no engine runs that could be asked to.

    The one exception to the engine as only writer: the log's own lock keeps the chain whole. Raises
    SQLAlchemyError or OSError when it cannot be written: then what was asked for must be refused.
    """
    database = open_database(url)
    try:
        async with database.begin() as connection:
            await append_access(connection, [entry])
    finally:
        await database.dispose()
