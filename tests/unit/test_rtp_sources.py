"""Whose sound is heard at an RTP port whose source has fallen silent, and whose never."""

import struct
from ipaddress import IPv4Network

from engine.wire.source_change import ENOUGH, GONE, MOST, SILENT, RtpPort, rtp

NAMED = ("10.0.0.2", 4000)
MOVED = ("10.0.0.2", 4002)
STRANGER = ("192.0.2.9", 4000)
GATEWAY = ("10.0.0.7", 6000)
TICK = 0.02


def packet(number: int, ssrc: int = 7, kind: int = 8) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, number & 0xFFFF, number * 160, ssrc) + bytes(160)


def port(*trunk: str) -> RtpPort:
    return RtpPort(NAMED, tuple(map(IPv4Network, trunk)), 0.0)


def sends(to: RtpPort, sender: tuple[str, int], begin: float, seconds: float, first: int = 100) -> list[bool]:
    """Packets of one sender, one after the other; which of them were carried."""
    count = round(seconds / TICK)
    return [to.take(sender, packet(first + n), begin + n * TICK) for n in range(count)]


def test_another_port_of_the_same_host_is_heard_once_the_named_one_is_silent():
    one = port()
    carried = sends(one, MOVED, 0.0, 5.0)
    assert round(SILENT / TICK) <= carried.index(True) <= round(SILENT / TICK) + ENOUGH + 1
    assert all(carried[carried.index(True) :])


def test_a_lone_second_source_beside_the_named_one_stays_out():
    one = port()
    for n in range(500):
        one.take(NAMED, packet(n), n * TICK)
        assert not one.take(MOVED, packet(9000 + n, ssrc=9), n * TICK)
    assert (MOVED,) == one.others(500 * TICK)


def test_a_stranger_is_never_heard_however_long_the_named_one_is_silent():
    one = port("10.0.0.0/24")
    assert not any(sends(one, STRANGER, 0.0, 30.0))
    assert (STRANGER,) == one.others(30.0)


def test_a_gateway_that_failed_over_to_another_of_the_trunks_own_addresses_is_heard():
    assert any(sends(port("10.0.0.0/24"), GATEWAY, 0.0, 3.0))
    assert not any(sends(port("10.0.0.0/30"), GATEWAY, 0.0, 3.0))


def test_the_named_source_has_its_place_back_at_its_first_packet():
    one = port()
    assert sends(one, MOVED, 0.0, 4.0)[-1]
    one.take(NAMED, packet(1), 4.0)
    assert not any(sends(one, MOVED, 4.0, 1.0, first=300))


def test_of_two_others_nobody_knows_which_is_right():
    one = port()
    for n in range(500):
        for sender in (MOVED, ("10.0.0.2", 4004)):
            assert not one.take(sender, packet(n), n * TICK)


def test_a_source_that_moves_again_is_heard_again():
    one = port()
    assert sends(one, MOVED, 0.0, 4.0)[-1]
    again = sends(one, ("10.0.0.2", 4004), 4.0, GONE + 2.0)
    assert again[-1]
    assert ("10.0.0.2", 4004) == one.followed


def test_packets_that_jump_about_are_no_stream():
    one = port()
    assert not any(one.take(MOVED, packet(n * 997), n * TICK) for n in range(500))


def test_a_flood_of_addresses_is_not_kept():
    one = port()
    for n in range(1000):
        one.take((f"192.0.2.{n % 250}", 1024 + n), packet(n), 0.001 * n)
    assert len(one.sources) <= MOST


def test_control_packets_and_other_datagrams_are_no_sound():
    assert rtp(packet(5, kind=72)) is None  # RTCP on the same port
    assert rtp(b"\0" * 40) is None
    assert rtp(b"") is None
    assert (7, 5) == rtp(packet(5))
