"""FastAGI servers beside each other: calls a second, and CPU per call, 20 commands a call.

Fair by: one client for all, in the same run, in short slices in the order A B C D, D C B A, A B C D ...,
so that drift and other work on the machine fall on all alike, and of each the median; each server in a
process of its own, all pinned to one core (those not asked use none of it), the client on another (on a
machine with one core they share it, and only CPU per call means anything). The client is no AGI library:
an epoll loop that answers whatever comes with one prepared line, over 50 connections at a time. It says
how busy it was: while that stays well under 100 %, the server was the limit. CPU per call is the server's
own, from /proc with its finished children, and depends neither on the client nor on the machine's load.
What each does per call is the same: read the header, 20 times SET VARIABLE with the answer read, close.
"""

from __future__ import annotations

# ruff: noqa: PLC0415 - each server process imports only what it serves with
import asyncio
import io
import os
import select
import socket
import socketserver
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

if __name__ != "__main__":  # a server process is run as a script, and needs no table
    from bench.table import Row, better, bound

COMMANDS = 20
CONCURRENT = 50
SECONDS = 0.8  # of one slice
ROUNDS = 6
OURS, SHIPPED, UVLOOP, PYST2 = "ivr111", "panoramisk", "panoramisk on uvloop", "pyst2, forking"
GOALS = {SHIPPED: 2.0, UVLOOP: 1.3, PYST2: 8.0}

HEADER = (
    b"agi_network: yes\nagi_network_script: call?token=bench\n"
    b"agi_request: agi://127.0.0.1:4573/call?token=bench\nagi_channel: PJSIP/trunk-00000001\n"
    b"agi_language: kk\nagi_type: PJSIP\nagi_uniqueid: 1700000000.1\nagi_version: 22.10.1\n"
    b"agi_callerid: +77000000001\nagi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\n"
    b"agi_callington: 0\nagi_callingtns: 0\nagi_dnid: 111\nagi_rdnis: unknown\nagi_context: 111-engine\n"
    b"agi_extension: s\nagi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 1\n\n"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One server's time under load."""

    calls_a_second: float
    cpu_ms: float  # per call, the server's
    client_busy: float  # share of a core


def run() -> list[Row]:
    """Measure all four, about 25 s. Each figure is the median of its slices."""
    cores = sorted(os.sched_getaffinity(0))
    servers = {name: _start(name, cores[0]) for name in (OURS, SHIPPED, UVLOOP, PYST2)}
    taken: dict[str, list[Run]] = {name: [] for name in servers}
    os.sched_setaffinity(0, {cores[-1]})
    try:
        for server in servers.values():
            load(server.port, 0.2)  # warm
        for turn in range(ROUNDS):
            for name in list(servers)[:: -1 if turn % 2 else 1]:
                taken[name].append(_slice(servers[name]))
    finally:
        os.sched_setaffinity(0, cores)
        for server in servers.values():
            server.process.kill()
            server.process.wait()
    return rows(taken)


def rows(taken: dict[str, list[Run]]) -> list[Row]:
    """The table's lines."""
    speed = {name: median(r.calls_a_second for r in runs) for name, runs in taken.items()}
    cpu = {name: median(r.cpu_ms for r in runs) for name, runs in taken.items()}
    table = []
    for name, goal in GOALS.items():
        table.append(
            better("FastAGI server: calls", "1/s", speed[OURS], name, speed[name], least=goal, more=True)
        )
        table.append(
            better("FastAGI server: CPU per call", "ms", cpu[OURS], name, cpu[name], least=goal, more=False)
        )
    busy = max(100 * run.client_busy for runs in taken.values() for run in runs)
    table.append(bound("FastAGI: the client's load, so that it is no limit", "% core", busy))
    return table


@dataclass(frozen=True, slots=True)
class Started:
    """A server process that listens."""

    process: subprocess.Popen[str]
    port: int


def _start(name: str, core: int) -> Started:
    argv = [sys.executable, __file__, name, str(core)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return Started(process, int(process.stdout.readline()))


def _slice(server: Started) -> Run:
    cpu, own, began = _cpu_seconds(server.process.pid), time.process_time(), time.perf_counter()
    calls = load(server.port, SECONDS)
    took = time.perf_counter() - began
    spent = _cpu_seconds(server.process.pid) - cpu
    return Run(calls / took, 1000 * spent / calls, (time.process_time() - own) / took)


def load(port: int, seconds: float) -> int:
    """Play Asterisk for so long; the number of calls that ran to their end."""
    poll = select.epoll()
    calls: dict[int, socket.socket] = {}

    def call() -> None:
        peer = socket.create_connection(("127.0.0.1", port))
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        calls[peer.fileno()] = peer
        poll.register(peer.fileno(), select.EPOLLIN)
        peer.send(HEADER)

    done, end = 0, time.perf_counter() + seconds
    for _ in range(CONCURRENT):
        call()
    while calls:
        for fd, _ in poll.poll():
            if calls[fd].recv(4096):
                calls[fd].send(b"200 result=1\n")
                continue
            poll.unregister(fd)
            calls.pop(fd).close()
            done += 1
            if time.perf_counter() < end:
                call()
    poll.close()
    return done


def _cpu_seconds(pid: int) -> float:
    own = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9  # all servers have one thread
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return own + sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")  # and its finished children


def _listening(sockets: Any) -> None:
    print(sockets[0].getsockname()[1], flush=True)


async def _ours() -> None:
    from agi_handlers.server import AgiServer
    from agi_handlers.session import AgiSession

    async def call(session: AgiSession) -> None:
        for _ in range(COMMANDS):
            await session.command("SET VARIABLE", "ENGINE_STAGE", "welcome")

    server = AgiServer({"call": call}, host="127.0.0.1", port=0, token="bench", apology=call)
    await server.start()
    print(server.port, flush=True)
    await asyncio.Event().wait()


async def _panoramisk() -> None:
    from panoramisk import fast_agi

    async def call(request: Any) -> None:
        for _ in range(COMMANDS):
            await request.send_command('SET VARIABLE "ENGINE_STAGE" "welcome"')

    app = fast_agi.Application(loop=asyncio.get_running_loop())
    app.add_route("call?token=bench", call)
    server = await asyncio.start_server(app.handler, "127.0.0.1", 0, backlog=1024)
    _listening(server.sockets)
    await asyncio.Event().wait()


class _Pyst2Call(socketserver.StreamRequestHandler):
    """pyst2's AGI on a socket: text both ways, and nothing on stderr, which it would fill with numbers."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        from asterisk.agi import AGI

        out = io.TextIOWrapper(self.request.makefile("wb"), write_through=False)
        agi = AGI(stdin=io.TextIOWrapper(self.request.makefile("rb")), stdout=out, stderr=io.StringIO())
        for _ in range(COMMANDS):
            agi.set_variable("ENGINE_STAGE", "welcome")


class _Pyst2Server(socketserver.ForkingTCPServer):
    request_queue_size = 1024
    max_children = 2 * CONCURRENT


def _serve(name: str) -> None:
    import uvloop

    if name == OURS:
        uvloop.run(_ours())
    elif name == SHIPPED:
        asyncio.run(_panoramisk())
    elif name == UVLOOP:
        uvloop.run(_panoramisk())
    else:
        import asterisk.agi  # noqa: F401 - imported once, before the forks

        with _Pyst2Server(("127.0.0.1", 0), _Pyst2Call) as server:
            _listening([server.socket])
            server.serve_forever()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[2])})
    _serve(sys.argv[1])
