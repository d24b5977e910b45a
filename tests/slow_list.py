"""Unit tests that cost much CPU belong to the slow ring: which, as measured, stands in slow.txt.

`python -m tests measure` runs the unit tests with this file as pytest's plugin and writes the list anew: the
cheapest stay in the fast ring until they have cost BUDGET seconds together.
"""

import os
import resource
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

LIST: Final = Path(__file__).with_name("slow.txt")
BUDGET: Final = 75.0  # CPU seconds, of all processes together
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
        seconds, _, name = line.rstrip("\n").partition(" ")
        costs[name] += float(seconds)
    return dict(costs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A line for each test: CPU seconds of this process and of those that it waited for."""
    before = _cpu()
    try:
        return (yield)
    finally:
        with Path(os.environ[MEASURED]).open("a", encoding="utf-8") as file:
            file.write(f"{_cpu() - before:.4f} {function_of(item.nodeid)}\n")


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
