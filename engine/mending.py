"""The supervisor's care for the mender: sockets that see the trunk's SIP alone, a child without rights."""

import asyncio
import ctypes
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network, ip_network
from typing import Final

import structlog

from config.settings import Settings
from engine.charges import PRIVATE, PYTHON, environment
from engine.processes import shorten, start

log = structlog.get_logger()

SO_ATTACH_FILTER: Final = 26
AGAIN: Final = 2.0  # seconds between an end and the next start


async def mend(settings: Settings) -> None:
    """Keep a mender alive until cancelled; without one, unreadable callers are dropped as Asterisk does."""
    output = settings.home / "log" / "mender.out"
    trunk = tuple(networks(settings))
    while trunk:
        try:
            with _raw(socket.IPPROTO_UDP) as coming, _raw(socket.IPPROTO_RAW) as going:
                only(coming, settings.sip_port, trunk)
                shorten(output)
                numbers = (coming.fileno(), going.fileno())
                command = (PRIVATE, "mender", PYTHON, "-m", "engine.mender", *map(str, numbers))
                running = start(command, environment(settings), output, keep=numbers)
            try:
                await running.ended()
            finally:
                await running.end(gently=0)
            log.error("mender_ended", status=running.exit_status)
        except OSError as why:
            log.error("mender_not_started", error=str(why))
        await asyncio.sleep(AGAIN)


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


def _raw(protocol: int) -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
