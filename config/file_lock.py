"""A lock by flock: one process at a time holds a file, and death lets go of it; edge."""

import fcntl
import os
from pathlib import Path


def lock_file(path: Path) -> int:
    """Hold `path`, made where there is none; the descriptor, which holds it until it is closed.

    Raises BlockingIOError while another holds it, OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
