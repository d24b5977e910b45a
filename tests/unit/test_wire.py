"""The process on the wire, run as it is, on loopback: it asks a leg, and carries sound that has moved."""

import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.wire.options_request import MARK
from lab.sdp import ALAW
from lab.voice import key

WITHIN = 15.0  # seconds
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets are root's")


def udp(host: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((host, 0))
    made.settimeout(WITHIN)
    return made


class Wire:
    """The process, and everybody around it: Asterisk's two sockets, the engine's end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.sip, self.rtp = stack.enter_context(udp("127.0.0.1")), stack.enter_context(udp("127.0.0.1"))
        listening = stack.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(str(folder / "wire.sock"))
        listening.listen(1)
        raw = [
            stack.enter_context(socket.socket(*kind))
            for kind in (
                (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP),
                (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
                (socket.AF_PACKET, socket.SOCK_DGRAM, 0),
            )
        ]
        fds = [one.fileno() for one in (*raw, listening)]
        said = (*map(str, fds), str(self.sip.getsockname()[1]), "127.0.0.0/30")
        self.process = subprocess.Popen([sys.executable, "-m", "engine.wire.main", *said], pass_fds=fds)
        stack.callback(self.process.wait)
        stack.callback(self.process.kill)
        self._at, self._stack = str(folder / "wire.sock"), stack
        self.connect()

    def connect(self) -> None:
        engine = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        engine.connect(self._at)
        engine.settimeout(WITHIN)
        self._engine = self._stack.enter_context(engine.makefile("rwb", buffering=0))

    def say(self, order: dict[str, object]) -> None:
        self._engine.write(json.dumps(order).encode() + b"\n")

    def raw(self, data: bytes) -> None:
        for begin in range(0, len(data), 8192):
            try:
                self._engine.write(data[begin : begin + 8192])
            except (BrokenPipeError, ConnectionResetError):
                return

    def told(self) -> dict[str, object]:
        return dict(json.loads(self._engine.readline()))


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    with ExitStack() as stack:
        yield Wire(tmp_path, stack)


def readable(one: socket.socket) -> bool:
    return bool(select.select([one], [], [], 0)[0])


def packet(number: int, text: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, 8, number, number * 160, 7) + text


def test_a_leg_is_asked_from_asterisks_own_port_and_its_answer_told(wire: Wire):
    with udp("127.0.0.2") as phone:
        wire.say(
            {
                "ask": "OPTIONS sip:x SIP/2.0\r\n\r\n",
                "from": wire.sip.getsockname(),
                "to": phone.getsockname(),
                "name": f"{MARK}a1",
            }
        )
        question, sender = phone.recvfrom(2000)
        assert (b"OPTIONS sip:x SIP/2.0\r\n\r\n", wire.sip.getsockname()) == (question, sender)
        while (told := wire.told()) != {"sent": f"{MARK}a1"}:
            assert "port" in told  # of a port watched before
        answer = f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch={MARK}a1\r\n\r\n"
        phone.sendto(answer.encode(), sender)
        assert {"answer": f"{MARK}a1", "status": 200} == wire.told()
        assert answer.encode() == wire.sip.recv(2000)  # Asterisk gets it too, and knows no such transaction


def test_sound_that_moved_comes_to_asterisk_in_the_named_ones_name_and_goes_to_both(wire: Wire):
    with udp("127.0.0.2") as named, udp("127.0.0.2") as moved, udp("127.0.0.9") as stranger:
        ours = wire.rtp.getsockname()
        wire.say({"watch": {str(ours[1]): [*named.getsockname(), 5.0]}, "forget": []})
        wire.rtp.settimeout(0.02)
        froms, number = [], 0
        while named.getsockname() not in froms:
            number += 1
            assert number < 1000, froms
            moved.sendto(packet(number, b"moved"), ours)
            stranger.sendto(packet(number, b"other"), ours)
            for _ in range(3):
                try:
                    payload, sender = wire.rtp.recvfrom(2000)
                except TimeoutError:
                    break
                froms.append(sender)
                if sender == named.getsockname():
                    assert payload.endswith(b"moved")
        seen = wire.told()
        while seen.get("follows") is None:
            seen = wire.told()
        assert list(moved.getsockname()) == seen["follows"]
        wire.rtp.sendto(packet(1, b"ours"), named.getsockname())
        assert packet(1, b"ours") == named.recv(2000)
        assert packet(1, b"ours") == moved.recv(2000)
        named.sendto(packet(1, b"back"), ours)  # the named one speaks again: nobody in its place
        while seen["follows"] is not None:
            seen = wire.told()


def test_an_order_it_does_not_understand_does_not_end_it(wire: Wire):
    for order in ({"ask": 5}, {"watch": {"x": 1}}, {"watch": []}, {"forget": "no"}, {}):
        wire.say(order)  # type: ignore[arg-type]
    for host, port, ours in (("nowhere", 5000, 5002), ("127.0.0.2", 1 << 40, 5004), ("127.0.0.2", 5000, -1)):
        wire.say({"watch": {str(ours): [host, port, 5.0]}})
    wire.say({"watch": {"5006": ["127.0.0.2", 5000, "1e999"]}})
    wire.raw(b"[" * 60_000 + b"\n\xff\n5\n" + b'{"ask": "\\ud800", "from": ["::1", 1], "to": ["x", 2]}\n')
    test_a_leg_is_asked_from_asterisks_own_port_and_its_answer_told(wire)


def test_an_engine_whose_line_never_ends_is_left_and_the_next_one_served(wire: Wire):
    wire.raw(b"x" * 200_000)
    wire.connect()
    test_a_leg_is_asked_from_asterisks_own_port_and_its_answer_told(wire)


def test_garbage_from_the_network_does_not_end_it(wire: Wire):
    ours, dice = wire.rtp.getsockname(), random.Random(1)
    wire.say({"watch": {str(ours[1]): ["127.0.0.2", 5000, 5.0]}, "forget": []})
    with udp("127.0.0.2") as somebody:
        for n in range(400):
            noise = dice.randbytes(dice.randrange(0, 1400))
            somebody.sendto(noise, ours)
            somebody.sendto(b"\x80\x00" + noise, ours)
            somebody.sendto(b"SIP/2.0 " + noise, wire.sip.getsockname())
            if n % 40 == 0:
                spaces = b"SIP/2.0 200 OK\r\n" + b"Via: ; ;\t" * 6000 + b"branch=z9hG4bK111-\r\n\r\n"
                somebody.sendto(spaces, wire.sip.getsockname())
    while wire.sip.recv(65535).startswith(b"SIP") and readable(wire.sip):
        pass
    test_a_leg_is_asked_from_asterisks_own_port_and_its_answer_told(wire)


def test_a_key_as_tones_is_heard_at_a_port_while_it_is_listened_to(wire: Wire):
    with udp("127.0.0.2") as named, udp("127.0.0.2") as other:
        ours = wire.rtp.getsockname()
        frames = key("9").frames(ALAW)
        wire.say({"hear": {str(ours[1]): named.getsockname()}})
        wire.rtp.settimeout(0.02)
        found = threading.Event()

        def press() -> None:
            number = 0
            while not found.is_set() and number < 3000:
                for _ in range(10):  # 200 ms of the key, then as long a pause
                    number += 1
                    named.sendto(packet(number, frames[number % 50]), ours)
                    other.sendto(packet(number, key("3").frames(ALAW)[number % 50]), ours)
                    found.wait(0.005)
                number += 10

        pressing = threading.Thread(target=press)
        pressing.start()
        try:
            assert {"tone": "9", "to": ours[1], "events": False} == wire.told()
        finally:
            found.set()
            pressing.join()


def test_a_repeated_question_of_the_operator_within_a_call_is_answered_and_a_strangers_is_not(wire: Wire):
    question = (
        "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {0}:{1};branch=z9hG4bKq;rport\r\n"
        "From: <sip:a@b>;tag=1\r\nTo: <sip:111@b>;tag=2\r\nCall-ID: c\r\nCSeq: 5 OPTIONS\r\n\r\n"
    )
    with udp("127.0.0.2") as operator, udp("127.0.0.9") as stranger:
        for one in (stranger, operator):
            text = question.format(*one.getsockname()).encode()
            for _ in range(2):
                one.sendto(text, wire.sip.getsockname())
        assert operator.recv(2000).startswith(b"SIP/2.0 200 OK\r\n")
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.recv(2000)
