"""`python -m tests.log_catch_up HOME`: the engine's way from the channel event log into the journal, alone.

It says "ready", follows the log of HOME, and ends when the file `HOME/end` is there and all before it is
told and durable. Tests kill it at random moments.
"""

import asyncio
import sys
from pathlib import Path

import structlog

from engine.operations.cel_follower import CelFollower
from recordings.journal.from_call_summary import record
from recordings.journal.journal import Journal
from tests.evidence_home import numbers


def journal(home: Path) -> Journal:
    return Journal(
        f"sqlite+aiosqlite:///{home}/journal.sqlite",
        home / "spool",
        numbers,
        patience=0.2,
        retry=0.1,
        most=50,
    )


def follower(home: Path, journal: Journal) -> CelFollower:
    return CelFollower(
        journal,
        home / "cel" / "cel.csv",
        home / "cel.mark",
        lambda story: journal.submit(record(story)),
        lambda: None,
    )


async def catch_up(home: Path) -> None:
    kept = journal(home)
    await kept.start()
    reader = follower(home, kept)
    print("ready", flush=True)
    while True:
        ends = (home / "end").exists()
        await reader.look()
        if ends and kept.place == "database" and await reader.settled():
            break
        await asyncio.sleep(0.01)
    await kept.stop()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(catch_up(Path(sys.argv[1])))
