"""The supervisor's care for the process on the wire: its sockets, a child without rights."""

import asyncio
import os
import pwd
import socket
from pathlib import Path
from typing import Final

import structlog

from config.settings import Settings
from engine.charges import PRIVATE, PYTHON, environment
from engine.mending import networks
from engine.processes import shorten, start

log = structlog.get_logger()

AGAIN: Final = 2.0  # seconds between an end and the next start


async def keep_wire(settings: Settings) -> None:
    """Keep it alive until cancelled; without it nobody is asked and no sound is carried, and calls go on."""
    output = settings.home / "log" / "wire.out"
    trunk = [str(network) for network in networks(settings)]
    while True:
        try:
            with (
                socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as coming,
                socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as going,
                socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as leaving,  # 0: sees nothing yet
                _listening(settings.wire_socket, settings.run_user) as listening,
            ):
                shorten(output)
                numbers = tuple(one.fileno() for one in (coming, going, leaving, listening))
                said = (*map(str, numbers), str(settings.sip_port), *trunk)
                command = (PRIVATE, "mender", PYTHON, "-m", "engine.wire_main", *said)
                running = start(command, environment(settings), output, keep=numbers)
            try:
                await running.ended()
            finally:
                await running.end(gently=0)
            log.error("wire_ended", status=running.exit_status)
        except (OSError, KeyError) as why:
            log.error("wire_not_started", error=str(why))
        await asyncio.sleep(AGAIN)


def _listening(path: Path, user: str) -> socket.socket:
    """A Unix socket that only the user of the engine may connect to; run/ is the root user's own."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            made.bind(str(path))
        finally:
            os.umask(before)
        os.chown(path, pwd.getpwnam(user).pw_uid, -1, follow_symlinks=False)
        made.listen(1)
    except (OSError, KeyError):
        made.close()
        raise
    return made
