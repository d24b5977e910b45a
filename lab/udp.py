"""UDP sockets whose datagrams carry the kernel's arrival time, so that a busy test measures truly; edge."""

import socket
import struct
import time
from typing import Final

from lab.sip import Address

_SO_TIMESTAMPNS: Final = 35  # Linux; Python names no constant for it
_ENOUGH_ANCILLARY: Final = 64


def open_socket(host: str, port: int = 0, *, even: bool = False) -> socket.socket:
    """A bound, non-blocking socket; `even` as RFC 3550 wishes for RTP. Raises OSError."""
    for _ in range(40):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        try:
            opened.bind((host, port))
        except OSError:
            opened.close()
            raise
        if port or not even or opened.getsockname()[1] % 2 == 0:
            return opened
        opened.close()
    raise OSError("no even port free")


def receive(opened: socket.socket, size: int = 65535) -> tuple[bytes, Address, float] | None:
    """The next datagram, its sender and its arrival (time.monotonic); None when there is none."""
    try:
        data, ancillary, _, sender = opened.recvmsg(size, _ENOUGH_ANCILLARY)
    except OSError:  # nothing there, or the peer's port is closed
        return None
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", value[:16])
            return data, sender, seconds + nanoseconds * 1e-9 + time.monotonic() - time.time()
    return data, sender, time.monotonic()
