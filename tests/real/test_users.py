"""Each process runs as its own user, sees only what it needs, and dumps nothing (2.5)."""

import pwd
import subprocess
import time
from pathlib import Path

import pytest

from tests.real.line import RunningLine

HIDDEN = {
    "engine": ("recordings", "statements", "packages", "console"),
    "evidence": ("secrets", "accounts", "prompts", "console"),
    "console": (
        "secrets",
        "accounts",
        "prompts",
        "recordings",
        "statements",
        "packages",
        "spool",
        "asterisk",
    ),
}


def proc(pid: int, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))


def parent(folder: Path) -> str:
    try:
        return proc(int(folder.name), "PPid")
    except FileNotFoundError:  # over, meanwhile
        return ""


@pytest.mark.parametrize("name", HIDDEN)
def test_a_process_is_its_own_user_without_rights_and_cannot_be_dumped(line: RunningLine, name: str) -> None:
    settings, pid = line.settings, line.pid(name)
    user = {"engine": settings.run_user}.get(name) or getattr(settings, f"{name}_user")
    assert [str(pwd.getpwnam(user).pw_uid)] * 4 == proc(pid, "Uid").split()
    assert ("0" * 16, "0" * 16, "1") == tuple(proc(pid, one) for one in ("CapEff", "CapBnd", "NoNewPrivs"))
    until = time.monotonic() + 5  # a process says so itself, once it has begun
    while (owner := Path(f"/proc/{pid}/environ").owner()) != "root" and time.monotonic() < until:
        time.sleep(0.1)
    assert "root" == owner  # whom the kernel gives what is not dumpable


@pytest.mark.parametrize("name", HIDDEN)
def test_a_process_finds_the_folders_of_others_empty(line: RunningLine, name: str) -> None:
    folders = [str(line.home / one) for one in HIDDEN[name]]
    inside = ["nsenter", "-t", str(line.pid(name)), "-m", "--", "find", *folders, "-mindepth", "1"]
    assert "" == subprocess.run(inside, check=True, capture_output=True, text=True).stdout


def test_the_mender_sees_neither_home_nor_network(line: RunningLine) -> None:
    assert line.process
    children = [int(p.name) for p in Path("/proc").glob("[0-9]*") if parent(p) == str(line.process.pid)]
    [pid] = [
        p
        for p in children
        if b"engine.supervisor.sip_repair" in Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0")
    ]
    assert Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    inside = ["nsenter", "-t", str(pid), "-m", "--", "find", str(line.home), "-mindepth", "1"]
    assert "" == subprocess.run(inside, check=True, capture_output=True, text=True).stdout
