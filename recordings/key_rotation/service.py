"""Service of key rotation, for the command line and the console; edge."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from config.told import told
from recordings.privacy.keyring import Keyring, WrongKey
from recordings.sealing import store

Progress = Callable[[int, int], object]
_AT_ONCE = 200


async def rotate(
    database: AsyncEngine, keys: Keyring, new: int, progress: Progress = lambda done, of: None
) -> int:
    """Wrap every file's key by master key `new`, in batches; how many. A repeat goes on where it stopped.

    Raises KeyMissing, WrongKey for a key that cannot be opened: then the old master keys must stay.
    """
    done = 0
    while rows := await store.wrapped_otherwise(database, new, _AT_ONCE):
        changed = []
        for row in rows:
            key = keys.unwrap(store.wrapped_of(row), row.recording_id)
            wrapped = keys.wrap_with(new, key, row.recording_id)
            if keys.unwrap(wrapped, row.recording_id) != key:
                raise WrongKey(
                    told(
                        "the new master key does not open what it wrapped: {recording_id}",
                        recording_id=row.recording_id,
                    )
                )
            changed.append((row, wrapped))
        await store.rewrap(database, changed)
        done += len(changed)
        progress(done, 0)
    return done
