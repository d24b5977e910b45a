"""What costs a test much and proves nothing there: password hashing at full cost, a schema step by step."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import make_url

from recordings.journal.migrating import migrate

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def prepared(url: str) -> None:
    """The schema at `url` at its newest: an SQLite file that is not there is copied from one made before."""
    at = make_url(url)
    if at.get_backend_name() != "sqlite" or not at.database or Path(at.database).exists():
        await migrate(url)
        return
    template = _folder() / "template.sqlite"
    if not template.exists():
        await migrate(f"sqlite+aiosqlite:///{template}")
    Path(at.database).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, at.database)


@cache
def _folder() -> Path:
    kept = tempfile.TemporaryDirectory(prefix="ivr111-template-")
    _KEPT.append(kept)
    return Path(kept.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # removed when the run ends
