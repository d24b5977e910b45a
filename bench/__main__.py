"""`make bench`: one table, each of our figures with its alternative beside it in the same run.

python -m bench [--json] [--quick] [agi ami journal dispatcher sealing menu ring wallboard house]
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench import (
    agi_round_trip,
    agi_servers,
    ami_events,
    dispatcher,
    free_to_ring,
    full_house,
    journal,
    menu_calls,
    sealing,
    wallboard,
)
from bench.table import Row, print_json, print_table, say

# name -> (heading, how, how in short)
PARTS: dict[str, tuple[str, Callable[[], list[Row]], Callable[[], list[Row]]]] = {
    "agi": (
        "FastAGI alone",
        lambda: [*agi_round_trip.run(), *agi_servers.run()],
        lambda: [*agi_round_trip.run(), *agi_servers.run()],
    ),
    "ami": ("AMI alone", ami_events.run, ami_events.run),
    "journal": ("Journal", journal.run, lambda: journal.run(2000)),
    "dispatcher": ("Dispatcher alone", dispatcher.run, lambda: dispatcher.run(500)),
    "sealing": ("Sealing", sealing.run, lambda: sealing.run(60)),
    "menu": ("Calls on the real Asterisk", menu_calls.run, lambda: menu_calls.run(4)),
    "ring": ("Free consultant -> ring", free_to_ring.run, lambda: free_to_ring.run(15)),
    "wallboard": (
        "Event to page",
        wallboard.run,
        lambda: wallboard.run(10, 10, 12),
    ),
    "house": ("A full house", full_house.run, lambda: full_house.run(50, 10)),
}
REAL = {"menu", "ring", "wallboard", "house"}


def main() -> int:
    """Exit code 1 when a target is missed or a part failed."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="smaller samples, to see that it runs")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    names = asked.parts or list(PARTS)
    if REAL & set(names) and not _apart():
        parser.error(
            "the parts with a real Asterisk run as root in a network namespace of their own: make bench"
        )
    began, done, broken = time.monotonic(), [], []
    for name in names:
        heading, whole, short = PARTS[name]
        say(f"{heading} ...")
        try:
            done.append((heading, (short if asked.quick else whole)()))
        except Exception as error:  # one part's fault must not cost the others' figures
            say(f"{heading}: {type(error).__name__}: {error}")
            broken.append(name)
    took = time.monotonic() - began
    if asked.json:
        print_json(
            done, at=datetime.now().astimezone().isoformat("T", "seconds"), machine=machine(), broken=broken
        )
    else:
        print_table(done)
        print(f"{datetime.now():%Y-%m-%d %H:%M}, {machine()}, {took:.0f} s")
    missed = [row.what for _, rows in done for row in rows if row.holds is False]
    for what in (*missed, *(f"part {name}" for name in broken)):
        say(f"missed: {what}")
    return 1 if missed or broken else 0


def machine() -> str:
    """Processor, cores and load, for the reader of the table."""
    text = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(": ")[2] for line in text.splitlines() if line.startswith("model name")), "")
    load = os.getloadavg()[2]
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores, {model or platform.machine()}, Python {platform.python_version()}, load {load:.1f}"
    )


def _apart() -> bool:
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    return os.geteuid() == 0 and not routes


if __name__ == "__main__":
    sys.exit(main())
