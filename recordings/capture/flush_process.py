"""`python -m recordings.capture.flush_process FOLDER`: growing audio flushed; does the disk take it; edge.

A process of its own for each volume: a disk that hangs holds up this process and nothing else. Each look is
one line of JSON on standard output; the end of standard input ends it.
"""

import contextlib
import errno
import json
import os
import select
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from dialplan.recording_names import SECOND, parse_file

PROBE: Final = 2.0  # seconds between two writes that show whether the volume takes any
FLUSH: Final = 5.0  # seconds between two flushes: what a power cut may take
GROWING: Final = 10.0  # seconds since a file was written to
SIZE: Final = 4096
UNNAMED: Final = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL})  # no O_TMPFILE here


@dataclass(frozen=True, slots=True)
class FlushReport:
    """`error`: the errno's name, None for a volume that works; of the last flush how many, how long (s).

    `denied`: we may not look: Asterisk, who is another user, may have its right still, and nobody can say.
    """

    error: str | None
    flushed: int = 0
    seconds: float = 0.0
    denied: bool = False


def probe(folder: Path) -> None:
    """Write a little and flush it; nothing stays. Raises OSError."""
    try:
        handle = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError as error:
        if error.errno not in UNNAMED:
            raise
        name = folder / f".probe-{os.getpid()}"
        handle = os.open(name, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        name.unlink()
    try:
        os.write(handle, bytes(SIZE))
        os.fdatasync(handle)
    finally:
        os.close(handle)


def flush(folder: Path, now: float) -> int:
    """Flush every file that grew in the last seconds; how many. Raises the first OSError, after all."""
    failed: OSError | None = None
    done = 0
    for path in growing(folder, now):
        try:
            handle = os.open(path, os.O_RDONLY)  # fdatasync asks for no right to write
        except FileNotFoundError:
            continue
        except OSError as error:
            failed = failed or error
            continue
        try:
            os.fdatasync(handle)
            done += 1
        except OSError as error:
            failed = failed or error
        finally:
            os.close(handle)
    if failed is not None:
        raise failed
    return done


def growing(folder: Path, now: float) -> list[str]:
    """Files of legs written to in the last seconds, in the two newest day folders. Raises OSError."""
    days = sorted((day.name for day in folder.iterdir() if day.name != SECOND and day.is_dir()), reverse=True)
    found = []
    for day in days[:2]:
        with os.scandir(folder / day) as entries:
            for entry in entries:
                parsed = parse_file(entry.name)
                if parsed is None or parsed[1] == "stereo":
                    continue
                with contextlib.suppress(FileNotFoundError):
                    if entry.stat().st_mtime >= now - GROWING:
                        found.append(entry.path)
    return found


class FlushThread(threading.Thread):
    """Flushes in a thread, so that many files on a slow disk do not look like a volume that hangs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self.last = FlushReport(None)

    def run(self) -> None:
        """Until the process ends."""
        while True:
            began = time.monotonic()
            try:
                done = flush(self._folder, time.time())
                self.last = FlushReport(None, done, round(time.monotonic() - began, 4))
            except OSError as error:
                self.last = FlushReport(name_of(error), denied=denied(error))
            time.sleep(max(0.0, began + FLUSH - time.monotonic()))


def name_of(error: OSError) -> str | None:
    """What an error of the volume is called; None for a right that we lack and Asterisk may have."""
    if denied(error):
        return None
    return errno.errorcode.get(error.errno or 0, "EIO")


def denied(error: OSError) -> bool:
    """Whether it is about us and not about the volume."""
    return error.errno in (errno.EACCES, errno.EPERM)


def main() -> None:
    """Look every two seconds until standard input ends."""
    os.nice(10)  # calls come first
    folder = Path(sys.argv[1])
    flushing = FlushThread(folder)
    flushing.start()
    while True:
        try:
            probe(folder)
            look = flushing.last
        except OSError as error:
            look = FlushReport(name_of(error), flushing.last.flushed, flushing.last.seconds, denied(error))
        sys.stdout.write(json.dumps(asdict(look)) + "\n")
        sys.stdout.flush()
        if select.select([sys.stdin], [], [], PROBE)[0] and not os.read(0, 1):
            os._exit(0)  # not sys.exit: a thread may hang in the disk


if __name__ == "__main__":
    main()
