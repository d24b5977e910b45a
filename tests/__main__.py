"""`python -m tests`: the fast rings, and ring 3 file by file in network namespaces of their own.

With arguments: pytest with these arguments in one namespace. Ring 3 is real time, mostly waiting, so several
lines run at once; each has its own namespace, home and Asterisk, and never meets another.
"""

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIDE_BY_SIDE = 3
# A browser would take the processor from lines that listen for sound.
ALONE = frozenset({"test_console", "test_console_truth", "test_console_alerts"})
MOST_AGAIN = 3  # more than these have no excuse
FAST = "fast rings"
NAMESPACE = ("unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
PYTEST = (sys.executable, "-m", "pytest")


@dataclass(frozen=True, slots=True)
class Part:
    """One run of pytest."""

    name: str
    paths: tuple[str, ...]


def parts() -> list[Part]:
    """The fast rings first, then each file of ring 3, the longest first so that none is left to the end."""
    real = sorted((HERE / "real").glob("test_*.py"), key=lambda file: -file.stat().st_size)
    fast = Part(FAST, (str(HERE / "unit"),))
    return [fast, *(Part(file.stem, (str(file),)) for file in real)]


async def run(part: Part) -> tuple[Part, int, str, float]:
    """The part's exit code, output and seconds."""
    began = time.monotonic()
    child = await asyncio.create_subprocess_exec(
        *NAMESPACE,
        *PYTEST,
        *part.paths,
        cwd=HERE.parent,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await child.communicate()
    return part, child.returncode or 0, output.decode(errors="replace"), time.monotonic() - began


async def main() -> int:
    """0 when everything passed."""
    began = time.monotonic()
    turn = asyncio.Semaphore(SIDE_BY_SIDE)

    async def in_turn(part: Part) -> tuple[Part, int, str, float]:
        async with turn:
            return await run(part)

    failed: list[Part] = []
    every = parts()
    waiting = [asyncio.create_task(in_turn(part)) for part in every if part.name not in ALONE]
    for number, done in enumerate(asyncio.as_completed(waiting), 1):
        result = await done
        if not tell(f"{number}/{len(every)}", *result):
            failed.append(result[0] if result[0].name != FAST else Part(FAST, few_failed(result[2])))
    for number, part in enumerate((part for part in every if part.name in ALONE), len(waiting) + 1):
        if not tell(f"{number}/{len(every)}", *await run(part)):
            failed.append(part)
    # Real time on a machine that may have been busy with something else: once more, alone, and said aloud.
    again = [part for part in failed if part.paths and len(failed) <= MOST_AGAIN]
    for part in again:
        if tell("again, alone", *await run(part)):
            failed.remove(part)
    print(f"{len(every) - len(failed)} of {len(every)} parts passed in {time.monotonic() - began:.0f} s")
    for part in again:
        if part not in failed:
            print(f"passed only at the second try, alone: {part.name}", *part.paths)
    for part in failed:
        print(f"failed: {part.name}")
    return 1 if failed else 0


def few_failed(output: str) -> tuple[str, ...]:
    """The tests that pytest's short summary names as failed; none where too many to be an accident.

    Of the fast rings these alone are tried again, not all of their twenty minutes.
    """
    said = [line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    tests = [line.removeprefix("FAILED ").split(" - ")[0] for line in said if line.startswith("FAILED ")]
    return tuple(tests) if len(tests) == len(said) <= MOST_AGAIN else ()


def tell(which: str, part: Part, code: int, output: str, seconds: float) -> bool:
    """One line for a part, all of its output when it failed; whether it passed."""
    good = code in (0, 5)  # 5: every test of the file is a drill
    last = output.strip().splitlines()[-1] if output.strip() else ""
    print(f"[{which}] {'ok    ' if good else 'FAILED'} {part.name}: {last} ({seconds:.0f} s)", flush=True)
    if not good:
        print(output, flush=True)
    return good


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import os

        os.execvp(NAMESPACE[0], [*NAMESPACE, *PYTEST, *sys.argv[1:]])
    sys.exit(asyncio.run(main()))
