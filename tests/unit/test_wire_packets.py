"""Raw packets: what is written is read again, and a forged one is known as our own."""

import pytest

from engine.wire.packets import Datagram, coming, going, read, written

FROM, TO = ("10.0.0.2", 4000), ("127.0.0.1", 20032)


@pytest.mark.parametrize("payload", [b"", b"x", b"sound" * 40, bytes(range(256))])
def test_a_packet_in_somebodys_name_is_read_as_theirs_and_known_as_carried(payload: bytes):
    assert Datagram(FROM, TO, payload, carried=True) == read(written(FROM, TO, payload))


def test_a_packet_of_the_network_is_not_taken_for_one_of_ours():
    packet = bytearray(written(FROM, TO, b"sound"))
    packet[8] = 64
    found = read(bytes(packet))
    assert found is not None
    assert not found.carried


@pytest.mark.parametrize("packet", [b"", bytes(10), bytes(60), b"\x60" + bytes(59), b"\x4f" + bytes(30)])
def test_what_is_no_udp_over_ipv4_is_nothing(packet: bytes):
    assert read(packet) is None


def test_filters_jump_within_themselves():
    for rules in (coming(5060, (20000, 20002)), going([(20000, FROM), (20002, FROM)])):
        for place, (code, true, false, _) in enumerate(rules):
            if code == 0x15:
                assert place + 1 + max(true, false) < len(rules)
        assert (0x06, 0, 0, 0) == rules[-1]  # whatever is not named does not pass
