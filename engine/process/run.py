"""A process of ours from its first line to its exit code: settings, log, lock, signals; edge."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from config.dumpable import not_dumpable
from config.file_lock import lock_file
from config.log import configure
from config.settings import Settings

Serve = Callable[[Settings, asyncio.Event], Coroutine[Any, Any, None]]


class CannotServe(Exception):
    """The process cannot do its duty and ends; the text says why."""


def run(
    name: Literal["engine", "evidence", "console", "register"],
    serve: Serve,
    *,
    alone_as: str = "",
    runner: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run,
) -> int:
    """Serve until SIGTERM or SIGINT; the exit code, 0 when stopped as asked.

    `name` is the log's and the lock's; `alone_as` what this process is called where another one of the same
    home keeps it from running.
    """
    not_dumpable()
    settings = Settings()
    configure(settings, name)
    try:
        if alone_as:
            _alone(settings, name, alone_as)
        runner(_until_stopped(serve, settings))
    except CannotServe as why:
        print(why, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _alone(settings: Settings, name: str, called: str) -> None:
    try:
        lock_file(settings.home / "db" / f"{name}.lock")  # held until the process ends
    except BlockingIOError:
        raise CannotServe(f"another {called} already runs with home {settings.home}") from None


async def _until_stopped(serve: Serve, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop)
