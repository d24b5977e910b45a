"""What costs a test much and proves nothing there: password hashing at full cost, a schema step by step,
templates compiled anew for each console that a test opens, a logged fault with each frame's variables.
"""

import shutil
import tempfile
from functools import cache, partialmethod
from pathlib import Path
from types import CodeType

import structlog
from argon2 import PasswordHasher
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
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


def log_plainly() -> None:
    """Logs that nobody configured: as structlog has them, but a traceback without the values in it.

    The product never writes those (`config.log`), and a page's fault takes seconds with them.
    """
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def keep_compiled_templates() -> None:
    """From now on each template is compiled once in this process, whoever renders it."""
    Environment.__init__ = partialmethod(_WITHOUT_CACHE, bytecode_cache=_Compiled())  # type: ignore[method-assign]


_WITHOUT_CACHE = Environment.__init__


class _Compiled(BytecodeCache):
    """By a template's name, file and text, as jinja2 tells them apart."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


@cache
def _folder() -> Path:
    kept = tempfile.TemporaryDirectory(prefix="ivr111-template-")
    _KEPT.append(kept)
    return Path(kept.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # removed when the run ends
