"""Children without rights that are given raw sockets, under the supervisor: restarted when they end; edge."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final

import structlog

from config.settings import Settings
from engine.supervisor.processes import shorten, start
from engine.supervisor.services import PRIVATE, PYTHON, environment

log = structlog.get_logger()

AGAIN: Final = 2.0  # seconds between an end and the next start


async def keep_child(
    settings: Settings,
    name: str,
    module: str,
    opened: Callable[[ExitStack], Sequence[socket.socket]],
    *said: str,
) -> None:
    """Keep `module` alive until cancelled, as the user of SIP repair (`mender_user`) in a private place.

    `opened` opens its sockets for each start, whose numbers it is told first, then `said`; ours are closed
    once it has them. `name` is that of its output and of what the log says.
    """
    output = settings.home / "log" / f"{name}.out"
    while True:
        try:
            with ExitStack() as stack:
                sockets = opened(stack)
                shorten(output)
                numbers = tuple(one.fileno() for one in sockets)
                command = (PRIVATE, "mender", PYTHON, "-m", module, *map(str, numbers), *said)
                running = start(command, environment(settings), output, keep=numbers)
            try:
                await running.ended()
            finally:
                await running.end(gently=0)
            log.error(f"{name}_ended", status=running.exit_status)
        except (OSError, KeyError) as why:
            log.error(f"{name}_not_started", error=str(why))
        await asyncio.sleep(AGAIN)


def raw(protocol: int) -> socket.socket:
    """A raw IPv4 socket. Raises PermissionError for who is not root."""
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
