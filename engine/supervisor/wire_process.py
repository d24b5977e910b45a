"""The process on the wire under the supervisor: its sockets, a child without rights; edge."""

import os
import pwd
import socket
from contextlib import ExitStack
from pathlib import Path

from config.settings import Settings
from engine.supervisor.sip_repair_service import networks
from engine.supervisor.socket_children import keep_child, raw


async def keep_wire(settings: Settings) -> None:
    """Keep it alive until cancelled; without it nobody is asked and no sound is carried, and calls go on."""

    def opened(stack: ExitStack) -> tuple[socket.socket, ...]:
        return (
            stack.enter_context(raw(socket.IPPROTO_UDP)),
            stack.enter_context(raw(socket.IPPROTO_RAW)),
            # 0: sees nothing yet
            stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)),
            stack.enter_context(_listening(settings.wire_socket, settings.run_user)),
        )

    trunk = map(str, networks(settings))
    await keep_child(settings, "wire", "engine.wire.main", opened, str(settings.sip_port), *trunk)


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
