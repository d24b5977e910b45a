"""The supervisor's own manners as a program: signals, one per home, and words that never block it; edge."""

import asyncio
import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

from config.file_lock import lock_file
from config.typable import typable


class StartRefused(Exception):
    """The line cannot be started as asked."""


def open_standard_streams() -> None:
    """A script may start us with stdin closed: without this, the next file opened would become stdin."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def catch_stops() -> asyncio.Event:
    """An event set by Ctrl-C, SIGTERM or a closed terminal; also where they were ignored or blocked at start.

    An ignored SIGHUP stays ignored: that is what nohup asks for.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    return stop


def lock(path: Path) -> int:
    """Hold the home for ourselves until we end; the descriptor. Raises StartRefused when another holds it."""
    try:
        descriptor = lock_file(path)
    except BlockingIOError:
        holder = path.read_text(errors="replace")[:20].strip()
        raise StartRefused(
            f"the line already runs with this home (process {holder}): stop it, or choose another IVR111_HOME"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def say(line: str) -> None:
    """Print a line, or drop it when nobody reads: a full pipe or a closed terminal must not stop us."""
    with suppress(OSError, ValueError):
        descriptor = sys.stdout.fileno()
        if select.select([], [descriptor], [], 0)[1]:
            os.write(descriptor, f"{typable(line)}\n".encode()[: select.PIPE_BUF])
