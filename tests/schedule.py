"""What runs when: the unit tests dealt out to processes, the real lines side by side by CPU; pure.

A line of ring 3 mostly waits: how many fit beside each other is said by the share of a core that each was
measured to need (`costs.json`), not by their number.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

COSTS: Final = Path(__file__).with_name("costs.json")
FULL: Final = 0.8  # of all cores: lines that listen for sound need the rest at once
LINES: Final = 3  # side by side at most, on however many cores: six missed tones on two (0113)
UNKNOWN_LINE: Final = (100.0, 30.0)  # seconds, of CPU
UNKNOWN_FILE: Final = 0.5  # CPU seconds of a file of unit tests


@dataclass(frozen=True, slots=True)
class Part:
    """One run of pytest; `cores` says how many it keeps busy, `seconds` how long it took when measured."""

    name: str
    paths: tuple[str, ...]
    seconds: float
    cores: float
    options: tuple[str, ...] = ()
    nice: int = 0


@dataclass(frozen=True, slots=True)
class Costs:
    """As measured: CPU seconds of a file's fast and of its slow tests, (seconds, CPU) of a line's."""

    fast: Mapping[str, float] = field(default_factory=dict)
    slow: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def read_costs(path: Path = COSTS) -> Costs:
    """The table as it is kept."""
    kept = json.loads(path.read_text())
    return Costs(
        kept["fast"], kept["slow"], {name: (cost[0], cost[1]) for name, cost in kept["lines"].items()}
    )


def dealt(
    files: Iterable[str], costs: Mapping[str, float], hands: int, *, unknown: float = UNKNOWN_FILE
) -> list[tuple[str, ...]]:
    """The files in as many heaps, alike in cost: the dearest first, always onto the cheapest heap."""
    cost = {file: costs.get(Path(file).stem, unknown) for file in files}
    heaps: list[list[str]] = [[] for _ in range(hands)]
    for file in sorted(cost, key=lambda file: (-cost[file], file)):
        min(heaps, key=lambda heap: sum(cost[one] for one in heap)).append(file)
    return [tuple(sorted(heap)) for heap in heaps if heap]


def line_part(file: Path, costs: Costs) -> Part:
    """A file of ring 3."""
    seconds, cpu = costs.lines.get(file.stem, UNKNOWN_LINE)
    return Part(file.stem, (str(file),), seconds, cpu / seconds)


def next_part(waiting: Sequence[Part], running: Collection[Part], cores: int) -> Part | None:
    """The longest that fits beside those that run; None to wait. What fits nowhere runs alone."""
    if not running:
        return max(waiting, key=lambda part: part.seconds, default=None)
    if len(running) >= LINES:
        return None
    free = cores * FULL - sum(part.cores for part in running)
    return max((part for part in waiting if part.cores <= free), key=lambda part: part.seconds, default=None)
