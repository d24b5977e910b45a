"""A process of its own on the wire: asks legs, answers, carries sound that has moved, hears tones; edge.

It speaks with the engine over a Unix socket, a JSON object a line. From the engine:
{"ask": REQUEST, "from": [host, port], "to": [host, port], "name": BRANCH},
{"watch": {PORT: [host, port, seconds]}} with the source that Asterisk hears, and how long it has been silent,
{"forget": [PORT]}, {"hear": {PORT: [host, port]}} with the source whose tones are keys, and {"deaf": [PORT]}.
To the engine: {"sent": BRANCH}, {"answer": BRANCH, "status": N},
{"port": PORT, "named": [host, port], "follows": [host, port] or null, "others": [[host, port]]},
and {"tone": KEY or "", "to": PORT, "events": whether keys came as telephone-events too}.
Without an engine it goes on carrying (A1).
"""

import ctypes
import json
import selectors
import signal
import socket
import struct
import sys
import time
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Any, Final

from config.dumpable import not_dumpable
from engine.wire import packets
from engine.wire.dtmf_watch import DtmfWatch
from engine.wire.options_reply import SeenRequests
from engine.wire.options_request import answer
from engine.wire.source_change import Address, RtpPort, ports

PR_SET_PDEATHSIG: Final = 1
SO_ATTACH_FILTER: Final = 26
ALL_PROTOCOLS: Final = 3  # ETH_P_ALL: a packet socket sees what goes only so
EVERY: Final = 0.25  # seconds between two looks at what changed
LONGEST: Final = 64 * 1024  # bytes of one line of the engine's
KEPT: Final = 60.0  # seconds: a port on which nothing comes any more
MOST: Final = 200  # ports watched: each is two instructions of a kernel filter, and a leg that is not heard
AT_ONCE: Final = 200  # datagrams read before anything else is looked at


class Wire:
    """The sockets, the ports that are watched, and the engine, when it is there."""

    def __init__(
        self,
        coming: socket.socket,
        going: socket.socket,
        leaving: socket.socket,
        listening: socket.socket,
        sip_port: int,
        trunk: tuple[IPv4Network, ...],
    ) -> None:
        self._coming, self._going, self._leaving, self._listening = coming, going, leaving, listening
        self._sip_port, self._trunk = sip_port, trunk
        self._ports: dict[int, RtpPort] = {}
        self._told: dict[int, dict[str, Any]] = {}
        self._tones = DtmfWatch()
        self._options = SeenRequests()
        self._engine: socket.socket | None = None
        self._rest = b""
        self._passed: tuple[object, ...] = ()
        self._taps = False
        self._selector = selectors.DefaultSelector()
        for one in (coming, leaving, listening):
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ, one)
        self._filter()

    def run(self) -> None:
        """For ever."""
        due = time.monotonic() + EVERY
        while True:
            for key, _ in self._selector.select(max(0.0, due - time.monotonic())):
                self._ready(key.data)
            if time.monotonic() >= due:
                due = time.monotonic() + EVERY
                self._look()

    def _ready(self, ready: socket.socket) -> None:
        if ready is self._coming:
            self._read(self._coming, self._came)
        elif ready is self._leaving:
            self._read(self._leaving, self._left)
        elif ready is self._listening:
            self._accept()
        else:
            self._order(ready)

    def _read(self, from_: socket.socket, take: Any) -> None:
        for _ in range(AT_ONCE):
            try:
                packet = from_.recv(65535)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as why:  # the network of a socket may go down, and come again
                print(f"not read: {why.strerror}", file=sys.stderr)  # noqa: T201 - its only log
                return
            if (datagram := packets.read(packet)) is not None:
                take(datagram)

    def _came(self, one: packets.Datagram) -> None:
        if one.target[1] == self._sip_port:
            if one.payload.startswith(b"OPTIONS "):
                self._asked(one)
                return
            if (said := answer(one.payload)) is not None:
                self._tell({"answer": said[0], "status": said[1]})
            return
        self._tones.take(one)
        port = self._ports.get(one.target[1])
        if port is None or one.carried:
            return
        before = port.followed
        if port.take(one.sender, one.payload, time.monotonic()):
            self._send(port.named, one.target, one.payload)
        if port.followed != before:
            self._filter()

    def _asked(self, one: packets.Datagram) -> None:
        """The operator asks within a call: PJSIP says nothing where the call lives."""
        if any(IPv4Address(one.sender[0]) in network for network in self._trunk) and (
            said := self._options.reply(one.payload, one.sender, time.monotonic())
        ):
            self._send(one.target, said[1], said[0])

    def _left(self, one: packets.Datagram) -> None:
        """What Asterisk sends to where nobody may be any more goes to the new source as well."""
        port = self._ports.get(one.sender[1])
        if port is not None and port.followed is not None and one.target == port.named:
            self._send(one.sender, port.followed, one.payload)

    def _send(self, sender: Address, target: Address, payload: bytes) -> bool:
        try:
            self._going.sendto(packets.written(sender, target, payload), (target[0], 0))
        except OSError as why:
            print(f"not sent: {why.strerror}", file=sys.stderr)  # noqa: T201
            return False
        return True

    def _look(self) -> None:
        now = time.monotonic()
        for number in ports(self._ports.items(), now, KEPT):
            self._forget(number)
        for number, port in self._ports.items():
            state = {
                "port": number,
                "named": port.named,
                "follows": port.followed,
                "others": port.others(now),
            }
            if state != self._told.get(number):
                self._told[number] = state
                self._tell(state)
        for tone in self._tones.look(now):
            self._tell(tone)
        self._filter()

    def _accept(self) -> None:
        try:
            peer, _ = self._listening.accept()
        except OSError:
            return
        self._let_go()
        peer.setblocking(False)
        self._engine, self._rest = peer, b""
        self._selector.register(peer, selectors.EVENT_READ, peer)
        self._told.clear()  # a new engine is told all

    def _let_go(self) -> None:
        if self._engine is not None:
            self._selector.unregister(self._engine)
            self._engine.close()
            self._engine = None

    def _order(self, ready: socket.socket) -> None:
        try:
            data = ready.recv(65536)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._let_go()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            self._let_go()
            return
        for line in lines:
            try:
                self._obey(json.loads(line))
            except (
                ValueError,
                TypeError,
                KeyError,
                AttributeError,
                OverflowError,
                RecursionError,
                struct.error,
                OSError,
            ) as why:
                print(f"an order not understood: {type(why).__name__}", file=sys.stderr)  # noqa: T201

    def _obey(self, order: dict[str, Any]) -> None:
        if "ask" in order:
            (here, port), (host, to) = order["from"], order["to"]
            if self._send((str(here), int(port)), (str(host), int(to)), str(order["ask"]).encode()):
                self._tell({"sent": str(order.get("name", ""))})
        now = time.monotonic()
        for number, (host, at, quiet) in order.get("watch", {}).items():
            named, known = _address(host, at), self._ports.get(_address(host, number)[1])
            if (known is None or known.named != named) and len(self._ports) < MOST:
                self._ports[int(number)] = RtpPort(named, self._trunk, now - float(quiet))
        for number in order.get("forget", ()):
            self._forget(int(number))
        for number, (host, at) in order.get("hear", {}).items():
            self._tones.begin(_address(host, number)[1], _address(host, at), now)
        for number in order.get("deaf", ()):
            self._tones.end(int(number))
        self._filter()

    def _forget(self, number: int) -> None:
        self._ports.pop(number, None)
        self._told.pop(number, None)

    def _tell(self, told: dict[str, Any]) -> None:
        if self._engine is None:
            return
        try:
            self._engine.sendall(json.dumps(told).encode() + b"\n")
        except OSError:  # gone, or it reads nothing any more: it comes again, and is told all
            self._let_go()

    def _filter(self) -> None:
        """Let the kernel pass what is looked at now, and no other packet."""
        followed = [(number, port.named) for number, port in self._ports.items() if port.followed]
        passed = tuple(dict.fromkeys((*self._ports, *self._tones.streams)))
        now = (passed, tuple(followed))
        if now == self._passed:
            return
        self._passed = now
        try:
            _attach(self._coming, packets.coming(self._sip_port, passed))
            _attach(self._leaving, packets.going(followed))
            if followed and not self._taps:  # a tap costs a little for each packet: not before it is needed
                _tap(self._leaving)
                self._taps = True
        except OSError as why:  # what comes is carried all the same
            print(f"no filter: {why.strerror}", file=sys.stderr)  # noqa: T201


def _address(host: object, port: object) -> Address:
    """Raises ValueError: a filter or a packet with something else in it would end the process."""
    address = str(IPv4Address(str(host))), int(str(port))
    if not 0 < address[1] < 1 << 16:
        raise ValueError(port)
    return address


def _attach(to: socket.socket, rules: list[packets.Rule]) -> None:
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    to.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(rules), ctypes.addressof(code)))


def _tap(to: socket.socket) -> None:
    """Let a packet socket see all devices; Python's own bind wants the name of one."""
    address = struct.pack("=HHiHBB8s", socket.AF_PACKET, socket.htons(ALL_PROTOCOLS), 0, 0, 0, 0, b"")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.bind(to.fileno(), address, len(address)) != 0:
        raise OSError(ctypes.get_errno(), "a packet socket cannot be bound")


def main() -> None:
    """`python -m engine.wire.main COMING GOING LEAVING LISTENING SIP_PORT NETWORK...`; sockets by number."""
    not_dumpable()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # the next supervisor starts one of its own
    coming, going, leaving, listening = (socket.socket(fileno=int(number)) for number in sys.argv[1:5])
    trunk = tuple(IPv4Network(ip_network(text)) for text in sys.argv[6:])
    Wire(coming, going, leaving, listening, int(sys.argv[5]), trunk).run()


if __name__ == "__main__":
    main()
