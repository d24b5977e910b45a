"""The call engine as a process: `python -m engine.main`, started and watched by the supervisor; wiring."""

import asyncio
import sys

import uvloop

from config.settings import Settings
from engine.process.run import run
from engine.wiring import lifecycle
from engine.wiring.build import build


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`."""
    engine, reactions = build(settings)
    await lifecycle.run(engine, lifecycle.steps(engine, reactions), stop)


def main() -> int:
    """Exit code 0 when stopped as asked, 1 when another engine has this home."""
    return run("engine", serve, alone_as="engine", runner=uvloop.run)


if __name__ == "__main__":
    sys.exit(main())
