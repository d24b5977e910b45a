"""What runs when: the unit tests dealt out to processes, the real lines side by side by CPU; pure.

A line of ring 3 mostly waits: how many fit beside each other is said by the share of a core that each was
measured to need (`costs.json`), and by its start, which takes all it gets for some seconds.
`python -m tests costs` runs all and writes the lines' costs anew; TEST_LINES tries another number of them.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

COSTS: Final = Path(__file__).with_name("costs.json")
FULL: Final = 0.8  # of all cores: lines that listen for sound need the rest at once
LINES: Final = 4  # side by side at most, on however many cores: of five, one in forty missed a prompt (0115)
STARTS: Final = 10.0  # seconds in which a line starts
START: Final = 0.9  # cores that a line takes while it starts: five processes that load their modules
UNKNOWN_LINE: Final = (100.0, 30.0)  # seconds, of CPU
UNKNOWN_FILE: Final = 0.5  # seconds of a file of unit tests

# Files of ring 3 that share one line with the settings of `conftest.py`, in this order: first who looks at
# all that a line has counted or logged, last who leaves a consultant paused.
TOGETHER: Final = (
    ("test_configuration", "test_users", "test_a_call", "test_identity_sip"),
    ("test_sessions", "test_legs"),
    ("test_no_ack", "test_foreign", "test_srtp"),
    ("test_transfer_1414", "test_recordings_of_conversations"),
    ("test_hostile_callers", "test_strangers"),
    ("test_garbage", "test_faults_manager", "test_survival_nobody"),
    ("test_duty", "test_survival_shift"),
    ("test_odd_phones", "test_kills_at_the_end"),
    ("test_living_callers", "test_journal_locked"),
    ("test_ami_rights", "test_faults_asterisk"),
)

# Files that hold drills alone: of those only is seen that they can still be read.
DRILLS: Final = ("test_drill_console", "test_drill_load", "test_drill_ring", "test_drill_sealing")


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
    """As measured: what a file's fast tests keep a process busy (`slow_list.by_file`), CPU seconds of its
    slow ones, (seconds, CPU) of a line's.
    """

    fast: Mapping[str, float] = field(default_factory=dict)
    slow: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def read_costs(path: Path = COSTS) -> Costs:
    """The table as it is kept."""
    kept = json.loads(path.read_text())
    return Costs(
        kept["fast"], kept["slow"], {name: (cost[0], cost[1]) for name, cost in kept["lines"].items()}
    )


def keep_fast(fast: Mapping[str, float], path: Path = COSTS) -> None:
    """The costs of the fast ring, as measured anew; all else stays as it is."""
    _keep({**json.loads(path.read_text()), "fast": fast}, path)


def keep_lines(measured: Mapping[str, tuple[float, float]], path: Path = COSTS) -> None:
    """The lines' costs, (seconds, CPU) by part, as measured anew; what was not measured stays as it is."""
    kept = json.loads(path.read_text())
    fresh = {name: [round(seconds), round(cpu, 1)] for name, (seconds, cpu) in measured.items()}
    _keep({**kept, "lines": dict(sorted({**kept["lines"], **fresh}.items()))}, path)


def _keep(costs: Mapping[str, object], path: Path) -> None:
    told = re.sub(r"\[\s+(\S+)\s+(\S+)\s+\]", r"[\1 \2]", json.dumps(costs, indent=1, ensure_ascii=False))
    path.write_text(told + "\n")  # a cost a line


def dealt(
    files: Iterable[str], costs: Mapping[str, float], hands: int, *, unknown: float = UNKNOWN_FILE
) -> list[tuple[str, ...]]:
    """The files in as many heaps, alike in cost: the dearest first, always onto the cheapest heap."""
    cost = {file: costs.get(Path(file).stem, unknown) for file in files}
    heaps: list[list[str]] = [[] for _ in range(hands)]
    for file in sorted(cost, key=lambda file: (-cost[file], file)):
        min(heaps, key=lambda heap: sum(cost[one] for one in heap)).append(file)
    return [tuple(sorted(heap)) for heap in heaps if heap]


def line_parts(files: Iterable[Path], costs: Costs) -> list[Part]:
    """The files of ring 3: those that share a line, or start none, are one part."""
    left = {file.stem: file for file in files}
    groups = [tuple(left.pop(stem) for stem in group if stem in left) for group in (*TOGETHER, DRILLS)]
    return [line_part(group, costs) for group in (*groups, *((file,) for file in left.values())) if group]


def line_part(files: Sequence[Path], costs: Costs) -> Part:
    """Files of ring 3 on one line; several have their cost under all their names, as the part is called."""
    name = ", ".join(file.stem for file in files)
    seconds, cpu = costs.lines.get(name, UNKNOWN_LINE)
    return Part(name, tuple(str(file) for file in files), seconds, cpu / seconds)


def share_a_line(arguments: Iterable[str]) -> bool:
    """Whether all that pytest was asked for is of one group."""
    asked = {Path(argument.partition("::")[0]).stem for argument in arguments}
    return any(asked <= set(group) for group in TOGETHER)


def next_part(
    waiting: Sequence[Part],
    running: Collection[Part],
    cores: int,
    *,
    starting: Collection[Part] = (),
    lines: int = LINES,
) -> Part | None:
    """The longest that fits beside those that run; None to wait. What fits nowhere runs alone.

    `starting`: those of them that began less than STARTS seconds ago. What is nice is behind the lines in
    everything, and takes none of their places.
    """
    if not running:
        return max(waiting, key=lambda part: part.seconds, default=None)
    if sum(not part.nice for part in running) >= lines:
        return None
    free = cores * FULL - sum(_busy(part, part in starting) for part in running)
    return max((part for part in waiting if part.cores <= free), key=lambda part: part.seconds, default=None)


def _busy(part: Part, starting: bool) -> float:
    return max(part.cores, START) if starting and not part.nice else part.cores
