"""Which lines run on this machine, told by their supervisors' locks and by nothing a person brings; edge."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

LOCK: Final = "supervise.lock"  # in the home's run/; held as long as its supervisor lives, its pid in it


def supervisor(home: Path) -> int | None:
    """The process that runs a line in `home`; None when none does, or we may not see it."""
    lock = home / "run" / LOCK
    with suppress(OSError, ValueError):
        pid, there = int(lock.read_text(encoding="ascii")), lock.stat()
        for one in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                if os.path.samestat(one.stat(), there):
                    return pid
    return None


def environment_of(pid: int) -> Mapping[str, str]:
    """What a process was started with. Raises OSError."""
    words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(word).partition("=") for word in words if b"=" in word)
    return {name: value for name, _, value in pairs}


def homes(program: Path) -> Iterator[Path]:
    """The homes of all lines that root runs with `program`, the folder of our own.

    Believed is a process of root's whose program is ours, `PYTHON …/ivr111 run`, and which holds the lock of
    the home it names: nobody else can make a lock that root holds.
    """
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            if not _runs(folder, program):
                continue
            pid = int(folder.name)
            home = Path(environment_of(pid).get("IVR111_HOME") or program / "var").resolve()
            if supervisor(home) == pid:
                yield home


def _runs(folder: Path, program: Path) -> bool:
    words = (folder / "cmdline").read_bytes().split(b"\0")
    if len(words) < 3 or words[2] != b"run" or not words[1].endswith(b"/ivr111"):
        return False
    told = (folder / "status").read_text(encoding="utf-8")
    uids = next(line for line in told.splitlines() if line.startswith("Uid:")).split()[1:]
    return set(uids) == {"0"} and Path(os.fsdecode(words[1])).resolve().is_relative_to(program)
