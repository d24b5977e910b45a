"""SIP repair under the supervisor: sockets that see the trunk's SIP alone, a child without rights; edge."""

import ctypes
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from ipaddress import IPv4Network, ip_network
from typing import Final

import structlog

from config.settings import Settings
from engine.supervisor.socket_children import keep_child, raw

log = structlog.get_logger()

SO_ATTACH_FILTER: Final = 26


async def keep_sip_repair(settings: Settings) -> None:
    """Keep SIP repair alive until cancelled; without it, unreadable callers are dropped as Asterisk does."""
    trunk = tuple(networks(settings))

    def opened(stack: ExitStack) -> tuple[socket.socket, ...]:
        coming = stack.enter_context(raw(socket.IPPROTO_UDP))
        going = stack.enter_context(raw(socket.IPPROTO_RAW))
        only(coming, settings.sip_port, trunk)
        return coming, going

    if trunk:
        await keep_child(settings, "mender", "engine.supervisor.sip_repair", opened)


def networks(settings: Settings) -> Iterator[IPv4Network]:
    """Where the trunk's requests come from; a host's name is left out."""
    for address in settings.trunk_addresses:
        try:
            network = ip_network(address, strict=False)
        except ValueError:
            log.warning("trunk_not_mended", address=address)
            continue
        if isinstance(network, IPv4Network):
            yield network


def only(raw: socket.socket, port: int, trunk: tuple[IPv4Network, ...]) -> None:
    """Let the kernel pass UDP datagrams to `port` from the trunk alone: no sound, no strangers."""
    rules = [(0xB1, 0, 0, 0), (0x48, 0, 0, 2), (0x15, 1, 0, port), (0x06, 0, 0, 0)]  # destination port
    for network in trunk:
        mask, address = int(network.netmask), int(network.network_address)
        rules += [(0x20, 0, 0, 12), (0x54, 0, 0, mask), (0x15, 0, 1, address), (0x06, 0, 0, 65535)]  # source
    rules.append((0x06, 0, 0, 0))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    raw.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(rules), ctypes.addressof(code)))
    with suppress(BlockingIOError):
        while raw.recv(1, socket.MSG_DONTWAIT):  # what came before the filter
            pass
