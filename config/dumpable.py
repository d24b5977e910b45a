"""What a process holds in memory stays there: no core file, no debugger, no /proc/PID/mem."""

import ctypes
import resource
from typing import Final

PR_SET_DUMPABLE: Final = 4


def not_dumpable() -> None:
    """For each process of ours, first of all: exec makes a process dumpable again (numbers, keys: A5, C6)."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
