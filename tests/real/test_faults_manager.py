"""The engine loses its connection to Asterisk's manager: calls go on, the journal is whole after it (X4)."""

import asyncio
import ctypes
import errno
import os
import socket
import struct
from pathlib import Path

import pytest

from lab.lab import Lab
from lab.robots import Press, Wait
from recordings.model.call_record import Outcome
from tests.real.absence import on_shift, silence
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

PIDFD_GETFD = 438  # the system call, not in Python 3.11


def cut(line: RunningLine) -> int:
    """Shut the engine's connections to the manager down, as a broken network would; how many."""
    pid, port = line.pid("engine"), line.settings.ami_port
    process = os.pidfd_open(pid)
    libc = ctypes.CDLL(None, use_errno=True)
    number = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if not str(link.readlink()).startswith("socket:"):
                continue
        except FileNotFoundError:  # closed meanwhile
            continue
        copy = libc.syscall(PIDFD_GETFD, process, int(link.name), 0)
        if copy < 0 and ctypes.get_errno() == errno.EBADF:
            continue
        assert copy >= 0, os.strerror(ctypes.get_errno())
        with socket.socket(fileno=copy) as theirs:
            if theirs.family != socket.AF_INET or theirs.type != socket.SOCK_STREAM:
                continue
            try:
                if theirs.getpeername()[1] != port:
                    continue
            except OSError:
                continue
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            theirs.shutdown(socket.SHUT_RDWR)
            number += 1
    os.close(process)
    return number


async def test_with_the_manager_cut_again_and_again_calls_are_served_and_written_down_once(
    line: RunningLine, lab: Lab
) -> None:
    for place in (0, 1):
        await lab.consultant(place, talk=2).start()
    await on_shift(line, "c101", "c102")
    since = now()
    callers = [
        asyncio.create_task(lab.caller(Wait(1 + n / 2), Press("12"[n % 2]), Wait(3), *RATES).run())
        for n in range(6)
    ]
    cuts = 0
    while any(not caller.done() for caller in callers):
        cuts += cut(line)
        await asyncio.sleep(0.7)
    calls = await asyncio.gather(*callers)
    assert cuts > 5
    assert [] == [call for call in calls if silence(call) > 3 or call.ended_by != "them"]
    await line.until(line.engine_answers, 20)
    rows = await line.new_calls(6, since=since, within=10)
    await line.until(lambda: not [s for s in line.ask("consultants.list")["consultants"] if s["call_id"]])
    rows = await line.new_calls(6, since=since, within=10)
    assert [(Outcome.SERVED, 4)] * 6 == [(row.outcome, row.rating) for row in rows]
    assert all(row.answered_at and row.served_by and row.ended_by == "consultant" for row in rows)


RATES = tuple(step for _ in range(20) for step in (Wait(2), Press("4")))
