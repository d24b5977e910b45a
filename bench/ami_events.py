"""AMI events parsed a second: ours, panoramisk and pyst2, as shipped, in one run, in the order A-B-A.

Ours and panoramisk get the bytes in 64 KiB chunks as a socket would give them; pyst2 reads a socket pair, as
it does in life (its reader fetches one byte a system call). The receiver "takes" the event only, "reads 6"
headers of its 19 (what an event of a call is judged by), or "reads all". pyst2 always reads all.
"""

import asyncio
import socket
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import asterisk.manager as pyst2
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from bench.table import Row, better
from routing.ami.connection import AmiConnection

EVENT = (
    b"Event: VarSet\r\nPrivilege: dialplan,all\r\nTimestamp: 1763800000.123456\r\n"
    b"Channel: PJSIP/trunk-00000001\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    b"CallerIDNum: +77000000001\r\nCallerIDName: <unknown>\r\nConnectedLineNum: <unknown>\r\n"
    b"ConnectedLineName: <unknown>\r\nLanguage: kk\r\nAccountCode: \r\nContext: 111-engine\r\nExten: s\r\n"
    b"Priority: 3\r\nUniqueid: 1763800000.12\r\nLinkedid: 1763800000.12\r\n"
    b"Variable: ENGINE_STAGE\r\nValue: wait\r\n\r\n"
)
SIX = ("Event", "Timestamp", "Uniqueid", "Linkedid", "Variable", "Value")
CHUNK = 1 << 16
MANY, FEW = 5_000, 200  # events a measurement; pyst2 would need seconds for MANY
OURS, PANORAMISK, PYST2 = "ivr111", "panoramisk", "pyst2"
GOALS = {PANORAMISK: 2.0, PYST2: 50.0}

Reader = Callable[[Any], object]
READERS: dict[str, tuple[Reader, Reader]] = {  # how ours and panoramisk's messages are read
    "takes": (lambda event: None, lambda event: None),
    "reads 6": (
        lambda event: [event.text(name) for name in SIX],
        lambda event: [event[name] for name in SIX],
    ),
    "reads all": (lambda event: dict(event.headers), lambda event: dict(event.items())),
}


def run() -> list[Row]:
    """Measure all, about 10 s; CPU time of this process, so the machine's other load counts little."""
    rows = []
    for reading, (ours, theirs) in READERS.items():
        taken: dict[str, list[float]] = {}
        for name in (OURS, PANORAMISK, PYST2, PANORAMISK, OURS) * 3:
            taken.setdefault(name, []).append(_measure(name, ours if name == OURS else theirs))
        middle = {name: statistics.median(rates) for name, rates in taken.items()}
        rows += [
            better(
                f"AMI events parsed, receiver {reading}",
                "1/s",
                middle[OURS],
                name,
                middle[name],
                least=goal,
                more=True,
            )
            for name, goal in GOALS.items()
        ]
    return rows


def _measure(name: str, reader: Reader) -> float:
    if name == PYST2:
        return _pyst2()
    return asyncio.run(_ours(reader) if name == OURS else _panoramisk(reader))


async def _ours(reader: Reader) -> float:
    return _feed(AmiConnection(reader).data_received)


async def _panoramisk(reader: Reader) -> float:
    manager = Manager(loop=asyncio.get_running_loop())
    manager.register_event("*", lambda _, event: reader(event))
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = manager, "utf8"
    return _feed(protocol.data_received)


def _feed(receive: Callable[[bytes], None]) -> float:
    data = EVENT * MANY
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    began = time.process_time()
    for chunk in chunks:
        receive(chunk)
    return MANY / (time.process_time() - began)


def _write(peer: socket.socket) -> None:
    with peer:
        peer.sendall(EVENT * FEW)


def _pyst2() -> float:
    here, there = socket.socketpair()
    writing = threading.Thread(target=_write, args=(there,))
    with here:
        client = pyst2.Manager()
        client._sock, client.title = here.makefile(mode="rwb", buffering=0), "greeted"
        client._connected.set()
        client._running.set()
        began = time.process_time()
        writing.start()
        client._receive_data()  # until the writer has closed
        seen = 0
        while (lines := client._message_queue.get()) is not None:
            pyst2.Event(pyst2.ManagerMsg(lines))
            seen += 1
        elapsed = time.process_time() - began
        client._running.clear()
    writing.join()
    return seen / elapsed
