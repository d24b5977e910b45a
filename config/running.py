"""Which lines run on this machine, told by their supervisors' locks and by nothing a person brings; edge."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

PLACES: Final = frozenset(f"IVR111_{name}" for name in "HOME SETUP SETTINGS KEYS SECOND_AUDIO".split())
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
    """What a process was started with, places from / on. Raises OSError."""
    words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(word).partition("=") for word in words if b"=" in word)
    here = Path(f"/proc/{pid}/cwd").readlink()
    return {name: str(here / value) if name in PLACES else value for name, _, value in pairs}


def homes(program: Path, default: Path) -> Iterator[Path]:
    """The homes of the lines that root runs here with `program`, the folder of our own.

    Believed is what `runs` says, and which holds the lock of the home it names. Lines in a network namespace
    of their own (tests) are not this machine's.
    """
    here = Path("/proc/self/ns/net").stat()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            pid = int(folder.name)
            if runs(pid, program) and os.path.samestat((folder / "ns" / "net").stat(), here):
                home = Path(environment_of(pid).get("IVR111_HOME", default)).resolve()
                if supervisor(home) == pid:
                    yield home


def runs(pid: int, program: Path) -> bool:
    """Whether this is root's own `PYTHON PROGRAM/…/ivr111 run`. Raises OSError, ValueError."""
    folder = Path(f"/proc/{pid}")
    words = (folder / "cmdline").read_bytes().split(b"\0")
    if len(words) < 3 or words[2] != b"run" or not words[1].endswith(b"/ivr111"):
        return False
    told = (folder / "status").read_text(encoding="utf-8")
    uids = [line.split()[1:] for line in told.splitlines() if line.startswith("Uid:")]
    script = (folder / "cwd").readlink() / os.fsdecode(words[1])
    return uids == [["0"] * 4] and script.resolve().is_relative_to(program)
