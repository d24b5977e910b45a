"""UDP datagrams as raw sockets give and take them, and the kernel filters that pass few of them; pure."""

import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

Address = tuple[str, int]
Rule = tuple[int, int, int, int]

UDP: Final = struct.Struct("!HHHH")
IP: Final = struct.Struct("!BBHHHBBH4s4s")
OURS: Final = 0x6F6F  # the IP identification of what we carry, with a TTL of 255: never carried again
TTL: Final = 255
OUTGOING: Final = 4  # PACKET_OUTGOING
ALL, NONE = (0x06, 0, 0, 65535), (0x06, 0, 0, 0)
_HEADER_LENGTH: Final = (0xB1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram with its addresses; `carried`: it was sent by us in somebody's name."""

    sender: Address
    target: Address
    payload: bytes
    carried: bool


def read(packet: bytes) -> Datagram | None:
    """From an IPv4 packet; None when it is none, or is cut."""
    if len(packet) < IP.size or packet[0] >> 4 != 4:
        return None
    start = (packet[0] & 15) * 4
    if len(packet) < start + UDP.size or packet[9] != socket.IPPROTO_UDP:
        return None
    from_, to, length, _ = UDP.unpack_from(packet, start)
    carried = packet[8] == TTL and packet[4:6] == struct.pack("!H", OURS)
    sender, target = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
    payload = packet[start + UDP.size : start + max(UDP.size, length)]
    return Datagram((sender, from_), (target, to), payload, carried)


def written(sender: Address, target: Address, payload: bytes) -> bytes:
    """The IPv4 packet of a datagram in `sender`'s name; the kernel writes the IP checksum."""
    source, goal = socket.inet_aton(sender[0]), socket.inet_aton(target[0])
    length = UDP.size + len(payload)
    pseudo = source + goal + struct.pack("!HH", socket.IPPROTO_UDP, length)
    bare = UDP.pack(sender[1], target[1], length, 0) + payload
    sum_ = _sum(pseudo + bare) or 0xFFFF
    datagram = UDP.pack(sender[1], target[1], length, sum_) + payload
    header = IP.pack(0x45, 0, IP.size + length, OURS, 0, TTL, socket.IPPROTO_UDP, 0, source, goal)
    return header + datagram


def coming(sip_port: int, ports: Iterable[int]) -> list[Rule]:
    """What a raw socket passes: SIP answers and OPTIONS to our port, all that comes to these RTP ports."""
    rules: list[Rule] = [_HEADER_LENGTH, (0x48, 0, 0, 2)]  # destination port
    for port in ports:
        rules += [(0x15, 0, 1, port), ALL]
    sip: list[Rule] = [(0x15, 0, 4, sip_port), (0x40, 0, 0, 8)]
    sip += [(0x15, 1, 0, 0x5349502F), (0x15, 0, 1, 0x4F505449), ALL]  # "SIP/" or "OPTI"
    return [*rules, *sip, NONE]


def going(pairs: Sequence[tuple[int, Address]]) -> list[Rule]:
    """What a packet socket passes: what this machine sends from these RTP ports to those addresses."""
    rules: list[Rule] = [
        (0x28, 0, 0, 0xFFFFF000),  # the protocol the kernel knows of
        (0x15, 1, 0, 0x0800),
        NONE,
        (0x20, 0, 0, 0xFFFFF004),  # whether it comes or goes
        (0x15, 1, 0, OUTGOING),
        NONE,
        (0x30, 0, 0, 9),
        (0x15, 1, 0, socket.IPPROTO_UDP),
        NONE,
        _HEADER_LENGTH,
    ]
    for port, (host, to) in pairs:
        address = struct.unpack("!I", socket.inet_aton(host))[0]
        rules += [
            (0x48, 0, 0, 0),  # source port
            (0x15, 0, 5, port),
            (0x48, 0, 0, 2),  # destination port
            (0x15, 0, 3, to),
            (0x20, 0, 0, 16),  # destination address
            (0x15, 0, 1, address),
            ALL,
        ]
    return [*rules, NONE]


def _sum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(~total & 0xFFFF)
