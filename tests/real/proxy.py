"""A proxy that stays in the way (Record-Route): every request inside a call must come through it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from lab.sip import Address, Request, cseq, every, parse
from lab.udp import open_socket, receive


class Proxy:
    """Hands requests on to their URI without their Route; `passed` is (method, number) of each."""

    def __init__(self, host: str) -> None:
        self._socket = open_socket(host)
        self.here: Address = self._socket.getsockname()
        self.route = f"<sip:{self.here[0]}:{self.here[1]};lr>"
        self.passed: list[tuple[str, int]] = []

    @contextmanager
    def working(self) -> Iterator["Proxy"]:
        """Inside an event loop."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket.fileno(), self._read)
        try:
            yield self
        finally:
            loop.remove_reader(self._socket.fileno())
            self._socket.close()

    def _read(self) -> None:
        while got := receive(self._socket):
            request = parse(got[0])
            if not isinstance(request, Request) or self.route not in every(request, "route"):
                continue
            self.passed.append((request.method, cseq(request)))
            rest = tuple(one for one in request.headers if one[0].lower() not in ("route", "content-length"))
            host, _, port = request.uri.rpartition("@")[2].partition(":")
            onward = Request(request.method, request.uri, rest, request.body)
            self._socket.sendto(onward.wire(), (host, int(port.partition(";")[0] or 5060)))
