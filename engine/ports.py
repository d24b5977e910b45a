"""Who holds a port on this machine, read from the kernel's tables."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Port:
    """One port the line needs."""

    setting: str  # the setting that moves it
    kind: Literal["udp", "tcp"]
    address: str
    number: int
    owner: Literal["asterisk", "engine", "console"]


def sockets(text: str, port: Port) -> set[str]:
    """Inodes of the sockets that keep us off the port, from the text of /proc/net/{udp,tcp}[6]."""
    found = set()
    for line in text.splitlines()[1:]:
        fields = line.split()
        address, _, number = fields[1].rpartition(":")
        waits = port.kind == "udp" or fields[3] == "0A"  # TCP: LISTEN
        if waits and int(number, 16) == port.number and address in _clashing(port.address):
            found.add(fields[9])
    return found


def holders(port: Port) -> set[int]:
    """Pids of the processes that hold the port; {0} when it is held by one we cannot see."""
    inodes: set[str] = set()
    for table in (port.kind, f"{port.kind}6"):
        with suppress(OSError):
            inodes |= sockets(Path(f"/proc/net/{table}").read_text(), port)
    if not inodes:
        return set()
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            inode = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
            if inode and inode[1] in inodes:
                found.add(int(link.parts[2]))
    return found or {0}


def _clashing(address: str) -> set[str]:
    """The kernel's spellings of the addresses that exclude binding to `address`: itself and all of them."""
    packed = bytes(int(part) for part in address.split(".")) if address.count(".") == 3 else b""
    return {
        int.from_bytes(packed, "little").to_bytes(4, "big").hex().upper() if packed else "",
        "0" * 8,
        "0" * 32,
    } - {""}


def program(pid: int) -> str:
    """A process as a person knows it."""
    with suppress(OSError):
        return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"
    return "another program" if os.geteuid() == 0 else "another user's program"
