"""The call engine as a process: `python -m engine.main`, started and watched by the supervisor; wiring."""

import asyncio
import signal
import sys

import uvloop

from config.dumpable import not_dumpable
from config.file_lock import lock_file
from config.log import configure
from config.settings import Settings
from engine.wiring import Engine


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Engine(settings).run(stop)


def main() -> int:
    """Exit code 0 when stopped as asked, 1 when another engine has this home."""
    not_dumpable()
    settings = Settings()
    configure(settings, "engine")
    try:
        lock_file(settings.home / "db" / "engine.lock")
    except BlockingIOError:
        print(f"another engine already runs with home {settings.home}", file=sys.stderr)  # noqa: T201
        return 1
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
