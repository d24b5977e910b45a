"""Who holds a port on this machine, read from the kernel's tables; edge."""

import errno
import os
import re
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class CheckedPort:
    """One port the line needs."""

    setting: str  # the setting that moves it
    kind: Literal["udp", "tcp"]
    address: str
    number: int
    owner: Literal["asterisk", "engine", "console"]


def sockets(text: str, port: CheckedPort) -> set[str]:
    """Inodes of the sockets that keep us off the port, from the text of /proc/net/{udp,tcp}[6]."""
    found = set()
    for line in text.splitlines()[1:]:
        fields = line.split()
        address, _, number = fields[1].rpartition(":")
        waits = port.kind == "udp" or fields[3] == "0A"  # TCP: LISTEN
        if waits and int(number, 16) == port.number and address in _clashing(port.address):
            found.add(fields[9])
    return found


def holders(port: CheckedPort) -> set[int]:
    """Pids of the processes that hold the port; {0} when it is held by one we cannot see."""
    inodes: set[str] = set()
    for table in (port.kind, f"{port.kind}6"):
        with suppress(OSError):
            inodes |= sockets(Path(f"/proc/net/{table}").read_text(), port)
    return set(_owners(inodes))


def held_between(first: int, last: int) -> Counter[int]:
    """How many UDP ports of a range each process holds; 0 is one we cannot see."""
    inodes: set[str] = set()
    for table in ("udp", "udp6"):
        with suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if first <= int(fields[1].rpartition(":")[2], 16) <= last:
                    inodes.add(fields[9])
    return _owners(inodes)


def ours(address: str) -> bool:
    """Whether something here can listen on the address."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((address, 0))
        except OSError as why:
            return why.errno != errno.EADDRNOTAVAIL
    return True


def _owners(inodes: set[str]) -> Counter[int]:
    found: Counter[int] = Counter()
    seen = set()
    for link in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        with suppress(OSError):
            inode = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
            if inode and inode[1] in inodes:
                found[int(link.parts[2])] += 1
                seen.add(inode[1])
    if inodes - seen:
        found[0] = len(inodes - seen)
    return found


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
