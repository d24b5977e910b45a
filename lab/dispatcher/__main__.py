"""A drill of generated days, every decision refereed: python -m lab.dispatcher --days 2000."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator

from lab.dispatcher.oracle import RuleBroken
from lab.dispatcher.scenario import Day
from lab.dispatcher.simulator import World


def drill(days: int, first: int = 0) -> Iterator[Counter[str]]:
    """What happened on each day; raises Foul with the day's seed when a rule is broken."""
    for seed in range(first, first + days):
        try:
            yield World(Day.drawn(seed)).run()
        except RuleBroken as foul:
            raise RuleBroken(f"day {seed}: {foul}") from foul


def main() -> int:
    """The command line of the drill; exit code 1 with the seed of the first foul."""
    parser = argparse.ArgumentParser(prog="python -m lab.dispatcher")
    parser.add_argument("--days", type=int, default=200, help="how many days")
    parser.add_argument("--first", type=int, default=0, help="seed of the first day")
    wanted = parser.parse_args()
    began = time.monotonic()
    total: Counter[str] = Counter()
    try:
        for counts in drill(wanted.days, wanted.first):
            total += counts
    except RuleBroken as foul:
        sys.stdout.write(f"foul: {foul}\n")
        return 1
    seconds = time.monotonic() - began
    told = ", ".join(f"{name} {count}" for name, count in sorted(total.items()))
    sys.stdout.write(f"{wanted.days} days in {seconds:.1f} s, no foul: {told}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
