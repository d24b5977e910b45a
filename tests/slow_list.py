"""Unit tests that cost much CPU belong to the slow ring: which, as measured, stands in slow.txt.

`python -m tests measure` runs the unit tests with this file as pytest's plugin and writes the list anew: the
cheapest stay in the fast ring until they have cost BUDGET seconds together. What a fixture of a whole file
costs is its first test's: whoever uses a dear one says `pytest.mark.slow`.
"""

import os
import resource
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

LIST: Final = Path(__file__).with_name("slow.txt")
BUDGET: Final = 55.0  # CPU seconds of all tests together; four processes spend as many as 15 on beginning
MEASURED: Final = "TEST_COSTS_FILE"  # where a measured run writes them
# Guards of each commit stay, whatever they cost.
NEVER: Final = ("test_architecture.py", "test_citations.py", "test_scenarios_ring1.py")


def function_of(nodeid: str) -> str:
    """`tests/unit/test_x.py::test_y[1]` is `test_x.py::test_y`: all its cases go together."""
    return nodeid.partition("[")[0].rpartition("/")[2]


def listed(path: Path = LIST) -> frozenset[str]:
    """Functions of the slow ring."""
    return frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else frozenset()


def slow_of(costs: Mapping[str, float], budget: float = BUDGET) -> list[str]:
    """What has to leave the fast ring, so that the rest costs no more than the budget: the dearest."""
    spent, slow = 0.0, []
    for name, cost in sorted(costs.items(), key=lambda one: (not one[0].startswith(NEVER), one[1], one[0])):
        spent += cost
        if spent > budget:
            slow.append(name)
    return sorted(slow)


def costs_in(lines: Iterable[str]) -> dict[str, float]:
    """CPU seconds by function, of all its cases."""
    costs: defaultdict[str, float] = defaultdict(float)
    for line in lines:
        cpu, _, name = line.rstrip("\n").split(" ", 2)
        costs[name] += float(cpu)
    return dict(costs)


def by_file(lines: Iterable[str], slow: Collection[str]) -> dict[str, float]:
    """What each file keeps a process busy in the fast ring: its CPU seconds and half of those it waits.

    Half, for as many processes run as two for each core.
    """
    costs: defaultdict[str, float] = defaultdict(float)
    for line in lines:
        cpu, seconds, name = line.rstrip("\n").split(" ", 2)
        if name not in slow:
            costs[name.partition(".py::")[0]] += (float(cpu) + max(float(cpu), float(seconds))) / 2
    return {name: max(0.1, round(cost, 1)) for name, cost in sorted(costs.items())}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A line for each test: CPU seconds of this process and of those it waited for, and seconds."""
    cpu, began = _cpu(), time.monotonic()
    try:
        return (yield)
    finally:
        took = f"{_cpu() - cpu:.4f} {time.monotonic() - began:.4f}"
        with Path(os.environ[MEASURED]).open("a", encoding="utf-8") as file:
            file.write(f"{took} {function_of(item.nodeid)}\n")


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
