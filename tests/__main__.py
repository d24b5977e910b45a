"""`python -m tests`: all rings; `python -m tests fast`: the fast ring alone, as `make check` runs it;
`python -m tests measure`: which unit tests are slow; `python -m tests costs`: all rings, and the lines' costs
written down.

With other arguments: pytest with these arguments in one namespace. Each part runs in a network namespace of
its own; each line of ring 3 has its own home and Asterisk besides, and never meets another.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tests import slow_list
from tests.schedule import (
    LINES,
    STARTS,
    Part,
    dealt,
    keep_fast,
    keep_lines,
    line_parts,
    next_part,
    read_costs,
)

HERE = Path(__file__).resolve().parent
CORES = len(os.sched_getaffinity(0))
HANDS = min(2 * CORES, 8)  # processes of the fast ring: each waits half of its time
MOST_AGAIN = 3  # more than these have no excuse
LINES_AGAIN = 6  # parts: of some fifty that ran beside each other in real time
UNIT = ("fast ring", "slow ring")  # the first words of their parts' names
FAST_TESTS = ("-m", "not slow and not drill")
SLOW_TESTS = ("-m", "slow and not drill")
SLOW_PARTS = 1
SLOW_CORES = 0.3  # that a part of the slow ring takes from the lines: it lives on what they leave
BEHIND = 10  # niceness of the slow ring: lines that listen for sound go first
SIDE_BY_SIDE = int(os.environ.get("TEST_LINES", LINES))
NAMESPACE = ("unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
PYTEST = (sys.executable, "-m", "pytest")
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"  # would make each process compile every file again


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a part: exit code, output, seconds, and CPU seconds of it and all its processes."""

    part: Part
    code: int
    output: str
    seconds: float
    cpu: float

    @property
    def good(self) -> bool:
        """Whether it passed; 5: every test of the file is a drill."""
        return self.code in (0, 5)


def fast_parts() -> list[Part]:
    """The fast ring, two processes for each core (0114)."""
    costs = read_costs().fast
    heaps = dealt(_unit_files(), costs, HANDS)
    return [
        Part(f"{UNIT[0]} {number}/{len(heaps)}", heap, 60.0, 1.0, FAST_TESTS)
        for number, heap in enumerate(heaps, 1)
    ]


def other_parts() -> list[Part]:
    """The slow ring, behind the lines beside it, and ring 3."""
    costs = read_costs()
    heaps = dealt(_unit_files(), costs.slow, SLOW_PARTS, unknown=0.1)  # most files have no slow test
    return [
        *(
            Part(f"{UNIT[1]} {number}/{len(heaps)}", heap, 600.0, SLOW_CORES, SLOW_TESTS, BEHIND)
            for number, heap in enumerate(heaps, 1)
        ),
        *line_parts(sorted((HERE / "real").glob("test_*.py")), costs),
    ]


def _unit_files() -> list[str]:
    return [str(file) for file in sorted((HERE / "unit").glob("test_*.py"))]


def run(part: Part) -> Ran:
    """One part, to its end, in a folder of its own with a short name: sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="t", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        return _run(part, f"--basetemp={folder}/b")


def _run(part: Part, *more: str) -> Ran:
    began = time.monotonic()
    child = subprocess.Popen(
        [*NAMESPACE, "nice", "-n", str(part.nice), *PYTEST, *more, *part.options, *_named(part.paths)],
        cwd=HERE.parent,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    return Ran(part, child.returncode, output, time.monotonic() - began, cpu)


def _named(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths as pytest is told them: for each file named it would look through the whole folder again.

    Files of ring 3 stay as they are: those that share a line have an order.
    """
    unit = HERE / "unit"
    if len(paths) == 1 or any(Path(path).parent != unit or "::" in path for path in paths):
        return paths
    return (str(unit), *(f"--only={Path(path).name}" for path in paths))


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != NO_BYTECODE}


async def side_by_side(waiting: list[Part], first: int, count: int) -> list[Ran]:
    """All of them, as many at once as have room; each is told when it ends."""
    running: dict[asyncio.Task[Ran], Part] = {}
    began: dict[Part, float] = {}
    done: list[Ran] = []

    def starting() -> list[Part]:
        return [part for part in running.values() if time.monotonic() - began[part] < STARTS]

    def following() -> Part | None:
        return next_part(waiting, running.values(), CORES, starting=starting(), lines=SIDE_BY_SIDE)

    while waiting or running:
        while (part := following()) is not None:
            waiting.remove(part)
            began[part] = time.monotonic()
            running[asyncio.create_task(asyncio.to_thread(run, part))] = part
        over, _ = await asyncio.wait(running, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        for task in over:
            del running[task]
            done.append(task.result())
            tell(f"{first + len(done)}/{count}", task.result())
    return done


async def fast() -> int:
    """0 when the fast ring passed; nothing is tried again."""
    began = time.monotonic()
    parts = fast_parts()
    every = await asyncio.gather(*(asyncio.to_thread(run, part) for part in parts))
    for number, ran in enumerate(every, 1):
        tell(f"{number}/{len(parts)}", ran)
    print(f"fast ring: {time.monotonic() - began:.0f} s, {sum(ran.cpu for ran in every):.0f} s of CPU")
    return 0 if all(ran.good for ran in every) else 1


def asked(arguments: list[str], environment: dict[str, str]) -> int:
    """pytest with these arguments, seen as it runs, in a short folder as every part's; its exit code."""
    with tempfile.TemporaryDirectory(prefix="t", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        command = [*NAMESPACE, *PYTEST, f"--basetemp={folder}/b", *arguments]
        child = subprocess.Popen(command, cwd=HERE.parent, env=environment)
        # Ctrl-C reaches both, and pytest tells of it; another's word to end is passed on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for word in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(word, lambda word, _frame: child.send_signal(word))
        return child.wait()


def measure() -> int:
    """All unit tests but the drills and those that call themselves slow, one process.

    Writes slow.txt, and in costs.json what each file costs the fast ring.
    """
    slow_list.LIST.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile(prefix="t", mode="r", encoding="utf-8") as file:
        environment = _environment() | {slow_list.MEASURED: file.name}
        code = asked(["-p", "tests.slow_list", *FAST_TESTS, str(HERE / "unit")], environment)
        lines = file.readlines()
    costs = slow_list.costs_in(lines)
    slow = slow_list.slow_of(costs)
    slow_list.LIST.write_text("".join(f"{name}\n" for name in slow), encoding="utf-8")
    keep_fast(slow_list.by_file(lines, slow))
    print(f"{len(slow)} of {len(costs)} functions, {sum(costs[one] for one in slow):.0f} s, are slow")
    return code


async def whole(*, keep_costs: bool = False) -> int:
    """0 when everything passed; with `keep_costs` each line's cost is written to costs.json."""
    began = time.monotonic()
    quick, others = fast_parts(), other_parts()
    count = len(quick) + len(others)
    every = [ran for ran in await asyncio.gather(*(asyncio.to_thread(run, part) for part in quick))]
    for number, ran in enumerate(every, 1):
        tell(f"{number}/{count}", ran)
    every += await side_by_side(others, len(every), count)
    failed = [ran for ran in every if not ran.good]
    # Real time on a machine that may have been busy with something else: once more, alone, and said aloud.
    again = [part for ran in failed if (part := once_more(ran)) and len(failed) <= LINES_AGAIN]
    saved = [part for part in again if tell("again, alone", run(part))]
    left = [ran.part.name for ran in failed if ran.part.name not in {part.name for part in saved}]
    cpu = sum(ran.cpu for ran in every)
    print(
        f"{count - len(left)} of {count} parts passed in {time.monotonic() - began:.0f} s, {cpu:.0f} s of CPU"
    )
    if keep_costs:
        keep_lines({ran.part.name: (ran.seconds, ran.cpu) for ran in every[len(quick) :] if is_line(ran)})
    for part in saved:
        print(f"passed only at the second try, alone: {part.name}", *part.paths)
    for name in left:
        print(f"failed: {name}")
    return 1 if left else 0


def is_line(ran: Ran) -> bool:
    """Whether it was a real line, run to its end."""
    return ran.good and not ran.part.nice and not ran.part.name.startswith(UNIT)


def once_more(ran: Ran) -> Part | None:
    """What of a failed part is tried again: its file; of the unit tests only the few that failed, or none."""
    if not ran.part.name.startswith(UNIT):
        return ran.part
    few = few_failed(ran.output)
    return replace(ran.part, paths=few) if few else None


def few_failed(output: str) -> tuple[str, ...]:
    """The tests that pytest's short summary names as failed; none where too many to be an accident."""
    said = [line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    tests = [line.removeprefix("FAILED ").split(" - ")[0] for line in said if line.startswith("FAILED ")]
    return tuple(tests) if len(tests) == len(said) <= MOST_AGAIN else ()


def tell(which: str, ran: Ran) -> bool:
    """One line for a part, all of its output when it failed; whether it passed."""
    last = ran.output.strip().splitlines()[-1] if ran.output.strip() else ""
    how = "ok    " if ran.good else "FAILED"
    took = f"{ran.seconds:.0f} s, {ran.cpu:.0f} s of CPU"
    print(f"[{which}] {how} {ran.part.name}: {last} ({took})", flush=True)
    if not ran.good:
        print(ran.output, flush=True)
    return ran.good


if __name__ == "__main__":
    if sys.argv[1:] == ["fast"]:
        sys.exit(asyncio.run(fast()))
    if sys.argv[1:] == ["costs"]:
        sys.exit(asyncio.run(whole(keep_costs=True)))
    if sys.argv[1:] == ["measure"]:
        sys.exit(measure())
    if len(sys.argv) > 1:
        sys.exit(asked(sys.argv[1:], _environment()))
    sys.exit(asyncio.run(whole()))
