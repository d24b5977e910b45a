"""SIP repair, a process: sends Asterisk a readable copy of each trunk request it would drop; edge."""

import ctypes
import signal
import socket
import struct
import sys
from typing import Final

from config.dumpable import not_dumpable
from engine.supervisor.sip_repair_rules import repaired

PR_SET_PDEATHSIG: Final = 1
UDP: Final = struct.Struct("!HHHH")
IP: Final = struct.Struct("!BBHHHBBH4s4s")


def copy(packet: bytes) -> tuple[bytes, str] | None:
    """An IP packet to send and its destination, for an IP packet that came; None for nearly all."""
    start = (packet[0] & 15) * 4
    if len(packet) < start + UDP.size:
        return None
    came_from, went_to, _, _ = UDP.unpack_from(packet, start)
    source, target = packet[12:16], packet[16:20]
    text = repaired(packet[start + UDP.size :], socket.inet_ntoa(source), came_from)
    if text is None:
        return None
    datagram = (
        UDP.pack(came_from, went_to, UDP.size + len(text), 0) + text
    )  # no checksum: it stays in the machine
    header = IP.pack(0x45, 0, IP.size + len(datagram), 0, 0, 64, socket.IPPROTO_UDP, 0, source, target)
    return header + datagram, socket.inet_ntoa(target)


def main() -> None:
    """`python -m engine.supervisor.sip_repair IN OUT`: two raw sockets of the supervisor's, read for ever."""
    not_dumpable()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # the next supervisor starts one of its own
    coming, going = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    while True:
        if made := copy(coming.recv(65535)):
            try:
                going.sendto(made[0], (made[1], 0))
            except OSError as why:
                print(f"not sent: {why.strerror}", file=sys.stderr)  # noqa: T201 - its only log
            else:
                print("one request repaired", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
