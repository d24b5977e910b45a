"""Round trip of one AGI command: from our writing it to its reply in the flow's hands.

Fair by: `measure` runs on any session, so the same code measures a call of a real Asterisk and, in `run`,
the floor: a peer in a process of its own on the other core, which answers at once and does nothing else.
What is left of a real Asterisk's figure above the floor is Asterisk's.
"""

import asyncio
import os
import sys
import time

import uvloop

from agi_handlers.server import AgiServer
from agi_handlers.session import AgiSession
from bench.agi_servers import HEADER
from bench.table import Row, bound

COMMANDS = 10_000

PEER = """
import os, socket, sys
os.sched_setaffinity(0, {int(sys.argv[2])})
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
peer.sendall(bytes.fromhex(sys.argv[3]))
while peer.recv(4096):
    peer.sendall(b"200 result=1\\n")
"""


async def measure(
    session: AgiSession, peer: str, commands: int = COMMANDS, most: float | None = None
) -> list[Row]:
    """Median and 99th percentile of SET VARIABLE on this session, in milliseconds."""
    took = []
    for _ in range(commands):
        began = time.perf_counter()
        await session.command("SET VARIABLE", "ENGINE_STAGE", "welcome")
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return [
        bound("round trip of an AGI command, median", "ms", took[len(took) // 2], beside=peer, most=most),
        bound("round trip of an AGI command, p99", "ms", took[len(took) * 99 // 100], beside=peer),
    ]


def run() -> list[Row]:
    """The floor, about 2 s."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})
    try:
        return uvloop.run(_floor(cores[-1]))
    finally:
        os.sched_setaffinity(0, cores)


async def _floor(core: int) -> list[Row]:
    rows: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()

    async def call(session: AgiSession) -> None:
        rows.set_result(await measure(session, "peer that only answers"))

    server = AgiServer({"call": call}, host="127.0.0.1", port=0, token="bench", apology=call)
    await server.start()
    peer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PEER, str(server.port), str(core), HEADER.hex()
    )
    try:
        return await asyncio.wait_for(rows, 50)
    finally:
        await server.close()
        await peer.wait()
