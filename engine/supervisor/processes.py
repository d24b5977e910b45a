"""The supervisor's processes: started, adopted, watched through a pidfd, signalled without a race; edge."""

import asyncio
import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from config.durable import replace_file


class RunningProcess:
    """One living process, ours or adopted; the pidfd keeps its pid from becoming another's."""

    def __init__(
        self, pid: int, own: "subprocess.Popen[bytes] | None" = None, descriptor: int | None = None
    ) -> None:
        self.pid = pid
        self._own = own
        self._fd = os.pidfd_open(pid) if descriptor is None else descriptor
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._fd, self._over)

    def _over(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
        self._fd = -1
        if self._own is not None:
            self._own.wait()
        self._ended.set()

    @property
    def exit_status(self) -> int | None:
        """As subprocess gives it (negative: the signal); None while it lives, or for an adopted one."""
        return self._own.returncode if self._own is not None else None

    async def ended(self) -> None:
        """Return once the process is gone."""
        await self._ended.wait()

    def signal(self, number: int) -> None:
        """Send a signal; nothing when the process is gone."""
        if self._fd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._fd, number)

    async def end(self, gently: float) -> None:
        """SIGTERM, after `gently` seconds SIGKILL; return once it is gone."""
        if gently > 0:
            self.signal(signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(gently):
                    await self.ended()
        self.signal(signal.SIGKILL)
        await self.ended()


def start(
    command: Sequence[str], environment: Mapping[str, str], output: Path, keep: Sequence[int] = ()
) -> RunningProcess:
    """Start a process in a session of its own (a terminal's Ctrl-C is ours alone), its output to a file.

    It gets the descriptors in `keep`, and no other.

    A file and not our own stderr: a pipe that nobody reads any more would stop the process in a write.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    descriptor = os.open(output, flags, 0o640)
    try:
        own = subprocess.Popen(
            command,
            env=dict(environment),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            pass_fds=keep,
        )
    finally:
        os.close(descriptor)
    return RunningProcess(own.pid, own)


def left_over(pid_file: Path, words: Sequence[str]) -> RunningProcess | None:
    """The process an earlier supervisor left, if it lives and every one of `words` is an argument of its
    command line or stands in its environment: the number alone may belong to somebody else by now.

    The pidfd comes first: what is looked up while its process lives is that process, whatever its number
    becomes later.
    """
    try:
        pid = int(pid_file.read_text())
        descriptor = os.pidfd_open(pid)
    except (OSError, ValueError, OverflowError):
        return None
    if _said(pid, words) and _lives(descriptor):
        return RunningProcess(pid, descriptor=descriptor)
    os.close(descriptor)
    return None


def _said(pid: int, words: Sequence[str]) -> bool:
    folder = Path(f"/proc/{pid}")
    try:
        running = b"\0".join((folder / name).read_bytes() for name in ("cmdline", "environ")).split(b"\0")
    except OSError:
        return False
    return all(os.fsencode(word) in running for word in words)


def _lives(descriptor: int) -> bool:
    return not select.select([descriptor], [], [], 0)[0]


def write_pid(pid_file: Path, pid: int) -> None:
    """Write the pid file in one step: a reader sees the old pid or the new one, never half of one."""
    replace_file(pid_file, f"{pid}\n".encode("ascii"), 0o644)  # whatever our umask is: scripts read it


def shorten(output: Path, longest: int = 1_000_000) -> None:
    """Empty an output file grown beyond `longest` bytes; its writer appends, so it goes on at the start."""
    with suppress(OSError):
        descriptor = os.open(output, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if os.fstat(descriptor).st_size > longest:
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)


def last_lines(output: Path, count: int = 8) -> list[str]:
    """The end of an output file, for the person who reads why a start failed."""
    try:
        return output.read_text(errors="replace").splitlines()[-count:]
    except OSError:
        return []
