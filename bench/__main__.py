"""`make bench`: one table, each of our figures with its alternative beside it in the same run.

python -m bench [--json] [--quick] [--keep] [agi ami journal dispatcher sealing register menu ring …]
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from bench import (
    agi_round_trip,
    agi_servers,
    ami_events,
    compare,
    dispatcher,
    free_to_ring,
    full_house,
    journal,
    menu_calls,
    register,
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
    "register": ("Appeals searched", register.run, lambda: register.run(10_000)),
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


Table = list[tuple[str, list[Row]]]
WORSE: Final = 3  # the exit code when nothing was missed but something got worse


def main(last: Path = compare.LAST) -> int:
    """Exit code 1: a target was missed or a part failed; 3: else, something got worse by a tenth, twice."""
    asked = _asked()
    names = asked.parts or list(PARTS)
    began = time.monotonic()
    done, broken = measured(names, asked.quick)
    fell = [] if asked.quick else _worse(done, last)
    took = time.monotonic() - began
    at, here = datetime.now().astimezone().isoformat("T", "seconds"), machine()
    if asked.json:
        worse = [one.told() for one in fell]
        print_json(done, at=at, machine=here, broken=broken, worse=worse)
    else:
        print_table(done)
        print(f"{datetime.now():%Y-%m-%d %H:%M}, {here}, {took:.0f} s")
    missed = [row.what for _, rows in done for row in rows if row.holds is False]
    for what in (*missed, *(f"part {name}" for name in broken)):
        say(f"missed: {what}")
    for one in fell:
        say(one.told())
    if asked.keep:
        headings = [heading for heading, _ in done]
        compare.keep(compare.merged(compare.read(last), compare.ratios(done), headings), at, here, last)
        say(f"kept in {last.name} for the next run: commit it, and the table in docs/bench.md")
    return 1 if missed or broken else WORSE if fell else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="smaller samples, to see that it runs")
    parser.add_argument(
        "--keep", action="store_true", help="keep this table for later ones to be compared with"
    )
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if asked.quick and asked.keep:
        parser.error("smaller samples are no table to keep")
    if REAL & set(asked.parts or PARTS) and not _apart():
        parser.error(
            "the parts with a real Asterisk run as root in a network namespace of their own: make bench"
        )
    return asked


def measured(names: Iterable[str], quick: bool) -> tuple[Table, list[str]]:
    """The table of these parts, and the names of those that failed."""
    done: Table = []
    broken = []
    for name in names:
        heading, whole, short = PARTS[name]
        say(f"{heading} ...")
        try:
            done.append((heading, (short if quick else whole)()))
        except Exception as error:  # one part's fault must not cost the others' figures
            say(f"{heading}: {type(error).__name__}: {error}")
            broken.append(name)
    return done, broken


def _worse(done: Table, last: Path) -> list[compare.Regression]:
    """What is worse than in the kept table, in a second run of its part, too; what cannot be said, aloud."""
    before, now = compare.read(last), compare.ratios(done)
    for row in compare.gone(before, now, [heading for heading, _ in done]):
        say(f"not compared, for this run has no such figure: {row}")
    first = compare.worse(before, now)
    doubtful = {one.now.heading for one in first}
    if not doubtful:
        return []
    say(f"worse than the kept table, once more before it is called so: {', '.join(sorted(doubtful))}")
    again, broken = measured([name for name, (heading, *_) in PARTS.items() if heading in doubtful], False)
    second = compare.ratios(again)
    for name in broken:
        say(f"part {name} failed at its second run: its first alone counts")
    failed = {PARTS[name][0] for name in broken}
    return [*compare.twice_worse(first, second), *(one for one in first if one.now.heading in failed)]


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
