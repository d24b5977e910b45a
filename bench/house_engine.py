"""The real engine with 400 consultants who talk for ever, told to its dispatcher as its own events.

These consultants have no phones: neither Asterisk nor the accounts know them. Everything else is the engine.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, from no folder of ours

import uvloop

from config.file_lock import lock_file
from config.log import configure
from config.settings import Settings
from engine.wiring import lifecycle
from engine.wiring.build import build
from routing.dispatch.consultant import Consultant
from routing.dispatch.queue import Waiting
from routing.dispatch.service import DispatchService
from routing.dispatch.views import Snapshot

CONSULTANTS = 400


class EmptyDesk:
    """A desk without consultants."""

    def snapshot(self) -> Snapshot:
        """Nobody, nothing."""
        return Snapshot((), ())


async def serve(settings: Settings) -> None:
    """Fill the house once the first snapshot is taken, and serve until the process is ended."""
    engine, reactions = build(settings)
    order = lifecycle.steps(engine, reactions)
    serving = asyncio.create_task(lifecycle.run(engine, order, asyncio.Event()))
    engine.watchdog.desk = cast(
        DispatchService, EmptyDesk()
    )  # it would free whoever talks with nobody on the line
    while not engine.line.up:  # noqa: ASYNC110 - nothing tells us
        await asyncio.sleep(0.05)
    for number in range(CONSULTANTS):
        name = f"c{10000 + number}"
        engine.dispatch.consultant_known(Consultant(name, ("kk", "ru")))
        engine.dispatch.reachable(name)
        engine.dispatch.found_talking(Waiting(f"talk{number}", "kk", 1.0), name)
    await serving


if __name__ == "__main__":
    os.environ.pop("IVR111_BENCH_ENGINE", None)
    known = Settings()
    configure(known, "engine")
    held = lock_file(known.home / "db" / "engine.lock")
    uvloop.run(serve(known))
