"""The kernel's packet filter spoken to directly: who of this machine may open a connection to a port; edge.

A rule that names a socket's owner needs nftables in the kernel, which Debian has, and not the program `nft`.
Numbers are the kernel's own: linux/netfilter/nf_tables.h, nfnetlink.h.
"""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NETLINK_NETFILTER: Final = 12
NFTABLES: Final = 10 << 8
BATCH_BEGIN, BATCH_END = 16, 17
NEW_TABLE, DELETE_TABLE, NEW_CHAIN, NEW_RULE = NFTABLES, NFTABLES | 2, NFTABLES | 3, NFTABLES | 6
REQUEST, ACK, CREATE, APPEND = 0x1, 0x4, 0x400, 0x800
IPV4: Final = 2
NESTED: Final = 0x8000
OUTPUT: Final = 3  # the hook that a program of this machine passes on its way out
ACCEPT: Final = 1
TCP: Final = 6
CHAIN: Final = "connect"


@dataclass(frozen=True, slots=True)
class GuardedPort:
    """A TCP port of this machine, and the user numbers that may connect to it."""

    address: str  # IPv4
    port: int
    users: tuple[int, ...]


def replace_table(table: str, guarded: Sequence[GuardedPort]) -> None:
    """Make `table` say this and nothing else, in one step. OSError when the kernel or our rights refuse."""
    rules = [rule for one in guarded for rule in _rules(one)]
    _transact(
        [
            (NEW_TABLE, CREATE, _text(1, table)),
            (DELETE_TABLE, 0, _text(1, table)),  # what an earlier one of us, or anybody else, put there
            (NEW_TABLE, CREATE, _text(1, table)),
            (NEW_CHAIN, CREATE, _chain(table)),
            *((NEW_RULE, CREATE | APPEND, _rule(table, rule)) for rule in rules),
        ]
    )


def delete_table(table: str) -> None:
    """Remove it; nothing when it is not there. OSError when our rights do not reach."""
    _transact([(NEW_TABLE, CREATE, _text(1, table)), (DELETE_TABLE, 0, _text(1, table))])


def _rules(one: GuardedPort) -> list[bytes]:
    opening = _opening(one.address, one.port)
    accepted = [opening + _owner(user) + _accept() for user in one.users]
    return [*accepted, opening + _reset()]


def _opening(address: str, port: int) -> bytes:
    """The first packet of a connection alone: what is open already, and its end, is never touched."""
    return b"".join(
        (
            _expression("meta", _number(2, 16) + _number(1, 1)),  # layer 4's protocol
            _equals(bytes([TCP])),
            _payload(1, 16, 4),  # network header: destination
            _equals(socket.inet_aton(address)),
            _payload(2, 2, 2),  # TCP header: destination port
            _equals(struct.pack(">H", port)),
            _payload(2, 13, 1),  # TCP header: flags
            _masked(b"\x12"),
            _equals(b"\x02"),  # SYN without ACK
        )
    )


def _owner(user: int) -> bytes:
    return _expression("meta", _number(2, 10) + _number(1, 1)) + _equals(struct.pack("=I", user))


def _accept() -> bytes:
    verdict = _nested(2, _number(1, ACCEPT))
    return _expression("immediate", _number(1, 0) + _nested(2, verdict))


def _reset() -> bytes:
    return _expression("reject", _number(1, 1) + _attribute(2, b"\0"))


def _payload(base: int, offset: int, length: int) -> bytes:
    return _expression("payload", _number(1, 1) + _number(2, base) + _number(3, offset) + _number(4, length))


def _masked(mask: bytes) -> bytes:
    fields = _number(1, 1) + _number(2, 1) + _number(3, len(mask))
    none = bytes(len(mask))
    return _expression("bitwise", fields + _nested(4, _attribute(1, mask)) + _nested(5, _attribute(1, none)))


def _equals(value: bytes) -> bytes:
    return _expression("cmp", _number(1, 1) + _number(2, 0) + _nested(3, _attribute(1, value)))


def _expression(name: str, fields: bytes) -> bytes:
    return _nested(1, _text(1, name) + _nested(2, fields))


def _chain(table: str) -> bytes:
    hook = _number(1, OUTPUT) + _number(2, 0)
    return _text(1, table) + _text(3, CHAIN) + _nested(4, hook) + _number(5, ACCEPT) + _text(7, "filter")


def _rule(table: str, expressions: bytes) -> bytes:
    return _text(1, table) + _text(2, CHAIN) + _nested(4, expressions)


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _nested(kind: int, value: bytes) -> bytes:
    return _attribute(kind | NESTED, value)


def _number(kind: int, value: int) -> bytes:
    return _attribute(kind, struct.pack(">I", value))


def _text(kind: int, value: str) -> bytes:
    return _attribute(kind, value.encode() + b"\0")


def _message(kind: int, flags: int, number: int, family: int, subsystem: int, fields: bytes) -> bytes:
    body = struct.pack(">BBH", family, 0, subsystem) + fields
    return struct.pack("=IHHII", 16 + len(body), kind, flags, number, 0) + body


def _transact(steps: Sequence[tuple[int, int, bytes]]) -> None:
    """Send one transaction: all of it holds, or nothing. OSError with the first refusal."""
    batch = [_message(BATCH_BEGIN, REQUEST, 0, 0, 10, b"")]
    for number, (kind, flags, fields) in enumerate(steps, 1):
        batch.append(_message(kind, REQUEST | ACK | flags, number, IPV4, 0, fields))
    batch.append(_message(BATCH_END, REQUEST, len(steps) + 1, 0, 10, b""))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as peer:
        peer.settimeout(5.0)
        peer.bind((0, 0))
        peer.send(b"".join(batch))
        waiting = len(steps)
        while waiting > 0:
            waiting -= _answers(peer.recv(65536))


def _answers(data: bytes) -> int:
    """How many steps these answers say are done. OSError when one says otherwise."""
    done = 0
    while len(data) >= 20:
        length, kind, _, _, _ = struct.unpack_from("=IHHII", data)
        if kind == 2:  # an error, or with 0 the confirmation
            (code,) = struct.unpack_from("=i", data, 16)
            if code:
                raise OSError(-code, "the packet filter refused a rule")
            done += 1
        data = data[(length + 3) & ~3 :]
    return done
